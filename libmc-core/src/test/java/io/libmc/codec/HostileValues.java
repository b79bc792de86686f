package io.libmc.codec;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.libmc.testing.JavaStream;

/**
 * Values that are small where they lie and large, or slow, when they are read: about a
 * megabyte of each kind, or less where less will do.
 */
final class HostileValues {

	static final int MEGABYTE = 1_000_000;

	private HostileValues() {
	}

	/** What marshal may hold, by what is wrong with it. */
	static Map<String, byte[]> marshal() {
		Map<String, byte[]> values = new LinkedHashMap<>();
		values.put("set of tuples with equal hashes", set((out) -> {
			for (String text : equalHashes(16, 35_000)) {
				out.tuple(1).text(text);
			}
		}, 35_000));
		values.put("set of tuples that differ in the last element", set((out) -> {
			for (String text : equalHashes(12, 4000)) {
				out.tuple(50);
				for (int i = 0; i < 49; i++) {
					out.one('N');
				}
				out.text(text);
			}
		}, 4000));
		values.put("dict of tuples with equal hashes", bytes((out) -> {
			out.one('{');
			for (String text : equalHashes(16, 30_000)) {
				out.tuple(1).text(text).one('N');
			}
			out.one('0');
		}));
		values.put("set of strings and integers with equal hashes", set((out) -> {
			List<String> texts = equalHashes(14, 16_384);
			texts.forEach(out::text);
			long hash = texts.get(0).hashCode();
			for (int i = 0; i < 60_000; i++) {
				out.one('I').number64((long) i << 32 | ((i ^ hash) & 0xffffffffL));
			}
		}, 76_384));
		values.put("frozensets in frozensets round a large one", bytes((out) -> {
			for (int i = 0; i < 490; i++) {
				out.one('>').number(1);
			}
			out.one('>').number(190_000);
			for (int i = 0; i < 190_000; i++) {
				out.one('i').number(i);
			}
		}));
		values.put("references to a long string as keys", bytes((out) -> {
			out.list(2).list(16);
			List<String> ends = equalHashes(4, 16);
			for (String end : ends) {
				out.interned("x".repeat(30_000) + end);
			}
			out.one('{');
			for (int i = 0; i < 80_000; i++) {
				out.one('R').number(i % 16).one('N');
			}
			out.one('0');
		}));
		values.put("references to tuples of tuples as keys", bytes((out) -> {
			out.list(21).one('(' | 0x80).number(1).one('N');
			for (int i = 0; i < 19; i++) {
				out.one('(' | 0x80).number(2).one('r').number(i).one('r').number(i);
			}
			out.one('<').number(190_000);
			for (int i = 0; i < 190_000; i++) {
				out.one('r').number(19);
			}
		}));
		values.put("lists that claim many elements", bytes((out) -> {
			for (int i = 0; i < 480; i++) {
				out.one('[').number(990_000);
			}
			while (out.size() < MEGABYTE) {
				out.one('N');
			}
		}));
		values.put("deep nesting", bytes((out) -> {
			while (out.size() < MEGABYTE) {
				out.one(')').one(1);
			}
		}));
		values.put("small deep lists", bytes((out) -> {
			out.list(MEGABYTE / 901);
			for (int i = 0; i < MEGABYTE / 901; i++) {
				for (int level = 0; level < 450; level++) {
					out.one(')').one((level < 449) ? 1 : 0);
				}
			}
		}));
		values.put("empty dicts", bytes((out) -> {
			out.list(MEGABYTE / 2);
			for (int i = 0; i < MEGABYTE / 2; i++) {
				out.one('{').one('0');
			}
		}));
		values.put("dicts of one entry", bytes((out) -> {
			out.list(MEGABYTE / 4);
			for (int i = 0; i < MEGABYTE / 4; i++) {
				out.one('{').one('N').one('N').one('0');
			}
		}));
		values.put("long integer as a key, often", bytes((out) -> {
			out.list(2).one('l' | 0x80).number(200_000);
			for (int i = 0; i < 200_000; i++) {
				out.one(0x11).one(0x11);
			}
			out.one('<').number(100_000);
			for (int i = 0; i < 100_000; i++) {
				out.one('r').number(0);
			}
		}));
		values.put("floats in text", bytes((out) -> {
			out.list(3800);
			for (int i = 0; i < 3800; i++) {
				out.one('f').one(255).raw("1234567890".repeat(25) + "e-300");
			}
		}));
		return values;
	}

