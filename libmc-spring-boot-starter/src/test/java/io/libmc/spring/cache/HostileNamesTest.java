package io.libmc.spring.cache;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectStreamConstants;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What a class is called may itself cost what nobody gets back. */
class HostileNamesTest {

	private static final String OWN = HostileNamesTest.class.getName();

	private final Asked asked = new Asked(HostileNamesTest.class.getClassLoader());

	@ParameterizedTest
	@EnumSource
	void arraysComeBack(Format format) throws Exception {
		List<Object> arrays = List.of(new Object[][] { { 1, "a" }, {} }, new String[][][] { { { "a" }, null } },
				new int[][] { { 1 } }, new TimeUnit[] { TimeUnit.DAYS }, new Title[][] { { new Title("a") } },
				new long[1][1][1][1][1][1][1][1], new Title[1][1][1][1][1][1][1][1]);
		for (Object array : arrays) {
			EntryFormat each = format.of(this.asked, ClassChanges.MISS);
			assertThat(each.decode(each.encode(array))).isEqualTo(array).hasSameClassAs(array);
		}
	}

	@ParameterizedTest
	@EnumSource
	void arraysOfManyDimensionsAreRefusedBeforeTheirClassesAreMade(Format format) throws Exception {
		EntryFormat reader = format.of(this.asked, ClassChanges.MISS);
		List<String> names = loaded();
		refuse(reader, format.entry("[".repeat(9) + "L" + names.get(0) + ";"));
		long before = metaspace();
		for (String name : names.subList(0, 30)) {
			refuse(reader, format.entry("[".repeat(250) + "L" + name + ";"));
		}
		assertThat(metaspace() - before).isLessThan(1_000_000);
	}

	@ParameterizedTest
	@EnumSource
	void arrayOfNineDimensionsIsNotWrittenEither(Format format) {
		EntryFormat writer = format.of(this.asked, ClassChanges.MISS);
		assertThatIllegalArgumentException().isThrownBy(() -> writer.encode(new int[1][1][1][1][1][1][1][1][1]));
	}

	@ParameterizedTest
	@EnumSource
	void classThatIsNotAllowedIsNotLookedUp(Format format) {
		EntryFormat reader = format.of(this.asked, ClassChanges.MISS);
		for (String name : List.of("org.example.Absent", "[Lorg.example.Absent;", "java.lang.ProcessBuilder")) {
			refuse(reader, format.entry(name));
		}
		assertThat(this.asked.names).doesNotContain("org.example.Absent", "java.lang.ProcessBuilder");
	}

	@ParameterizedTest
	@EnumSource
	void namesThatNoClassHasAreNotLookedUpForEver(Format format) throws Exception {
		EntryFormat reader = format.of(this.asked, ClassChanges.MISS);
		for (int i = 0; i < 3000; i++) {
			refuse(reader, format.entry("com.acme.Absent" + format + i));
		}
		assertThat(this.asked.names.stream().filter((name) -> name.startsWith("com.acme.")).count())
			.isLessThanOrEqualTo(1000);
		Object late = (format == Format.JDK) ? new Late(1) : new Later(1);
		assertThat(reader.decode(reader.encode(late)).toString()).isEqualTo(late.toString());
	}

