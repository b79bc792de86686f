package io.libmc.codec;

import java.io.ObjectInputFilter;
import java.io.ObjectInputFilter.Status;
import java.io.ObjectStreamConstants;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What a class is called may itself cost what nobody gets back. */
class HostileNamesTest {

	private final LibmcTranscoder transcoder = LibmcTranscoder.create((info) -> Status.ALLOWED);

	@Test
	void arraysOfManyDimensionsAreRefusedBeforeTheirClassesAreMade() throws Exception {
		assertMakesNoClasses(this.transcoder, 250);
	}

	@Test
	void arraysOfWhatIsNotAllowedAreRefusedBeforeTheirClassesAreMade() throws Exception {
		assertMakesNoClasses(LibmcTranscoder.create(ObjectInputFilter.Config.createFilter("java.base/java.lang.*;!*")),
				8);
	}

	private static void assertMakesNoClasses(LibmcTranscoder transcoder, int dimensions) throws Exception {
		List<String> names = loaded();
		decode(transcoder, named("[".repeat(dimensions) + "L" + names.get(0) + ";"));
		long before = metaspace();
		List<Object> read = new ArrayList<>();
		for (String name : names) {
			read.add(decode(transcoder, named("[".repeat(dimensions) + "L" + name + ";")));
		}
		assertThat(metaspace() - before).isLessThan(1_000_000);
		assertThat(read).containsOnlyNulls();
	}

	/** Java's own classes, which are loaded before it is measured what arrays take. */
	private static List<String> loaded() throws Exception {
		Path folder = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules/java.base/java/util/stream");
		List<String> names = new ArrayList<>();
		try (Stream<Path> files = Files.list(folder)) {
			for (Path file : (Iterable<Path>) files::iterator) {
				String name = "java.util.stream." + file.getFileName().toString().replace(".class", "");
				names.add(Class.forName(name, false, null).getName());
			}
		}
		return names;
	}

	@Test
	void arraysComeBack() {
		List<Serializable> arrays = List.of(new Object[][] { { 1, "a" }, {} }, new String[][][] { { { "a" }, null } },
				new int[][] { { 1 } }, new TimeUnit[] { TimeUnit.DAYS }, new Serializable[] { 1 },
				new Comparable<?>[][] { { "a" } }, new Plain[][] { { new Plain(1) } }, new long[1][1][1][1][1][1][1][1],
				new Plain[1][1][1][1][1][1][1][1]);
		for (Serializable array : arrays) {
			Object read = this.transcoder.decode(256, encode(this.transcoder, array));
			assertThat(read).isEqualTo(array).hasSameClassAs(array);
		}
	}

