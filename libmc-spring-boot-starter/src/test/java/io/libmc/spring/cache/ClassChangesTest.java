package io.libmc.spring.cache;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import io.libmc.MemcachedClient;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What becomes of entries between two versions of an application.
 */
@Memcached
class ClassChangesTest {

	private static final List<String> OWN = List.of("acme.**");

	private static final List<String> BOTH = List.of("jdk", "json");

	@TempDir
	Path directory;

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void anEntryOfAnotherShapeIsAMiss(String what, List<String> formats, List<String> before, List<String> after)
			throws Exception {
		try (Version one = version(before); Version other = version(after)) {
			for (String format : formats) {
				isMissed(format, one, other);
				isMissed(format, other, one);
			}
		}
	}

	private static void isMissed(String name, Version writer, Version reader) throws Exception {
		Object entry = format(name, writer, ClassChanges.MISS).encode(writer.sample());
		assertThat(format(name, writer, ClassChanges.MISS).decode(entry)).as(name).hasSameClassAs(writer.sample());
		assertThatExceptionOfType(UndecodableEntryException.class).as(name)
			.isThrownBy(() -> format(name, reader, ClassChanges.MISS).decode(entry))
			.withRootCauseInstanceOf(ChangedClassException.class);
		Object tolerated = format(name, writer, ClassChanges.TOLERATE).encode(writer.sample());
		assertThat(tolerated).isEqualTo(entry);
		assertThat(format(name, writer, ClassChanges.TOLERATE).decode(entry)).hasSameClassAs(writer.sample());
	}