	@ParameterizedTest
	@EnumSource
	void longNameIsNotLookedUp(Format format) {
		refuse(format.of(this.asked, ClassChanges.MISS), format.entry("com.acme." + "x".repeat(500)));
		assertThat(this.asked.names).noneMatch((name) -> name.startsWith("com.acme."));
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 8, 400_000 })
	void arraysInAnotherSpellingAreNone(int dimensions) {
		EntryFormat reader = Format.JSON.of(this.asked, ClassChanges.MISS);
		byte[] entry = Format.JSON.entry("java.util.ArrayList" + "[]".repeat(dimensions));
		long begin = System.nanoTime();
		assertThatExceptionOfType(UndecodableEntryException.class).isThrownBy(() -> reader.decode(entry))
			.satisfies((ex) -> assertThat(ex.toString()).hasSizeLessThan(10_000));
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
	}

	@Test
	void classesOfPrimitiveValuesComeBack() throws Exception {
		EntryFormat jdk = Format.JDK.of(this.asked, ClassChanges.MISS);
		Types types = new Types(new ArrayList<>(List.of(int.class, void.class, int[].class, String[][].class)));
		assertThat(jdk.decode(jdk.encode(types))).hasToString(types.toString());
	}

	@Test
	void shapesThatAreTooLongForOneAreNotRemembered() {
		EntryFormat tolerant = Format.JSON.of(this.asked, ClassChanges.TOLERATE);
		byte[] entry = Format.JSON.entry(OWN + "$Title#" + "x".repeat(1000), "{\"text\":\"a\"}");
		refuse(tolerant, entry);
	}

	private static void refuse(EntryFormat reader, byte[] entry) {
		assertThatExceptionOfType(UndecodableEntryException.class).isThrownBy(() -> reader.decode(entry));
	}

	private static List<String> loaded() throws Exception {
		Path folder = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules/java.base/java/util");
		List<String> names = new ArrayList<>();
		try (Stream<Path> files = Files.list(folder).filter((file) -> file.toString().endsWith(".class"))) {
			for (Path file : (Iterable<Path>) files::iterator) {
				String name = "java.util." + file.getFileName().toString().replace(".class", "");
				names.add(Class.forName(name, false, null).getName());
			}
		}
		return names;
	}

	private static long metaspace() {
		return ManagementFactory.getMemoryPoolMXBeans()
			.stream()
			.filter((pool) -> pool.getName().equals("Metaspace"))
			.mapToLong((pool) -> pool.getUsage().getUsed())
			.sum();
	}

	private enum Format {

		JDK, JSON;

		EntryFormat of(ClassLoader loader, ClassChanges changes) {
			List<String> allowed = List.of(OWN, "com.acme.**");
			return (this == JDK) ? EntryFormat.jdk(loader, allowed, changes)
					: EntryFormat.json(loader, allowed, changes);
		}

		/** A value of the class of that name. */
		byte[] entry(String name) {
			return entry(name, "[]");
		}

		byte[] entry(String name, String content) {
			ByteArrayOutputStream entry = new ByteArrayOutputStream();
			if (this == JSON) {
				entry.writeBytes(Stamp.header(Stamp.JSON));
				entry.writeBytes(("[\"" + name + "\"," + content + "]").getBytes(StandardCharsets.UTF_8));
				return entry.toByteArray();
			}
			entry.writeBytes(Stamp.header(Stamp.JDK));
			try (DataOutputStream out = new DataOutputStream(entry)) {
				out.writeShort(ObjectStreamConstants.STREAM_MAGIC);
				out.writeShort(ObjectStreamConstants.STREAM_VERSION);
				out.writeByte(ObjectStreamConstants.TC_CLASS);
				out.writeByte(ObjectStreamConstants.TC_CLASSDESC);
				out.writeUTF(name);
				out.writeLong(0);
				out.writeByte(ObjectStreamConstants.SC_SERIALIZABLE);
				out.writeShort(0);
				out.writeByte(ObjectStreamConstants.TC_ENDBLOCKDATA);
				out.writeByte(ObjectStreamConstants.TC_NULL);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
			return entry.toByteArray();
		}

	}

	/** Remembers what it was asked for. */
	private static final class Asked extends ClassLoader {

		private final Set<String> names = Collections.synchronizedSet(new HashSet<>());

		Asked(ClassLoader parent) {
			super(parent);
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			this.names.add(name);
			return super.loadClass(name, resolve);
		}

	}

	record Title(String text) implements Serializable {

	}

	record Late(int id) implements Serializable {

	}

	record Later(int id) implements Serializable {

	}

	record Types(ArrayList<Class<?>> types) implements Serializable {

	}

	/** Classes of the JDK's packages that are no values: a timer begins to run. */
	@Test
	void jsonCreatesNothingThatIsNoValue() {
		EntryFormat json = EntryFormat.json(getClass().getClassLoader(), List.of());
		int before = threads();
		for (String type : List.of("java.util.Timer", "java.util.concurrent.ForkJoinPool",
				"java.util.concurrent.SubmissionPublisher", "java.util.concurrent.Phaser", "java.util.Formatter",
				"java.util.concurrent.CompletableFuture", "java.util.Observable")) {
			for (String value : List.of("{}", "[]", "1", "\"a\"")) {
				byte[] text = ("[\"" + type + "\"," + value + "]").getBytes(StandardCharsets.UTF_8);
				byte[] entry = Arrays.copyOf(Stamp.header(Stamp.JSON), Stamp.HEADER_BYTES + text.length);
				System.arraycopy(text, 0, entry, Stamp.HEADER_BYTES, text.length);
				assertThatExceptionOfType(UndecodableEntryException.class).as(type)
					.isThrownBy(() -> json.decode(entry));
			}
		}
		assertThat(threads()).isEqualTo(before);
	}

	private static int threads() {
		return (int) Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("Timer"))
			.count();
	}

}
