package io.libmc.codec;

import java.nio.ByteBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamConstants;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjIntConsumer;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * Streams of Java serialization that no Java has written: their classes are described
 * otherwise than they are, so that what is judged is not what Java reads, or the hashes
 * of what they hold are equal although they look different.
 */
final class ForgedStreams {

	private static final int MANY = 12_000;

	private ForgedStreams() {
	}

	static Map<String, byte[]> all() {
		Map<String, byte[]> values = new LinkedHashMap<>();
		for (int depth : new int[] { 20, 60 }) {
			String sets = " hide sets of two sets each, " + depth + " deep";
			byte[] hidden = hidden(sets(depth), 0);
			values.put("fields of a queue" + sets, inFields("java.util.concurrent.LinkedTransferQueue", hidden));
			values.put("fields of an application's class" + sets, inFields(Raw.class.getName(), hidden));
			values.put("fields of two types" + sets, ofTwoTypes(hidden(sets(depth), 3)));
			values.put("names in other letters" + sets, renamed(bytes(sets(depth))));
		}
		values.put("permissions that copy one table", permissions());
		values.put("zones of nothing but transitions", zones());
		values.put("entries with a field before their key", set((out, i) -> {
			out.object("java.util.AbstractMap$SimpleEntry", 2, "L a " + ForgedStream.OBJECT,
					"L key " + ForgedStream.OBJECT, "L value " + ForgedStream.OBJECT);
			twice(out.nothing(), i);
		}));
		values.put("maps with a field before their key", set((out, i) -> {
			out.object("java.util.Collections$SingletonMap", 2, "L a " + ForgedStream.OBJECT,
					"L k " + ForgedStream.OBJECT, "L v " + ForgedStream.OBJECT);
			twice(out.nothing(), i);
		}));
		values.put("lists with elements beyond their size", set((out, i) -> {
			out.object("java.util.ArrayList", 3, "I size").number(2).block(2);
			out.integer(i).integer(-31 * i).integer(i * 0x9e3779b9).end();
		}));
		values.put("immutable lists with elements beyond their size", set((out, i) -> {
			out.object("java.util.CollSer", 3, "I tag").number(1).block(2);
			out.integer(i).integer(-31 * i).integer(i * 0x9e3779b9).end();
		}));
		values.put("maps with entries beyond their end",
				set((out, i) -> out
					.object("java.util.concurrent.ConcurrentHashMap", 3, "I segmentMask", "I segmentShift",
							"[ segments [Ljava/util/concurrent/ConcurrentHashMap$Segment;")
					.number(15)
					.number(28)
					.nothing()
					.string("Aa" + i)
					.integer(("Aa" + i).hashCode())
					.nothing()
					.nothing()
					.integer(i)
					.integer(0)
					.end()));
		values.put("sets with a superclass that is not theirs", set((out, i) -> {
			out.object("java.util.LinkedHashSet", 2, () -> out.describe("java.lang.Long", 2,
					() -> out.describe("java.util.HashSet", 3, out::nothing), "J value"));
			out.block(4, Float.floatToIntBits(0.75f), 2).integer(i).integer(-i - 1).end().number(0).number(i);
		}));
		values.put("an application's lists with a superclass that is not theirs", set((out, i) -> {
			out.object(Names.class.getName(), 2, () -> out.describe("java.lang.Long", 2,
					() -> out.describe("java.util.ArrayList", 3, out::nothing, "I size"), "J value"));
			out.number(2).block(2).integer(i).integer(-31 * i).end().number(0).number(i);
		}));
		keys(values);
		combinations(values);
		return values;
	}

	private static void keys(Map<String, byte[]> values) {
		values.put("keys of ciphers", set((out, i) -> {
			int u = i % 62 - 31;
			int v = i / 62 % 62 - 31;
			out.object("com.sun.crypto.provider.DESKey", 2, "[ key [B").array("[B", 8);
			out.raw((byte) (i / 3844 * 2), (byte) (4 * u), (byte) (-2 * u), (byte) (4 * v), (byte) 0, (byte) 0,
					(byte) (-2 * v), (byte) 0);
		}));
		values.put("sets that are the keys of maps", set((out, i) -> {
			out.object("java.util.Collections$SetFromMap", 2, "L m Ljava/util/Map;");
			out.object("java.util.HashMap", 3, "F loadFactor", "I threshold")
				.number(Float.floatToIntBits(0.75f))
				.number(12)
				.block(16, 2);
			out.integer(i).integer(i * 0x9e3779b9).integer(-i).integer(0).end();
		}));
		values.put("times with nanoseconds of their own", set((out, i) -> {
			int millis = i % 2000 - 1000;
			out.object("java.sql.Timestamp", 2, () -> out.describe("java.util.Date", 3, out::nothing), "I nanos");
			out.block(0, -millis).end().number(millis * 1_000_000 + ((millis < 0) ? -i : i));
		}));
		List<String> equal = HostileValues.equalHashes(14, MANY);
		values.put("lists of a constant that is written each time",
				set((out, i) -> out.list(2).constant(TimeUnit.DAYS).string(equal.get(i)).end()));
	}

