package io.libmc.spring.cache;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.GregorianCalendar;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.libmc.codec.DecodingBudget;
import io.libmc.codec.EncodedValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.cache.support.NullValue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@SuppressWarnings({ "JavaUtilDate", "serial" })
class JdkFormatTest {

	private static final String OWN = JdkFormatTest.class.getName();

	private final EntryFormat format = format(OWN);

	@ParameterizedTest
	@MethodSource
	void valuesComeBackAsTheyWent(Object value) throws Exception {
		byte[] entry = (byte[]) this.format.encode(value);
		assertThat(entry[0]).isEqualTo(Stamp.JDK);
		assertThat(this.format.decode(entry)).isEqualTo(value).hasSameClassAs(value);
	}

	static Stream<Object> valuesComeBackAsTheyWent() {
		return Stream.of("text", 1, 1L, 1.5, 'c', true, (byte) 1, new BigDecimal("1.10"), Instant.EPOCH,
				LocalDate.of(2026, 11, 24), ZonedDateTime.of(2026, 11, 24, 1, 2, 3, 4, ZoneId.of("Asia/Shanghai")),
				Duration.ofSeconds(1), UUID.randomUUID(), Locale.SIMPLIFIED_CHINESE, new Date(1),
				new java.sql.Timestamp(1), new GregorianCalendar(2026, 10, 24), URI.create("http://localhost/"),
				new byte[] { 1, 2 }, new int[][] { { 1 }, {} }, new String[] { "a", null }, new Object[] { 1, "a" },
				List.of(), List.of(1), List.of(1, "a", 3L), Arrays.asList(1, null), new ArrayList<>(List.of(1)),
				Set.of("a", "b"), Map.of("a", List.of(1)), new TreeMap<>(Map.of("b", 1, "a", 2)),
				new HashMap<>(Map.of(1, "a")), new ConcurrentHashMap<>(Map.of(1, "a")),
				Collections.unmodifiableList(new ArrayList<>(List.of(1))), Collections.emptyMap(), TimeUnit.DAYS,
				EnumSet.of(TimeUnit.DAYS), new EnumMap<>(Map.of(TimeUnit.DAYS, 1)), new Title("a"), Size.LARGE,
				List.of(new Title("a")), new Title[] { new Title("a") }, new Book(1, Size.LARGE, new Title("a")));
	}

	@Test
	void arraysOfWhatTheJdksValuesImplementComeBackAsTheyWent() throws Exception {
		List<Object> arrays = List.of(new Serializable[] { 1, "a" }, new Comparable<?>[] { 1, "a" },
				new CharSequence[] { "a" }, new Number[] { 1, 1.5 }, new Comparable<?>[][] { { 1 } },
				Arrays.asList(1, "a"));
		for (Object array : arrays) {
			assertThat(this.format.decode(this.format.encode(array))).isEqualTo(array).hasSameClassAs(array);
		}
	}

	@ParameterizedTest
	@MethodSource
	void aStringIsReadAsJavaReadsIt(String text) throws Exception {
		byte[] entry = (byte[]) this.format.encode(text);
		assertThat(this.format.decode(entry)).isEqualTo(text);
		ByteArrayOutputStream java = new ByteArrayOutputStream();
		try (ObjectOutputStream out = new ObjectOutputStream(java)) {
			out.writeObject(text);
		}
		assertThat(Arrays.copyOfRange(entry, Stamp.HEADER_BYTES, entry.length)).isEqualTo(java.toByteArray());
	}

	static Stream<String> aStringIsReadAsJavaReadsIt() {
		return Stream.of("", "a", "\0", "é", "中", "\uD83D\uDE00", "\uD83D", "x".repeat(65_535), "x".repeat(65_536),
				"é".repeat(32_768));
	}

	@Test
	void aStringThatIsCutOffIsNone() {
		byte[] entry = (byte[]) this.format.encode("text");
		for (int length = Stamp.HEADER_BYTES; length < entry.length; length++) {
			byte[] cut = Arrays.copyOf(entry, length);
			assertThatExceptionOfType(UndecodableEntryException.class).isThrownBy(() -> this.format.decode(cut));
		}
	}

	@Test
	void nullIsAnEntryOfItsOwn() throws Exception {
		Object entry = Stamp.put(this.format.encode(NullValue.INSTANCE), 1);
		assertThat(entry).isEqualTo(new byte[] { Stamp.NULL, 0, 0, 0, 0, 0, 0, 0, 1 });
		assertThat(this.format.decode(entry)).isSameAs(NullValue.INSTANCE);
	}