	/** What Java serialization may hold. */
	static Map<String, byte[]> serialized() {
		List<String> equal = equalHashes(16, 36_000);
		Map<String, byte[]> values = new LinkedHashMap<>();
		values.put("sets of two sets each", new JavaStream().twos(100, HashSet.class).toByteArray());
		values.put("immutable sets of two sets each", new JavaStream().twos(100, Set.class).toByteArray());
		values.put("maps of two maps each", new JavaStream().twos(100, HashMap.class).toByteArray());
		values.put("lists of two lists each in a set",
				new JavaStream().set(1).twos(100, List.class).end().toByteArray());
		values.put("set of lists with equal hashes",
				new JavaStream().set(22_000)
					.all(equal.subList(0, 22_000), (out, text) -> out.list(1).string(text).end())
					.end()
					.toByteArray());
		values.put("hashtable of strings with equal hashes",
				new JavaStream().table(22_000, 40_000)
					.all(equal.subList(0, 22_000), (out, text) -> out.string(text).string(""))
					.end()
					.toByteArray());
		values.put("hashtable of one chain",
				new JavaStream().table(30_000, 1)
					.all(different(30_000), (out, text) -> out.string(text).string(""))
					.end()
					.toByteArray());
		values.put("immutable set of strings with equal hashes",
				new JavaStream().immutable(2, 28_000)
					.all(equal.subList(0, 28_000), JavaStream::string)
					.end()
					.toByteArray());
		values.put("immutable map of strings with equal hashes",
				new JavaStream().immutable(3, 54_000)
					.all(equal.subList(0, 27_000), (out, text) -> out.string(text).string(""))
					.end()
					.toByteArray());
		values.put("immutable set of integers whose slots are the same",
				new JavaStream().immutable(2, 80_000).integers(80_000, 160_000).end().toByteArray());
		JavaStream queue = new JavaStream().queue(100_000).string("x".repeat(60_000));
		int text = queue.last();
		for (int i = 1; i < 100_000; i++) {
			queue.reference(text);
		}
		values.put("queue of one long string", queue.end().toByteArray());
		values.put("long list of copies in a set",
				new JavaStream().set(1).copies(Integer.MAX_VALUE).end().toByteArray());
		values.put("set that holds itself in lists", cycle());
		values.put("deep nesting", deep());
		values.put("array of many longs", claim(148_500_000, 9_300_000));
		values.put("array of many longs in a small value", claim(1_000_000_000, 0));
		values.put("set that claims many elements", new JavaStream().set(100_000_000).end().toByteArray());
		JavaStream empty = new JavaStream().list(35_000);
		for (int i = 0; i < 35_000; i++) {
			empty.set(0).end();
		}
		values.put("many empty sets", empty.end().toByteArray());
		return values;
	}

	private static byte[] cycle() {
		JavaStream stream = new JavaStream().set(1);
		int set = stream.last();
		stream.list(2).list(90_000).string("x");
		int text = stream.last();
		for (int i = 1; i < 90_000; i++) {
			stream.reference(text);
		}
		return stream.end().reference(set).end().end().toByteArray();
	}

	private static byte[] deep() {
		JavaStream stream = new JavaStream();
		for (int i = 0; i < 40_000; i++) {
			stream.list(1);
		}
		return stream.toByteArray();
	}

	/** Bytes that claim to be an array of so many longs. */
	private static byte[] claim(int longs, int more) {
		return new JavaStream().longs(longs, more).toByteArray();
	}

	private static List<String> different(int count) {
		return IntStream.range(0, count).mapToObj(String::valueOf).toList();
	}

	/** Strings of so many characters, all of which have the same hash. */
	static List<String> equalHashes(int pairs, int count) {
		List<String> texts = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			StringBuilder text = new StringBuilder();
			for (int bit = 0; bit < pairs; bit++) {
				text.append((i >> bit & 1) == 0 ? "Aa" : "BB");
			}
			texts.add(text.toString());
		}
		return texts;
	}

	private static byte[] bytes(Consumer<Marshal> content) {
		Marshal out = new Marshal();
		content.accept(out);
		return out.toByteArray();
	}

	private static byte[] set(Consumer<Marshal> elements, int count) {
		return bytes((out) -> elements.accept(out.one('<').number(count)));
	}

	/** Writes marshal byte by byte. */
	static final class Marshal extends ByteArrayOutputStream {

		Marshal one(int value) {
			write(value);
			return this;
		}

		Marshal number(int value) {
			writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
			return this;
		}

		Marshal number64(long value) {
			writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
			return this;
		}

		Marshal list(int count) {
			return one('[').number(count);
		}

		Marshal tuple(int count) {
			return one('(').number(count);
		}

		Marshal text(String text) {
			return one('u').number(text.length()).raw(text);
		}

		Marshal interned(String text) {
			return one('t').number(text.length()).raw(text);
		}

		Marshal raw(String text) {
			writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
			return this;
		}

	}

}