	/**
	 * Of two things that look different and have the same hash many lists can be made.
	 */
	private static void combinations(Map<String, byte[]> values) {
		ToIntFunction<ForgedStream> number = (out) -> out.integer(1231).last();
		values.put("lists of empty lists", combined((out) -> {
			int list = out.list(0).last();
			out.end();
			return list;
		}, (out) -> out.object("java.util.Collections$EmptyList", 2).last()));
		values.put("lists of numbers that are none", combined((out) -> number(out, Float.class, "F value", 0x7fc00000),
				(out) -> number(out, Float.class, "F value", 0x7fc00001)));
		values.put("lists of truths and numbers", combined(number, (out) -> {
			int truth = out.object("java.lang.Boolean", 2, "Z value").last();
			out.raw((byte) 1);
			return truth;
		}));
		values.put("lists of characters and numbers", combined((out) -> out.integer(0xffff).last(), (out) -> {
			int character = out.object("java.lang.Character", 2, "C value").last();
			out.raw((byte) -1, (byte) -1);
			return character;
		}));
		values.put("lists of a number and a singleton", combined((out) -> out.integer(31 + 7).last(), (out) -> {
			int list = out.object("java.util.Collections$SingletonList", 2, "L element " + ForgedStream.OBJECT).last();
			out.integer(7);
			return list;
		}));
	}

	private static int number(ForgedStream out, Class<?> type, String field, int value) {
		int number = out.object(type.getName(), 2, out::numbers, field).last();
		out.number(value);
		return number;
	}

	/**
	 * A set of lists, all of which have the same hash if the two things have: each begins
	 * with these in an order of its own and ends with its own string.
	 */
	private static byte[] combined(ToIntFunction<ForgedStream> one, ToIntFunction<ForgedStream> other) {
		int count = 7500;
		List<String> equal = HostileValues.equalHashes(13, count);
		ForgedStream out = new ForgedStream().array("[Ljava.lang.Object;", 3);
		int[] handles = { one.applyAsInt(out), other.applyAsInt(out) };
		out.set(count);
		for (int i = 0; i < count; i++) {
			out.list(14);
			for (int bit = 0; bit < 13; bit++) {
				out.reference(handles[i >> bit & 1]);
			}
			out.string(equal.get(i)).end();
		}
		return out.end().toByteArray();
	}

	private static void twice(ForgedStream out, int value) {
		int key = out.integer(value).last();
		out.reference(key);
	}

	private static byte[] set(ObjIntConsumer<ForgedStream> element) {
		ForgedStream out = new ForgedStream().set(MANY);
		for (int i = 0; i < MANY; i++) {
			element.accept(out, i);
		}
		return out.end().toByteArray();
	}

	/**
	 * What lies in the stream where an object begins that has so many others before it.
	 */
	private static byte[] hidden(Object value, int others) {
		Object[] array = IntStream.rangeClosed(0, others).mapToObj(String::valueOf).toArray();
		array[others] = null;
		byte[] nothing = bytes(array);
		array[others] = value;
		byte[] all = bytes(array);
		return Arrays.copyOfRange(all, nothing.length - 1, all.length);
	}

	/** Fields of eight bytes, which are content to a class that reads none. */
	private static byte[] inFields(String type, byte[] hidden) {
		String[] fields = new String[(hidden.length + 8) / 8];
		Arrays.fill(fields, "J ");
		ForgedStream out = new ForgedStream().object(type, 2, fields).raw(hidden);
		for (int left = 8 * fields.length - hidden.length; left > 0; left--) {
			out.nothing();
		}
		return out.toByteArray();
	}

	/**
	 * A string to those who go by the one type, and to those who go by the other a number
	 * and what the string holds.
	 */
	private static byte[] ofTwoTypes(byte[] hidden) {
		ForgedStream out = new ForgedStream().array("[Ljava.lang.Object;", 2);
		out.object("no.such.Class", 3, "L x J");
		out.raw(ObjectStreamConstants.TC_STRING, (byte) ((hidden.length + 6) >> 8), (byte) (hidden.length + 6));
		return out.raw(new byte[5]).raw(hidden).end().end().nothing().toByteArray();
	}

