package io.libmc.spring.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat.Feature;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonMerge;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.annotation.JsonView;
import com.fasterxml.jackson.annotation.Nulls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;
import tools.jackson.databind.util.StdConverter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Of what one value of a class comes back, and another one would not. */
@SuppressWarnings("UnusedVariable") // fields are what applications have
class JsonLossesTest {

	private static final String OWN = JsonLossesTest.class.getName();

	private final EntryFormat format = EntryFormat.json(JsonLossesTest.class.getClassLoader(), List.of(OWN));

	@ParameterizedTest
	@MethodSource
	void aLaterValueThatWouldLoseSomethingIsRefused(Object first, Object later) throws Exception {
		comesBack(first);
		comesBack(first);
		isRefused(later);
		comesBack(first);
		isRefused(later);
	}

	static Stream<Object[]> aLaterValueThatWouldLoseSomethingIsRefused() {
		User poor = new User("l", null, 0);
		User rich = new User("l", "secret", 7);
		return Stream.of(
				new Object[][] { { new ById(1, poor), new ById(1, rich) },
						{ new ByIds(List.of(poor)), new ByIds(List.of(rich)) },
						{ new ByNames(new HashMap<>(Map.of("z", "1"))), new ByNames(new HashMap<>(Map.of("a", "1"))) },
						{ State.UNKNOWN, State.OPEN }, { new Order(1, State.UNKNOWN), new Order(1, State.OPEN) },
						{ new ArrayList<>(List.of(State.UNKNOWN)), new ArrayList<>(List.of(State.OPEN)) },
						{ new HashMap<>(Map.of(State.UNKNOWN, 1)), new HashMap<>(Map.of(State.OPEN, 1)) },
						{ new EnumMap<>(Map.of(State.UNKNOWN, 1)), new EnumMap<>(Map.of(State.OPEN, 1)) },
						{ EnumSet.of(State.UNKNOWN), EnumSet.of(State.OPEN) }, { Renamed.B, Renamed.A },
						{ new ArrayList<>(List.of(Renamed.B)), new ArrayList<>(List.of(Renamed.A)) },
						{ EnumSet.of(Renamed.B), EnumSet.of(Renamed.A) },
						{ new HashMap<>(Map.of(Renamed.B, 1)), new HashMap<>(Map.of(Renamed.A, 1)) },
						{ new Customer(1, null), new Customer(1, "x") },
						{ new ArrayList<>(List.of(new Customer(1, null))),
								new ArrayList<>(List.of(new Customer(1, "x"))) },
						{ new Shown("a"), new Shown(null) }, { new Presented(""), new Presented(null) },
						{ new Trimmed("a"), new Trimmed(" a") }, { new Lowered("a"), new Lowered("A") },
						{ Money.of(1, "EUR"), Money.of(1, "EUR").in("USD") },
						{ new Pair(1, 2), new Pair(1, 2).swapped() }, { new Sorted(1, 2), new Sorted(1, 2).swapped() },
						{ new Defaulted("a", 1), new Defaulted(null, 1) }, { new Converted("a"), new Converted("A") },
						{ new Read("a"), new Read("A") }, { new Included(1, "a"), new Included(0, "a") },
						{ new Raw("1"), new Raw("\"1\"") }, { new Constant("b"), new Constant("a") } });
	}

	@ParameterizedTest
	@MethodSource
	void itComesBackOrIsRefused(Object first, Object later) throws Exception {
		comesBackOrIsRefused(first);
		comesBackOrIsRefused(later);
		comesBackOrIsRefused(first);
		comesBackOrIsRefused(later);
	}

	static Stream<Object[]> itComesBackOrIsRefused() {
		return Stream.of(new Object[][] { { new Any(Map.of()), new Any(Map.of("name", "a")) },
				{ new Around(null, 1), new Around(new Title("a"), 1) },
				{ new Merged(new ArrayList<>(List.of("a"))), new Merged(null) },
				{ new Injected("a"), new Injected(null) },
				{ new Ordered(ordered("a", "b")), new Ordered(ordered("b", "a")) }, { new Seen(null), new Seen("a") },
				{ new Titled("a", "a"), new Titled("a", "b") } });
	}