	@Test
	void aLargeEntryIsCheckedAndOneWithAForeignChunkIsNone() throws Exception {
		byte[] value = new byte[1_000_000];
		Arrays.fill(value, (byte) 'x');
		byte[] entry = (byte[]) Stamp.put(this.format.encode(value), 42);
		assertThat(entry[0]).isEqualTo(Stamp.CHECKED);
		assertThat(Stamp.of(entry)).isEqualTo(42);
		assertThat(this.format.decode(entry)).isEqualTo(value);
		entry[500_000] = 'y';
		assertThatExceptionOfType(UndecodableEntryException.class).isThrownBy(() -> this.format.decode(entry))
			.withMessageContaining("checksum");
	}

	@Test
	void classesAreAllowedOneByOneByPackageAndByTree() throws Exception {
		Title title = new Title("a");
		for (String pattern : List.of(OWN, OWN + "$Title", "io.libmc.spring.cache.*", "io.libmc.**",
				"io.libmc.spring.cache.**", " io.libmc.** ")) {
			assertThat(format(pattern).decode(format(pattern).encode(title))).isEqualTo(title);
		}
		for (String pattern : List.of("io.libmc.*", "io.libmc.spring.cache", "io.lib.**", OWN + "$Other", "other.**")) {
			assertThatIllegalArgumentException().isThrownBy(() -> format(pattern).encode(title));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "*", "**", "com.acme.", ".com", "com..acme", "com.acme.*.model", "com/acme",
			"!com.acme", "com.acme.Order;com.acme.Line" })
	void patternsThatAreNoneAreRefused(String pattern) {
		assertThatIllegalArgumentException().isThrownBy(() -> format(pattern))
			.withMessageContainingAll("allowedClasses", '"' + pattern + '"', "com.acme.**");
	}

	@ParameterizedTest
	@MethodSource
	void whatMayNotBeReadIsNotWrittenEither(Object value, String named) {
		assertThatIllegalArgumentException().isThrownBy(() -> format("other.**").encode(value))
			.withMessageContainingAll(named, "libmc.cache.allowed-classes");
	}

	static Stream<Object[]> whatMayNotBeReadIsNotWrittenEither() throws Exception {
		Title title = new Title("a");
		return Stream.of(new Object[] { title, OWN + "$Title" }, new Object[] { List.of(title), OWN + "$Title" },
				new Object[] { new Title[] { title }, OWN + "$Title" },
				new Object[] { new Title[0], "a " + OWN + "$Title[] cannot" },
				new Object[] { Map.of("k", new Object[] { title }), OWN + "$Title" },
				new Object[] { Size.LARGE, OWN + "$Size" },
				new Object[] { new PriorityQueue<>((Comparator<String> & Serializable) String::compareTo),
						"SerializedLambda" },
				new Object[] { proxy(), "$Proxy" }, new Object[] { new URL("http://localhost/"), "java.net.URL" },
				new Object[] { new IllegalStateException("no"), "java.lang.IllegalStateException" });
	}

	@Test
	void aSuperclassHasToBeAllowedToo() {
		assertThatIllegalArgumentException().isThrownBy(() -> format(OWN + "$Book").encode(new Novel(1)))
			.withMessageContaining(OWN + "$Novel");
		assertThatIllegalArgumentException().isThrownBy(() -> format(OWN + "$Novel").encode(new Novel(1)))
			.withMessageContaining(OWN + "$Book");
	}