	static Stream<Arguments> anEntryOfAnotherShapeIsAMiss() {
		String line = "record Line(long id) implements Serializable { }";
		String lineWithNote = "record Line(long id, String note) implements Serializable { Line(long id) { this(id, null); } }";
		return Stream.of(changed("a record gets a component", BOTH, value("new Order(1)"), "record Order(long id)",
				"record Order(long id, String note) implements Serializable { Order(long id) { this(id, null); } }"),
				changed("a record loses a component", BOTH, value("new Order(1, \"a\")"),
						"record Order(long id, String note)",
						"record Order(long id) implements Serializable { Order(long id, String note) { this(id); } }"),
				changed("a bean gets a field", BOTH, value("new Order()"), bean("long id"),
						bean("long id; String note")),
				changed("a bean's field is renamed", BOTH, value("new Order()"), bean("String note"),
						bean("String text")),
				changed("a double becomes an int", BOTH, value("new Order(12.75)"), "record Order(double price)",
						"record Order(int price) implements Serializable { Order(double price) { this((int) price); } }"),
				changed("a text becomes a number", BOTH, value("new Order(\"\")"), "record Order(String quantity)",
						"record Order(Integer quantity) implements Serializable { Order(String quantity) { this(1); } }"),
				changed("a number becomes a time", BOTH, value("new Order(1700000000000L)"), "record Order(long at)",
						"record Order(Instant at) implements Serializable { Order(long at) { this(Instant.EPOCH); } }"),
				changed("a number becomes a constant", BOTH, value("new Order(1)"), "record Order(int day)",
						"record Order(DayOfWeek day) implements Serializable { Order(int day) { this(DayOfWeek.of(day)); } }"),
				changed("a type argument changes", BOTH, value("new Order(new ArrayList<>())"),
						"record Order(List<Long> ids)", "record Order(List<Integer> ids)"),
				changed("a superclass gets a field", BOTH, List.of(value("new Order()")), List.of(
						"class Base implements Serializable { static final long serialVersionUID = 1; long id; }",
						"class Order extends Base { static final long serialVersionUID = 1; }"),
						List.of("class Base implements Serializable { static final long serialVersionUID = 1; long id; long more; }",
								"class Order extends Base { static final long serialVersionUID = 1; }")),
				changed("a superclass comes between", BOTH, List.of(value("new Order()")), List.of(bean("long id")),
						List.of("class Base implements Serializable { static final long serialVersionUID = 1; String note; }",
								"class Order extends Base { static final long serialVersionUID = 1; long id; }")),
				changed("an enum gets a constant", BOTH, value("Order.A"), "enum Order { A }", "enum Order { A, B }"),
				changed("an enum's constants change places", BOTH, value("Order.A"), "enum Order { A, B }",
						"enum Order { B, A }"),
				changed("a record within", BOTH,
						List.of(value("new Order(new Line(1))"), "record Order(Line line) implements Serializable { }"),
						List.of(line), List.of(lineWithNote)),
				changed("a record in a declared list", BOTH,
						List.of(value("new Order(List.of(new Line(1)))"),
								"record Order(List<Line> lines) implements Serializable { }"),
						List.of(line), List.of(lineWithNote)),
				changed("a record in an undeclared list", BOTH,
						List.of(value("new ArrayList<>(List.of(\"a\", new Line(1)))")), List.of(line),
						List.of(lineWithNote)),
				changed("a record in an array", BOTH, List.of(value("new Line[] { new Line(1) }")), List.of(line),
						List.of(lineWithNote)),
				changed("a record in a map in a field of type Object", BOTH,
						List.of(value("new Order(new HashMap<>(Map.of(\"a\", new Line(1))))"),
								"record Order(Object any) implements Serializable { }"),
						List.of(line), List.of(lineWithNote)),
				changed("one of a sealed type", BOTH,
						List.of(value("new Order(new Line(1))"),
								"sealed interface Part extends Serializable permits Line { }",
								"record Order(Part part) implements Serializable { }"),
						List.of("record Line(long id) implements Part { }"),
						List.of("record Line(long id, String note) implements Part { Line(long id) { this(id, null); } }")),
				changed("a type argument of the superclass", BOTH, List.of(value("new Order()"), line,
						"class Base<T> implements Serializable { static final long serialVersionUID = 1; T content; }"),
						List.of("class Order extends Base<Line> { static final long serialVersionUID = 1; }"),
						List.of("class Order extends Base<String> { static final long serialVersionUID = 1; }")),
				changed("its serialVersionUID says so", BOTH, value("new Order(1)"),
						"record Order(long id) implements Serializable { static final long serialVersionUID = 1; }",
						"record Order(long id) implements Serializable { static final long serialVersionUID = 2; }"),
				changed("a property is renamed", List.of("json"), value("new Order(null)"), "record Order(String note)",
						"record Order(@JsonProperty(\"text\") String note)"),
				changed("a property is renamed for a field's type", List.of("json"),
						List.of(value("new Order(new Line(1))"), "record Order(Line line) { }"),
						List.of("record Line(long id) { }"),
						List.of("record Line(@JsonAlias(\"id\") @JsonProperty(\"number\") long id) { }")),
				changed("the type of a text changes", List.of("json"),
						List.of(value("new Order(new Line(1))"), "record Order(Line line) { }"),
						List.of("record Line(@JsonValue long id) { }"),
						List.of("record Line(@JsonValue String id) { Line(long id) { this(\"\" + id); } @JsonCreator Line { } }")),
				changed("one that an annotation names", List.of("json"),
						List.of(value("new Order(new Line(1))"),
								"record Order(@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) Object any) { }"),
						List.of(line), List.of(lineWithNote)),
				changed("an interface gets an annotation", List.of("json"),
						List.of(value("new Order(1)"), "record Order(long id) implements Part { }"),
						List.of("interface Part { long id(); }"),
						List.of("interface Part { @JsonProperty(\"number\") long id(); }")),
				changed("one that an annotation lists", List.of("json"), List.of(value("new Order(new Line(1))"),
						"@JsonTypeInfo(use = JsonTypeInfo.Id.NAME) @JsonSubTypes(@JsonSubTypes.Type(value = Line.class, name = \"line\")) interface Part { }",
						"record Order(Part part) { }"), List.of("record Line(long id) implements Part { }"),
						List.of("record Line(long id, String note) implements Part { Line(long id) { this(id, null); } }")));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void anEntryOfTheSameShapeIsAHit(String what, List<String> formats, List<String> before, List<String> after)
			throws Exception {
		try (Version one = version(before); Version other = version(after)) {
			for (String name : formats) {
				Object entry = format(name, one, ClassChanges.MISS).encode(one.sample());
				assertThat(format(name, other, ClassChanges.MISS).decode(entry)).as(name).isEqualTo(other.sample());
			}
		}
	}

	static Stream<Arguments> anEntryOfTheSameShapeIsAHit() {
		String order = "record Order(long id, List<Line> lines) implements Serializable { }";
		String line = "record Line(String text) implements Serializable { }";
		List<String> sample = List.of(value("new Order(1, List.of(new Line(\"a\")))"));
		return Stream.of(changed("nothing changes", BOTH, sample, List.of(order, line), List.of(line, order)), changed(
				"components change places", BOTH, List.of(value("Order.of()")),
				List.of("record Order(long id, String note) implements Serializable { static Order of() { return new Order(1, \"a\"); } }"),
				List.of("record Order(String note, long id) implements Serializable { static Order of() { return new Order(\"a\", 1); } }")),
				changed("code is added", BOTH, sample, List.of(order, line), List.of(line,
						"record Order(long id, List<Line> lines) implements Serializable, Comparable<Order> { static int count; Order { count++; } public int compareTo(Order other) { return 0; } @Deprecated void more() { } }")),
				changed("a field that is not written is added", BOTH, List.of(value("Order.of(1)")), List
					.of("class Order implements Serializable { static final long serialVersionUID = 1; long id; static Order of(long id) { Order order = new Order(); order.id = id; return order; } public boolean equals(Object other) { return other instanceof Order order && order.id == id; } public int hashCode() { return (int) id; } }"),
						List.of("class Order implements Serializable { static final long serialVersionUID = 1; transient int hash; static int count; long id; static Order of(long id) { Order order = new Order(); order.id = id; return order; } public boolean equals(Object other) { return other instanceof Order order && order.id == id; } public int hashCode() { return (int) id; } }")),
				changed("interfaces are added", BOTH, sample, List.of(order, line), List.of(order,
						"interface Named { default String name() { return \"\"; } }",
						"sealed interface Part extends Named, Serializable permits Line, Other { }",
						"record Other(long id) implements Part { }",
						"record Line(String text) implements Part, Comparable<Other> { public int compareTo(Other other) { return 0; } }")),
				changed("a class that is not within changes", BOTH, sample,
						List.of(order, line, "record Other(long id) { }"),
						List.of(order, line, "record Other(String id) { }")));
	}

	/** What Java and Jackson do of their own accord. */
	@Test
	void whatIsToleratedHoldsWhatTheSerializerMakesOfIt() throws Exception {
		assertThat(tolerated("jdk", "1", "record Order(long id)", "record Order(long id, String note)"))
			.hasToString("Order[id=1, note=null]");
		assertThat(tolerated("jdk", "", bean("long id"), bean("long id; String note")))
			.hasFieldOrPropertyWithValue("note", null);
		assertThat(tolerated("json", "", bean("long id"), bean("long id; String note")))
			.hasFieldOrPropertyWithValue("note", null);
		assertThat(tolerated("json", "12.75", "record Order(double price)", "record Order(int price)"))
			.hasToString("Order[price=12]");
		assertThat(tolerated("json", "\"\"", "record Order(String quantity)", "record Order(Integer quantity)"))
			.hasToString("Order[quantity=null]");
		assertThat(tolerated("json", "1700000000000L", "record Order(long at)", "record Order(Instant at)")).asString()
			.startsWith("Order[at=+55840-");
		assertThat(tolerated("json", "1", "record Order(int day)", "record Order(DayOfWeek day)"))
			.hasToString("Order[day=TUESDAY]");
	}

	@Test
	void libmcHoldsNoClassesThatCouldChange() throws Exception {
		try (Version version = version(List.of(value("new Order(1)"), "record Order(long id) { }"))) {
			assertThatIllegalArgumentException().isThrownBy(() -> EntryFormat.libmc().encode(version.sample()));
			assertThatIllegalArgumentException()
				.isThrownBy(() -> EntryFormat.libmc().encode(List.of(version.sample())));
		}
	}

	/** As Java wrote it, or an older version of libmc. */
	@Test
	void anEntryThatDoesNotTellItsShapeIsAMiss() throws Exception {
		try (Version version = version(
				List.of(value("new Order(1)"), "record Order(long id) implements Serializable { }"))) {
			byte[] entry = JdkFormatTest.forged(version.sample());
			assertThat(format("jdk", version, ClassChanges.TOLERATE).decode(entry)).isEqualTo(version.sample());
			assertThatExceptionOfType(UndecodableEntryException.class)
				.isThrownBy(() -> format("jdk", version, ClassChanges.MISS).decode(entry))
				.withRootCauseInstanceOf(ChangedClassException.class);
		}
	}

	@Test
	void eachClassTellsItsShapeOnceInAnEntry() throws Exception {
		try (Version version = version(
				List.of(value("new ArrayList<>(List.of(new Order(1), new Order(2), new Order(3)))"),
						"record Order(long id) implements Serializable { }"))) {
			byte[] entry = (byte[]) format("json", version, ClassChanges.MISS).encode(version.sample());
			assertThat(new String(entry, StandardCharsets.ISO_8859_1)).containsOnlyOnce("acme.Order#");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdk", "json" })
	void twoVersionsSideBySideOverwriteEachOthersEntries(String name, List<MemcachedServer> servers) throws Exception {
		List<String> before = List.of(value("new Order(1)"), "record Order(long id) implements Serializable { }");
		List<String> after = List.of(value("new Order(1)"),
				"record Order(long id, String note) implements Serializable { Order(long id) { this(id, null); } }");
		try (Version one = version(before);
				Version other = version(after);
				MemcachedClient client = LibmcCacheTest.client(servers)) {
			LibmcCache blue = cache(client, name, one);
			LibmcCache green = cache(client, name, other);
			blue.put("k", one.sample());
			assertThat(green.get("k")).isNull();
			assertThat(green.getStatistics()).isEqualTo(new LibmcCacheStatistics(0, 1, 0, 0, 0, 0, 0, 1));
			assertThat(green.get("k", other::sample)).isEqualTo(other.sample());
			assertThat(green.get("k").get()).isEqualTo(other.sample());
			assertThat(green.getStatistics()).isEqualTo(new LibmcCacheStatistics(1, 2, 1, 0, 0, 0, 0, 2));
			assertThat(blue.get("k")).isNull();
			assertThat(blue.getStatistics()).isEqualTo(new LibmcCacheStatistics(0, 1, 1, 0, 0, 0, 0, 1));
			blue.put("k", one.sample());
			assertThat(blue.get("k").get()).isEqualTo(one.sample());
			blue.evict("k");
			assertThat(green.get("k")).isNull();
		}
	}

	private static LibmcCache cache(MemcachedClient client, String format, Version version) {
		return LibmcCacheTest.cache(client,
				new LibmcCacheSettings().format(format(format, version, ClassChanges.MISS)));
	}

	private Object tolerated(String name, String arguments, String before, String after) throws Exception {
		try (Version writer = version(List.of(value("new Order(" + arguments + ")"), complete(before)));
				Version reader = version(List.of(complete(after)))) {
			Object entry = format(name, writer, ClassChanges.MISS).encode(writer.sample());
			return format(name, reader, ClassChanges.TOLERATE).decode(entry);
		}
	}

	private Version version(List<String> sources) throws IOException {
		return Version.of(Files.createTempDirectory(this.directory, "version"), sources);
	}

	private static EntryFormat format(String name, Version version, ClassChanges changes) {
		return name.equals("jdk") ? EntryFormat.jdk(version.classLoader(), OWN, changes)
				: EntryFormat.json(version.classLoader(), OWN, changes);
	}

	private static Arguments changed(String what, List<String> formats, String sample, String before, String after) {
		return changed(what, formats, List.of(sample), List.of(complete(before)), List.of(complete(after)));
	}

	private static Arguments changed(String what, List<String> formats, List<String> same, List<String> before,
			List<String> after) {
		return Arguments.of(what, formats, Stream.concat(same.stream(), before.stream()).toList(),
				Stream.concat(same.stream(), after.stream()).toList());
	}

	private static String value(String expression) {
		return "public class Sample { public static Object value() { return " + expression + "; } }";
	}

	private static String bean(String fields) {
		return "class Order implements Serializable { static final long serialVersionUID = 1; " + fields + "; }";
	}

	private static String complete(String declaration) {
		return declaration.contains("{") ? declaration : declaration + " implements Serializable { }";
	}

}