	@ParameterizedTest
	@MethodSource
	void eachValueComesBack(Object first, Object later) throws Exception {
		for (int i = 0; i < 2; i++) {
			comesBack(first);
			comesBack(later);
			comesBack(new Box(later));
		}
	}

	static Stream<Object[]> eachValueComesBack() {
		return Stream.of(new Object[][] { { new Nick("a"), new Nick(null) }, { new Named("a"), new Named(null) },
				{ new Masked("1"), new Masked("123456") }, { Span.of(1, 2), Span.of(5, 2) },
				{ Person.of(1L, "a", "b"), Person.of(2L, "c", null) }, { Part.of(1L, "a"), Part.of(2L, null) },
				{ new Maybe(Optional.of(Shape.ROUND)), new Maybe(Optional.of(Shape.FLAT)) },
				{ new Maybe(Optional.empty()), new Maybe(Optional.of(Shape.FLAT)) } });
	}

	@Test
	void theFieldIsNamedThatWouldComeBackOtherwise() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.format.encode(new Box(List.of(new ById(1, new User("l", "secret", 0))))))
			.withMessageEndingWith("come back as null, in the field " + OWN + "$User.password");
	}

	/** Of applications' classes the fields, whatever those say that makes them equal. */
	@Test
	void anEqualsThatLooksAtLessIsNotBelieved() throws Exception {
		EntryFormat own = format((builder) -> builder
			.addModule(new SimpleModule("accounts").addSerializer(Account.class, new AccountWriter())
				.addDeserializer(Account.class, new AccountReader())));
		Account account = new Account(1, null);
		assertThat(roundTrip(own, account)).usingRecursiveComparison().isEqualTo(account);
		for (Object each : List.of(new Account(2, "x"), List.of(new Account(2, "x")), new Box(new Account(2, "x")))) {
			assertThatIllegalArgumentException().isThrownBy(() -> own.encode(each))
				.withMessageContaining("owner would be lost");
		}
	}

	@ParameterizedTest
	@MethodSource
	void hiddenContainersKeepTheirOrder(Object container) throws Exception {
		for (Object each : List.of(container, new Box(container), new ArrayList<>(List.of(container)))) {
			for (int i = 0; i < 2; i++) {
				assertThat(roundTrip(this.format, each)).hasToString(each.toString());
			}
		}
		assertThat(roundTrip(this.format, container)).hasSameClassAs(container);
	}

	static Stream<Object> hiddenContainersKeepTheirOrder() {
		Set<String> set = new LinkedHashSet<>(List.of("zz", "b", "a", "yy"));
		Map<String, Integer> map = ordered("zz", "b", "a", "yy");
		return Stream.of(Collections.unmodifiableSet(set), Collections.synchronizedSet(set),
				Collections.unmodifiableMap(map), Collections.synchronizedMap(map),
				Collections.unmodifiableMap(new TreeMap<>(map)), Collections.unmodifiableSet(new TreeSet<>(set)));
	}

	@Test
	void aComparatorThatIsHiddenIsNotLost() throws Exception {
		TreeMap<String, Integer> map = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		map.put("Content-Type", 1);
		Set<String> set = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
		set.add("a");
		IdentityHashMap<String, Integer> identities = new IdentityHashMap<>();
		identities.put("a", 1);
		comesBack(Collections.unmodifiableMap(new TreeMap<>(Map.copyOf(map))));
		comesBack(Collections.unmodifiableMap(new HashMap<>(map)));
		comesBack(Collections.unmodifiableSet(new HashSet<>(set)));
		Collection<String> collection = Collections.unmodifiableCollection(set);
		for (Object each : List.of(Collections.unmodifiableMap(map), Collections.synchronizedMap(map),
				Collections.unmodifiableSet(set), Collections.synchronizedSet(set), collection,
				Collections.unmodifiableMap(map.descendingMap()),
				Collections.unmodifiableMap(map.descendingMap().tailMap("d")),
				Collections.unmodifiableMap(map.tailMap("a")),
				Collections.unmodifiableMap(Collections.unmodifiableMap(map)), Collections.unmodifiableMap(identities),
				Collections.checkedMap(map, String.class, Integer.class))) {
			isRefused(each);
			isRefused(new Box(each));
			isRefused(each);
		}
	}

	/** Whoever declared one gets one. */
	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void whatIsSequencedComesBackSequenced() throws Exception {
		for (Object each : List.of(sequenced("Set", new LinkedHashSet<>(List.of("zz", "b", "a"))),
				sequenced("Map", ordered("zz", "b", "a")),
				sequenced("Collection", new LinkedHashSet<>(List.of("zz", "b", "a"))))) {
			Class<?> declared = Class.forName("java.util.Sequenced"
					+ ((each instanceof Map) ? "Map" : (each instanceof Set) ? "Set" : "Collection"));
			for (int i = 0; i < 2; i++) {
				assertThat(roundTrip(this.format, each)).isInstanceOf(declared).hasToString(each.toString());
			}
		}
	}

	private static Object sequenced(String what, Object of) throws ReflectiveOperationException {
		return Collections.class.getMethod("unmodifiableSequenced" + what, Class.forName("java.util.Sequenced" + what))
			.invoke(null, of);
	}

	@Test
	void entriesThatWouldBeSortedAreRefused() throws Exception {
		Map<String, Integer> map = ordered("z", "a");
		isRefused(new Ordered(map));
		comesBack(new Ordered(ordered("a", "z")));
		isRefused(new Ordered(map));
		EntryFormat sorting = format((builder) -> builder.enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS));
		assertThatIllegalArgumentException().isThrownBy(() -> sorting.encode(map));
		assertThat(roundTrip(sorting, new HashMap<>(map))).isEqualTo(map);
	}

	private void comesBack(Object value) throws UndecodableEntryException {
		assertThat(roundTrip(this.format, value)).usingRecursiveComparison().withStrictTypeChecking().isEqualTo(value);
	}

	private void isRefused(Object value) {
		assertThatIllegalArgumentException().as("%s", value)
			.isThrownBy(() -> this.format.encode(value))
			.withMessageContaining("cannot be cached as JSON");
	}

	private void comesBackOrIsRefused(Object value) throws UndecodableEntryException {
		Object read;
		try {
			read = roundTrip(this.format, value);
		}
		catch (IllegalArgumentException ex) {
			assertThat(ex).hasMessageContaining("cannot be cached as JSON");
			return;
		}
		assertThat(read).usingRecursiveComparison().withStrictTypeChecking().isEqualTo(value);
		assertThat(read).hasToString(value.toString());
	}

	private static Object roundTrip(EntryFormat format, Object value) throws UndecodableEntryException {
		return format.decode(Stamp.put(format.encode(value), 1));
	}

	private static EntryFormat format(Consumer<JsonMapper.Builder> customizer) {
		return JsonEntryFormat.of(JsonLossesTest.class.getClassLoader(), List.of(OWN), ClassChanges.MISS,
				new FormatProperties("serializer", "allowed"), customizer);
	}

	private static Map<String, Integer> ordered(String... keys) {
		Map<String, Integer> map = new LinkedHashMap<>();
		Arrays.asList(keys).forEach((key) -> map.put(key, map.size()));
		return map;
	}

	private record Box(Object content) {

	}

	private record Title(String text) {

	}

	static final class User {

		private String login;

		private String password;

		private int version;

		User() {
		}

		User(String login, String password, int version) {
			this.login = login;
			this.password = password;
			this.version = version;
		}

	}

	private record ById(int id, @JsonIgnoreProperties( {
			"password", "version" }) User author){

	}

	private record ByIds(@JsonIgnoreProperties( {
			"password", "version" }) List<User> authors){

	}

	private record ByNames(@JsonIgnoreProperties("a") Map<String, String> names) {

	}

	private enum State {

		UNKNOWN, OPEN;

		@JsonCreator
		static State of(String code) {
			return "open".equals(code) ? OPEN : UNKNOWN;
		}

	}

	private record Order(long id, State state) {

	}

	private enum Renamed {

		@JsonProperty("B")
		A, B

	}

	private enum Shape {

		ROUND, FLAT {
		}

	}

	private record Maybe(Optional<Shape> shape) {

	}

	record Nick(String name) {

		@JsonProperty
		@Override
		public String name() {
			return (this.name != null) ? this.name : "";
		}

	}

	record Named(@JsonProperty("called") String name) {

		@Override
		public String name() {
			return (this.name != null) ? this.name : "";
		}

	}

	record Masked(String number) {

		@Override
		public String number() {
			return this.number.substring(Math.max(0, this.number.length() - 4));
		}

	}

	@JsonAutoDetect(getterVisibility = Visibility.ANY)
	record Shown(String name) {

		@Override
		public String name() {
			return (this.name != null) ? this.name : "";
		}

		public String getName() {
			return name();
		}

	}

	static final class Presented {

		private String name;

		Presented() {
		}

		Presented(String name) {
			this.name = name;
		}

		@JsonProperty("name")
		String getName() {
			return (this.name != null) ? this.name : "";
		}

	}

	static final class Trimmed {

		private String name;

		Trimmed() {
		}

		Trimmed(String text) {
			this.name = text;
		}

		@JsonProperty("name")
		void setName(String name) {
			this.name = name.trim();
		}

	}

	@JsonAutoDetect(setterVisibility = Visibility.ANY)
	static final class Lowered {

		private String name;

		Lowered() {
		}

		Lowered(String text) {
			this.name = text;
		}

		void setName(String name) {
			this.name = name.toLowerCase(java.util.Locale.ROOT);
		}

	}

	static final class Money {

		private final long amount;

		private String currency;

		private Money(long amount) {
			this.amount = amount;
		}

		@JsonCreator
		static Money of(@JsonProperty("amount") long amount, @JsonProperty("currency") String currency) {
			return new Money(amount).in("EUR");
		}

		Money in(String other) {
			this.currency = other;
			return this;
		}

	}

	static final class Pair {

		private int low;

		private int high;

		@JsonCreator
		Pair(@JsonProperty("low") int low, @JsonProperty("high") int high) {
			this.low = Math.min(low, high);
			this.high = Math.max(low, high);
		}

		Pair swapped() {
			int was = this.low;
			this.low = this.high;
			this.high = was;
			return this;
		}

	}

	/** Its constructor is the only one, though fields can be set after it. */
	static final class Sorted {

		private int low;

		private int high;

		Sorted(int low, int high) {
			this.low = Math.min(low, high);
			this.high = Math.max(low, high);
		}

		Sorted swapped() {
			int was = this.low;
			this.low = this.high;
			this.high = was;
			return this;
		}

	}

	private record Defaulted(@JsonSetter(nulls = Nulls.AS_EMPTY) String name, int number) {

	}

	private record Converted(@JsonSerialize(converter = Lowering.class) String name) {

	}

	static final class Lowering extends StdConverter<String, String> {

		@Override
		public String convert(String value) {
			return value.toLowerCase(java.util.Locale.ROOT);
		}

	}

	private record Read(@JsonDeserialize(converter = Lowering.class) String name) {

	}

	static final class Included {

		@JsonInclude(JsonInclude.Include.NON_DEFAULT)
		private int number = 5;

		private String name = "a";

		Included() {
		}

		Included(int number, String name) {
			this.number = number;
			this.name = name;
		}

	}

	private record Raw(@JsonRawValue String json) {

	}

	static final class Seen {

		@JsonView(Title.class)
		private String name;

		Seen() {
		}

		Seen(String name) {
			this.name = name;
		}

		@Override
		public String toString() {
			return String.valueOf(this.name);
		}

	}

	private record Constant(@JsonDeserialize(using = AlwaysB.class) String name) {

	}

	static final class AlwaysB extends StdDeserializer<String> {

		AlwaysB() {
			super(String.class);
		}

		@Override
		public String deserialize(JsonParser parser, DeserializationContext context) {
			return "b";
		}

	}

	static final class Any {

		private String name;

		@JsonAnySetter
		private Map<String, Object> others = new HashMap<>();

		Any() {
		}

		Any(Map<String, Object> others) {
			this.others.putAll(others);
		}

		@Override
		public String toString() {
			return this.name + this.others;
		}

	}

	private record Around(@JsonUnwrapped Title title, int number) {

	}

	static final class Merged {

		@JsonMerge
		private List<String> names = new ArrayList<>(List.of("b"));

		Merged() {
		}

		Merged(List<String> names) {
			this.names = names;
		}

		@Override
		public String toString() {
			return String.valueOf(this.names);
		}

	}

	private record Injected(@JacksonInject("name") String name) {

	}

	private record Ordered(@com.fasterxml.jackson.annotation.JsonFormat(
			with = Feature.WRITE_SORTED_MAP_ENTRIES) Map<String, Integer> map) {

	}

	private record Titled(@JsonAlias("other") String name, @JsonAlias("name") String other) {

	}

	static final class Customer {

		private final int id;

		private final String name;

		Customer(int id, String name) {
			this.id = id;
			this.name = name;
		}

		@JsonCreator
		static Customer of(int id) {
			return new Customer(id, null);
		}

		@JsonValue
		int id() {
			return this.id;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Customer customer && customer.id == this.id;
		}

		@Override
		public int hashCode() {
			return this.id;
		}

	}

	static final class Account {

		private final int id;

		private final String owner;

		Account(int id, String owner) {
			this.id = id;
			this.owner = owner;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Account account && account.id == this.id;
		}

		@Override
		public int hashCode() {
			return this.id;
		}

	}

	private static final class AccountWriter extends StdSerializer<Account> {

		AccountWriter() {
			super(Account.class);
		}

		@Override
		public void serialize(Account value, JsonGenerator generator, SerializationContext context) {
			generator.writeString(String.valueOf(value.id));
		}

	}

	private static final class AccountReader extends StdDeserializer<Account> {

		AccountReader() {
			super(Account.class);
		}

		@Override
		public Account deserialize(JsonParser parser, DeserializationContext context) {
			return new Account(Integer.parseInt(parser.getString()), null);
		}

	}

	/** As people write them for another framework. */
	static final class Span {

		private int low;

		private int high;

		public Span() {
		}

		public Span(int low, int high) {
			this.low = Math.min(low, high);
			this.high = Math.max(low, high);
		}

		static Span of(int low, int high) {
			Span span = new Span();
			span.low = low;
			span.high = high;
			return span;
		}

	}

	static class Person {

		private Long id;

		private String firstName;

		private String lastName;

		protected Person() {
		}

		public Person(String first, String lastName) {
			this.firstName = first;
			this.lastName = lastName;
		}

		static Person of(Long id, String firstName, String lastName) {
			Person person = new Person(firstName, lastName);
			person.id = id;
			return person;
		}

	}

	static class Part {

		private Long id;

		private String name;

		protected Part() {
		}

		public Part(String name) {
			this.name = name + "!";
		}

		static Part of(Long id, String name) {
			Part part = new Part();
			part.id = id;
			part.name = name;
			return part;
		}

	}

}