	@Test
	void whatIsNotSerializableIsRefusedByName() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.format.encode(new Book(1, Size.LARGE, new Object())))
			.withMessageContainingAll(OWN + "$Book", "java.lang.Object", "java.io.Serializable");
		assertThatIllegalArgumentException().isThrownBy(() -> this.format.encode(Stream.of(1)));
	}

	@Test
	void aValueNestedTooDeeplyIsRefused() {
		List<Object> nested = new ArrayList<>();
		for (int i = 0; i < 100_000; i++) {
			nested = new ArrayList<>(Collections.singletonList(nested));
		}
		List<Object> tooDeep = nested;
		assertThatIllegalArgumentException().isThrownBy(() -> this.format.encode(tooDeep));
	}

	/**
	 * Whatever depth is taken when it is put can be read, also on a thread's usual stack.
	 */
	@ParameterizedTest
	@ValueSource(ints = { 100, 200, 250, 400, 600, 900, 1100 })
	void whatIsTakenCanBeReadHoweverDeepItNests(int depth) throws Exception {
		List<UnaryOperator<Object>> nestings = List.of((inner) -> new ArrayList<>(Collections.singletonList(inner)),
				List::of, (inner) -> Collections.unmodifiableList(new ArrayList<>(List.of(inner))),
				(inner) -> new HashMap<>(Map.of("k", inner)), (inner) -> new Object[] { inner },
				(inner) -> new Book(1, Size.LARGE, inner));
		for (UnaryOperator<Object> nesting : nestings) {
			Object nested = "a";
			for (int i = 0; i < depth; i++) {
				nested = nesting.apply(nested);
			}
			byte[] entry;
			try {
				entry = (byte[]) this.format.encode(nested);
				this.format.check(new EncodedValue(0, entry), DecodingBudget.of(entry.length));
			}
			catch (IllegalArgumentException ex) {
				assertThat(depth).isGreaterThan(100);
				continue;
			}
			assertThat(this.format.decode(entry)).hasSameClassAs(nested);
		}
	}

	@ParameterizedTest
	@MethodSource
	void whatIsNoEntryCannotBeDecoded(Object stored) {
		assertThatExceptionOfType(UndecodableEntryException.class).isThrownBy(() -> this.format.decode(stored));
	}

	static Stream<Object> whatIsNoEntryCannotBeDecoded() throws Exception {
		byte[] good = (byte[]) format(OWN).encode(new Title("a"));
		byte[] changedClass = new String(good, StandardCharsets.ISO_8859_1).replace("$Title", "$Tilte")
			.getBytes(StandardCharsets.ISO_8859_1);
		byte[] tooMuchNull = Arrays.copyOf(Stamp.header(Stamp.NULL), Stamp.HEADER_BYTES + 1);
		return Stream.of("text", 42L, new byte[0], new byte[] { 0 }, new byte[] { Stamp.JDK }, Stamp.header(Stamp.JDK),
				new byte[] { Stamp.NULL }, tooMuchNull, Stamp.header(Stamp.JSON), List.of(1L, "a"),
				"text".getBytes(StandardCharsets.UTF_8), Arrays.copyOf(good, good.length - 1),
				Arrays.copyOfRange(good, 1, good.length), changedClass, forged(new URL("http://localhost/")),
				forged(proxy()), forged(new Spiteful()), forgedArray(Integer.MAX_VALUE));
	}

	@Test
	void classesAreFoundWhereTheApplicationIs() throws Exception {
		ClassLoader restarted = new RestartClassLoader();
		EntryFormat format = EntryFormat.jdk(restarted, List.of(OWN));
		Object title = format.decode(this.format.encode(new Title("a")));
		assertThat(title.getClass().getClassLoader()).isSameAs(restarted);
		assertThat(title).hasToString(new Title("a").toString());
	}

	private static EntryFormat format(String... allowedClasses) {
		return EntryFormat.jdk(JdkFormatTest.class.getClassLoader(), List.of(allowedClasses));
	}

	static byte[] forged(Object value) {
		try {
			ByteArrayOutputStream bytes = new ByteArrayOutputStream();
			bytes.writeBytes(Stamp.header(Stamp.JDK));
			new ObjectOutputStream(bytes).writeObject(value);
			return bytes.toByteArray();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Claims to be that long. */
	private static byte[] forgedArray(int length) {
		byte[] array = forged(new byte[1]);
		int at = array.length - 5;
		array[at] = (byte) (length >> 24);
		array[at + 1] = (byte) (length >> 16);
		array[at + 2] = (byte) (length >> 8);
		array[at + 3] = (byte) length;
		return array;
	}

	private static Object proxy() {
		return Proxy.newProxyInstance(JdkFormatTest.class.getClassLoader(), new Class<?>[] { Serializable.class },
				(java.lang.reflect.InvocationHandler & Serializable) (proxy, method, args) -> null);
	}

	private record Title(String text) implements Serializable {

	}

	private enum Size {

		LARGE

	}

	private static class Book implements Serializable {

		private static final long serialVersionUID = 1L;

		private final int id;

		private final Size size;

		private final transient Object nothing = null;

		private final Object title;

		Book(int id, Size size, Object title) {
			this.id = id;
			this.size = size;
			this.title = title;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Book book && book.id == this.id && book.size == this.size
					&& book.title.equals(this.title) && this.nothing == book.nothing;
		}

		@Override
		public int hashCode() {
			return this.id;
		}

	}

	private static final class Novel extends Book {

		private static final long serialVersionUID = 1L;

		Novel(int id) {
			super(id, Size.LARGE, "novel");
		}

	}

	/** Throws when it is read. */
	private static final class Spiteful implements Serializable {

		private static final long serialVersionUID = 1L;

		private void readObject(java.io.ObjectInputStream in) {
			throw new IllegalStateException("spite");
		}

	}

	/** As the one of devtools, it finds the application's classes anew. */
	private static final class RestartClassLoader extends ClassLoader {

		RestartClassLoader() {
			super(JdkFormatTest.class.getClassLoader());
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (!name.startsWith(OWN)) {
				return super.loadClass(name, resolve);
			}
			Class<?> loaded = findLoadedClass(name);
			return (loaded != null) ? loaded : findClass(name);
		}

		@Override
		protected Class<?> findClass(String name) throws ClassNotFoundException {
			try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
				byte[] bytes = in.readAllBytes();
				return defineClass(name, bytes, 0, bytes.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

	}

}