	/** Each class is called by its name, of which a letter is written in two bytes. */
	private static byte[] renamed(byte[] value) {
		String text = new String(value, StandardCharsets.ISO_8859_1);
		String name = "java.util.HashSet";
		String other = "\u00c1\u00aa" + name.substring(1);
		return text.replace("\0" + (char) name.length() + name, "\0" + (char) other.length() + other)
			.getBytes(StandardCharsets.ISO_8859_1);
	}

	/** Hashing it comes by two to the power of its depth. */
	private static Set<Object> sets(int depth) {
		Set<Object> root = new HashSet<>();
		Set<Object> one = root;
		Set<Object> other = new HashSet<>();
		for (int i = 0; i < depth; i++) {
			Set<Object> oneBelow = new HashSet<>(Set.of("x"));
			Set<Object> otherBelow = new HashSet<>();
			Collections.addAll(one, oneBelow, otherBelow);
			Collections.addAll(other, oneBelow, otherBelow);
			one = oneBelow;
			other = otherBelow;
		}
		return root;
	}

	private static byte[] bytes(Object value) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
			out.writeObject(value);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return bytes.toByteArray();
	}

	/** Writes no fields, and reads none. */
	static final class Raw implements Serializable {

		private static final long serialVersionUID = 1;

		private void writeObject(ObjectOutputStream out) throws IOException {
			out.writeObject("x");
		}

		private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
			in.readObject();
		}

	}

	/** Its hash is that of any list. */
	static final class Names extends ArrayList<Object> {

		private static final long serialVersionUID = 1;

	}

	private static byte[] permissions() {
		ForgedStream out = new ForgedStream();
		out.array("[Ljava.lang.Object;", 2501);
		out.object("java.util.Hashtable", 3, "F loadFactor", "I threshold");
		out.number(Float.floatToIntBits(0.75f)).number(8).block(20_000, 10_000);
		for (int i = 0; i < 10_000; i++) {
			out.string("k" + i).string("v");
		}
		out.end();
		for (int i = 0; i < 2500; i++) {
			out.object("java.util.PropertyPermissionCollection", 3,
					() -> out.describe("java.security.PermissionCollection", 2, out::nothing, "Z readOnly"),
					"Z all_allowed", "L permissions Ljava/util/Hashtable;");
			out.raw((byte) 0, (byte) 0).reference(3).end();
		}
		return out.toByteArray();
	}

	private static byte[] zones() {
		ByteBuffer rules = ByteBuffer.allocate(10_000).put((byte) 1).putInt(0).put((byte) 0).putInt(1024);
		for (int i = 0; i < 1024; i++) {
			int at = (int) ((i * 900L * 2000 + 4_575_744_000L) / 900);
			rules.put((byte) (at >>> 16)).put((byte) (at >>> 8)).put((byte) at);
		}
		for (int i = 0; i <= 1024; i++) {
			rules.put((byte) ((i % 2 == 0) ? 0 : 4));
		}
		byte[] block = Arrays.copyOf(rules.array(), rules.position() + 1);
		ForgedStream out = new ForgedStream();
		out.array("[Ljava.lang.Object;", 2000);
		for (int i = 0; i < 2000; i++) {
			out.object("java.time.zone.Ser", 0xc);
			out.raw((byte) 0x7a).raw(ByteBuffer.allocate(4).putInt(block.length).array()).raw(block).end();
		}
		return out.toByteArray();
	}

	/** A stub whose reader connects to where it says. */
	static byte[] remote(int port) {
		byte[] reference = ByteBuffer.allocate(200)
			.put(utf("UnicastRef"))
			.put(utf("127.0.0.1"))
			.putInt(port)
			.putLong(12_345)
			.putInt(1)
			.putLong(2)
			.putShort((short) 3)
			.put((byte) 0)
			.array();
		int length = 2 + 10 + 2 + 9 + 4 + 8 + 4 + 8 + 2 + 1;
		ForgedStream out = new ForgedStream();
		out.object("java.rmi.server.RemoteObjectInvocationHandler", 2,
				() -> out.describe("java.rmi.server.RemoteObject", 3, out::nothing));
		out.raw((byte) 0x77, (byte) length).raw(Arrays.copyOf(reference, length)).end();
		return out.toByteArray();
	}

	private static byte[] utf(String text) {
		byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
		return ByteBuffer.allocate(2 + bytes.length).putShort((short) bytes.length).put(bytes).array();
	}

}