	@Test
	void arrayOfNineDimensionsIsNotWrittenEither() {
		EncodedValue encoded = this.transcoder.encode(new int[1][1][1][1][1][1][1][1][1]);
		DecodingBudget budget = DecodingBudget.of(1000);
		assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.check(encoded, budget))
			.withMessageContaining("8 dimensions");
	}

	@Test
	void filterThatKnowsOnlyTheArraysIsAsked() {
		Set<Class<?>> allowed = Set.of(Object[].class, Object[][].class, Integer.class, Number.class);
		LibmcTranscoder exact = LibmcTranscoder
			.create((info) -> (info.serialClass() == null || allowed.contains(info.serialClass())) ? Status.ALLOWED
					: Status.UNDECIDED);
		Object[][] array = { { 1, 2 }, {} };
		assertThat(exact.decode(256, encode(exact, array))).isEqualTo(array);
		byte[] other = encode(exact, new String[] { "a" });
		assertThatIllegalArgumentException().isThrownBy(() -> exact.decode(256, other))
			.withMessageContaining("REJECTED");
	}

	@Test
	void classesOfPrimitiveValuesAndArraysComeBack() {
		Serializable classes = new ArrayList<>(List.of(int.class, void.class, int[].class, String[][].class));
		assertThat(this.transcoder.decode(256, encode(this.transcoder, classes))).isEqualTo(classes);
	}

	@Test
	void proxyIsNeitherWrittenNorMade() {
		Object proxy = Proxy.newProxyInstance(Tree.class.getClassLoader(),
				new Class<?>[] { Comparable.class, Tree.class },
				(InvocationHandler & Serializable) (self, method, arguments) -> null);
		EncodedValue encoded = this.transcoder.encode(proxy);
		DecodingBudget budget = DecodingBudget.of(1000);
		assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.check(encoded, budget))
			.withMessageContaining("java.lang.reflect.Proxy");
		assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.decode(256, encoded.bytes()))
			.withMessageContaining("java.lang.reflect.Proxy");
	}

	@Test
	void namesThatNoClassHasAreNotLookedUpForEver() {
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		Asked asked = new Asked(before);
		thread.setContextClassLoader(asked);
		try {
			for (int i = 0; i < 20; i++) {
				int from = 200 * i;
				decode(this.transcoder,
						named(IntStream.range(from, from + 200).mapToObj((n) -> "io.libmc.codec.Absent" + n).toList()));
			}
			assertThat(asked.names).hasSizeLessThanOrEqualTo(1000);
			assertThat(this.transcoder.decode(256, encode(this.transcoder, new Late(7)))).isEqualTo(new Late(7));
		}
		finally {
			thread.setContextClassLoader(before);
		}
	}

	@Test
	void longNameIsNotLookedUp() {
		String name = "x".repeat(501);
		assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.decode(256, named(name)))
			.withMessageContaining("500 characters");
	}

	@Test
	void mapsOfEnumsAreChargedForTheirTables() {
		List<Object> maps = new ArrayList<>(List.of(new Plain(1)));
		IntStream.range(0, 10_000).forEach((i) -> maps.add(new EnumMap<>(Character.UnicodeScript.class)));
		EncodedValue encoded = this.transcoder.encode(maps);
		int length = encoded.bytes().length;
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.transcoder.check(encoded, DecodingBudget.of(length, 100_000)))
			.withMessageContaining("bytes of memory");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.transcoder.decode(256, encoded.bytes(), DecodingBudget.of(length, 100_000)));
		this.transcoder.check(encoded, DecodingBudget.of(length));
		assertThat(this.transcoder.decode(256, encoded.bytes())).isEqualTo(maps);
	}

	@Test
	void smallMapsAndSetsOfEnumsComeBackWithinASmallBudget() {
		List<Object> held = new ArrayList<>();
		for (int i = 0; i < 1000; i++) {
			EnumMap<TimeUnit, Object> map = new EnumMap<>(TimeUnit.class);
			map.put(TimeUnit.DAYS, EnumSet.of(TimeUnit.HOURS));
			held.add(map);
		}
		EncodedValue encoded = this.transcoder.encode(held);
		int length = encoded.bytes().length;
		this.transcoder.check(encoded, DecodingBudget.of(length, 100_000));
		assertThat(this.transcoder.decode(256, encoded.bytes(), DecodingBudget.of(length, 100_000))).isEqualTo(held);
	}

	private static byte[] encode(LibmcTranscoder transcoder, Object value) {
		EncodedValue encoded = transcoder.encode(value);
		transcoder.check(encoded, DecodingBudget.of(encoded.bytes().length));
		return encoded.bytes();
	}

	private static Object decode(LibmcTranscoder transcoder, byte[] bytes) {
		try {
			return transcoder.decode(256, bytes);
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	/** The class of that name, which is not looked up to write it. */
	private static byte[] named(String name) {
		return named(List.of(name));
	}

	private static byte[] named(List<String> names) {
		ForgedStream out = new ForgedStream().array("[Ljava.lang.Object;", names.size());
		for (String name : names) {
			out.raw(ObjectStreamConstants.TC_CLASS, ObjectStreamConstants.TC_CLASSDESC, (byte) (name.length() >> 8),
					(byte) name.length());
			out.raw(name.getBytes(StandardCharsets.ISO_8859_1)).raw(new byte[8]);
			out.raw((byte) ForgedStream.SERIALIZABLE, (byte) 0, (byte) 0).end().nothing();
		}
		return out.toByteArray();
	}

	private static long metaspace() {
		return ManagementFactory.getMemoryPoolMXBeans()
			.stream()
			.filter((pool) -> pool.getName().equals("Metaspace"))
			.mapToLong((MemoryPoolMXBean pool) -> pool.getUsage().getUsed())
			.sum();
	}

	/** Remembers what it was asked for in vain. */
	private static final class Asked extends ClassLoader {

		private final Set<String> names = Collections.synchronizedSet(new HashSet<>());

		Asked(ClassLoader parent) {
			super(parent);
		}

		@Override
		protected Class<?> findClass(String name) throws ClassNotFoundException {
			this.names.add(name);
			throw new ClassNotFoundException(name);
		}

	}

	interface Tree extends Serializable {

	}

	record Plain(int id) implements Serializable {

	}

	record Late(int id) implements Serializable {

	}

}
