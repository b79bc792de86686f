package io.libmc.spring.cache;

import java.util.Arrays;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

import io.libmc.codec.DecodingBudget;

/**
 * What it costs to make objects of an entry of {@link JsonFormat}, told by its text: what
 * they allocate, and how often the elements of sets and the keys of maps are hashed and
 * compared.
 * <p>
 * Elements whose hashes are equal are compared each with each, unless they are of one
 * class that has an order. So the hashes of texts, numbers and collections are computed
 * as Java does; those of an application's classes, which only their code knows, count as
 * different, and those of Java's other classes as equal.
 */
final class JsonCosts {

	/** What is shorter cannot cost much. */
	private static final int SMALL_ENTRY = 32 * 1024;

	private static final int CONTAINER_BYTES = 64;

	private static final int SCALAR_BYTES = 48;

	private static final int CHARS_PER_STEP = 32;

	/** To be compared with, things are fetched from all over the memory. */
	private static final long STEPS_PER_COMPARISON = 2;

	/** Each element is added to a new array. */
	private static final long COPIED_PER_STEP = 16;

	private static final int SPREADING = 0x9e3779b9;

	/** The hash is an object's own. */
	private static final int ALONE = 0;

	private static final int PLAIN = 1;

	private static final Set<String> ORDERED = Set.of("java.math.BigDecimal", "java.math.BigInteger", "java.util.UUID",
			"java.util.Date", "java.net.URI", "java.time.Instant", "java.time.Duration", "java.time.LocalTime",
			"java.time.OffsetDateTime", "java.time.OffsetTime", "java.time.Year", "java.time.YearMonth",
			"java.time.MonthDay", "java.time.ZoneOffset");

	private static final Pattern TIME = Pattern
		.compile("([-+]?\\d{4,10})-(\\d\\d)-(\\d\\d)[Tt](\\d\\d):(\\d\\d)(?::(\\d\\d)(?:\\.(\\d{1,9}))?)?");

	private static final int TEXT = ordered("java.lang.String");

	/** Shorter ones are no larger than a {@code long}. */
	private static final int LONGEST_LONG = 19;

	/** Fewer elements are compared as they are. */
	private static final int FEW = 8;

	private static final int SHORTEST_YEAR = 4;

	private static final int SHORTEST_TIME = 16;

	private static final int LONGEST_TIME = 40;

	private final JsonParser parser;

	private final DecodingBudget budget;

	/** The elements of the sets, and the keys of the maps, that have begun. */
	private long[] costs = new long[64];

	private int[] hashes = new int[64];

	private int[] kinds = new int[64];

	private int top;

	private long cost;

	private int hash;

	private int kind;

	private int numbered;

	private JsonCosts(JsonParser parser, DecodingBudget budget) {
		this.parser = parser;
		this.budget = budget;
	}

	/** Whether objects of one of Java's classes have an order that a table uses. */
	static boolean isOrdered(String type) {
		return type.startsWith("java.lang.") || ORDERED.contains(type);
	}

	/** Whether an entry of that length need not be judged. */
	static boolean isSmall(int length) {
		return length <= SMALL_ENTRY;
	}

	/**
	 * Judges a value.
	 * @param parser at the beginning
	 * @throws IllegalArgumentException if it would cost more than the budget has
	 */
	static void judge(JsonParser parser, DecodingBudget budget) {
		JsonCosts costs = new JsonCosts(parser, budget);
		costs.value(parser.nextToken(), "");
	}

	/** Reads a value of the given class, if one is known, and leaves its cost. */
	private void value(@Nullable JsonToken token, String type) {
		this.budget.step(1);
		if (token == null) {
			throw new IllegalArgumentException("it ends too early");
		}
		switch (token) {
			case START_OBJECT -> object(type);
			case START_ARRAY -> array(type);
			default -> scalar(token, type);
		}
	}

	private void scalar(JsonToken token, String type) {
		boolean text = token == JsonToken.VALUE_STRING;
		int length = (text || token.isNumeric()) ? this.parser.getStringLength() : 0;
		this.budget.allocate(SCALAR_BYTES + 2L * length);
		is(1 + length / CHARS_PER_STEP,
				text ? textHash() : token.isNumeric() ? numberHash(token, length) : token.name().hashCode(),
				text ? TEXT : ordered(token.name()));
		if (text && ((type.isEmpty() && canBeTime(length)) || type.equals("java.time.LocalDateTime"))) {
			Integer time = (length <= LONGEST_TIME) ? timeHash(this.parser.getString()) : null;
			if (time != null || !type.isEmpty()) {
				is(1, (time != null) ? time : 0, PLAIN);
			}
		}
	}

	private boolean canBeTime(int length) {
		return length >= SHORTEST_TIME && length <= LONGEST_TIME
				&& this.parser.getStringCharacters()[this.parser.getStringOffset()] <= '9';
	}

	private int textHash() {
		char[] chars = this.parser.getStringCharacters();
		int start = this.parser.getStringOffset();
		int end = start + this.parser.getStringLength();
		int all = 0;
		for (int i = start; i < end; i++) {
			all = 31 * all + chars[i];
		}
		return all;
	}

	private int numberHash(JsonToken token, int length) {
		return (token == JsonToken.VALUE_NUMBER_INT && length < LONGEST_LONG)
				? Long.hashCode(this.parser.getLongValue()) : textHash();
	}

	/**
	 * Reads an object: a map's entries, whose keys are texts if no other class is named,
	 * or an application's properties.
	 */
	private void object(String typeAndKeys) {
		this.budget.allocate(CONTAINER_BYTES);
		int within = typeAndKeys.indexOf(JsonTypes.WITHIN);
		String type = (within < 0) ? typeAndKeys : typeAndKeys.substring(0, within);
		String keyType = (within < 0) ? "" : typeAndKeys.substring(within + 1, typeAndKeys.length() - 1);
		boolean sorts = !type.equals("java.util.Hashtable") && !type.equals("java.util.Properties");
		int from = this.top;
		long all = 1;
		int sum = 0;
		while (this.parser.nextToken() == JsonToken.PROPERTY_NAME) {
			String name = this.parser.currentName();
			this.budget.allocate(2L * SCALAR_BYTES + 2L * name.length());
			Integer time = timeHash(name);
			is(1 + name.length() / CHARS_PER_STEP, (time != null) ? time : name.hashCode(),
					(time != null) ? PLAIN : TEXT);
			if (!keyType.isEmpty()) {
				key(keyType, sorts);
			}
			int key = this.hash;
			push();
			value(this.parser.nextToken(), "");
			all += 1 + this.cost;
			sum += key ^ this.hash;
		}
		hashed(from, sorts);
		this.top = from;
		is(all, isOfJava(type) ? sum : ++this.numbered * SPREADING, isOfJava(type) ? PLAIN : ALONE);
	}

	/**
	 * Reads an array: a collection's elements if its class is known, and otherwise the
	 * name of a class and a value of it, or an array in Java as well.
	 */
	private void array(String typeAndElements) {
		this.budget.allocate(CONTAINER_BYTES);
		int within = typeAndElements.indexOf(JsonTypes.WITHIN);
		String type = (within < 0) ? typeAndElements : typeAndElements.substring(0, within);
		String elementType = (within < 0) ? "" : typeAndElements.substring(within + 1, typeAndElements.length() - 1);
		int from = this.top;
		long all = 1;
		int list = 1;
		int sum = 0;
		String name = "";
		for (JsonToken next = this.parser.nextToken(); next != JsonToken.END_ARRAY; next = this.parser.nextToken()) {
			boolean names = type.isEmpty() && this.top == from && next == JsonToken.VALUE_STRING
					&& this.parser.getStringLength() <= JsonTypes.LONGEST_ID;
			String before = name;
			name = names ? this.parser.getString() : "";
			value(next, before);
			if (!elementType.isEmpty()) {
				value(elementType);
			}
			push();
			all += this.cost;
			list = 31 * list + this.hash;
			sum += this.hash;
			if (!before.isEmpty()) {
				value(before);
			}
		}
		int count = this.top - from;
		if (type.isEmpty()) {
			this.top = from;
			if (count != 2) {
				is(all, list, ALONE);
			}
			return;
		}
		if (type.startsWith("java.util.concurrent.CopyOnWrite")) {
			this.budget.step((long) count * count / (type.endsWith("Set") ? 1 : COPIED_PER_STEP));
		}
		if (isSet(type)) {
			hashed(from, true);
		}
		this.top = from;
		// a time in parts is no list
		is(all, isSet(type) ? sum : list, type.startsWith("java.time.") ? ALONE : PLAIN);
	}

	/** Makes of what was read last a value of a class. */
	private void value(String type) {
		if (!isOfJava(type)) {
			is(this.cost, ++this.numbered * SPREADING, ALONE);
		}
		else if (isOrdered(type)) {
			is(this.cost, this.hash, ordered(type));
		}
		else if (this.kind != PLAIN && !type.equals("java.time.LocalDate")) {
			is(this.cost, type.hashCode(), PLAIN);
		}
		else {
			is(this.cost, this.hash, PLAIN);
		}
	}

	/** Makes of a name a key of a class, of whose hashes the text does not tell all. */
	private void key(String type, boolean sorts) {
		if (sorts) {
			value(type);
		}
		else {
			is(this.cost, type.hashCode(), PLAIN);
		}
	}

	/** Charges for the keys of a table, which are all from there on. */
	private void hashed(int from, boolean sorts) {
		if (this.top - from <= FEW && areDifferent(from)) {
			for (int i = from; i < this.top; i++) {
				this.budget.step(this.costs[i]);
			}
			return;
		}
		long[] keys = new long[this.top - from];
		int count = 0;
		for (int i = from; i < this.top; i++) {
			this.budget.step(this.costs[i]);
			if (this.kinds[i] != ALONE) {
				keys[count++] = (long) this.hashes[i] << 32 | i;
			}
		}
		Arrays.sort(keys, 0, count);
		for (int begin = 0, end; begin < count; begin = end) {
			end = begin + 1;
			while (end < count && keys[end] >> 32 == keys[begin] >> 32) {
				end++;
			}
			equal(keys, begin, end, sorts);
		}
	}

	private boolean areDifferent(int from) {
		for (int i = from; i < this.top; i++) {
			for (int j = from; j < i; j++) {
				if (this.hashes[i] == this.hashes[j]) {
					return false;
				}
			}
		}
		return true;
	}

	/** Charges for keys whose hashes are equal. */
	private void equal(long[] keys, int begin, int end, boolean sorts) {
		long count = (long) end - begin;
		int kindOfAll = this.kinds[(int) keys[begin]];
		long most = 0;
		for (int i = begin; i < end; i++) {
			int at = (int) keys[i];
			most = Math.max(most, this.costs[at]);
			kindOfAll = (this.kinds[at] == kindOfAll) ? kindOfAll : PLAIN;
		}
		boolean sorted = sorts && kindOfAll != PLAIN;
		this.budget.step((sorted ? count * (63 - Long.numberOfLeadingZeros(count))
				: STEPS_PER_COMPARISON * count * (count - 1) / 2) * most);
	}

	/**
	 * The hash of a {@code LocalDateTime}, of which many have the same and which has no
	 * order for a table. {@code null} if the text is none.
	 */
	private static @Nullable Integer timeHash(String text) {
		if (text.length() < SHORTEST_TIME || text.length() > LONGEST_TIME || text.indexOf('-', 1) < SHORTEST_YEAR) {
			return null;
		}
		Matcher time = TIME.matcher(text);
		if (!time.matches()) {
			return null;
		}
		int year = Integer.parseInt(time.group(1));
		int date = (year & 0xfffff800) ^ ((year << 11) + (number(time, 2) << 6) + number(time, 3));
		String fraction = (time.group(7) != null) ? time.group(7) : "";
		long seconds = number(time, 4) * 3600L + number(time, 5) * 60L + number(time, 6);
		long nanos = Integer.parseInt((fraction + "000000000").substring(0, 9));
		return date ^ Long.hashCode(seconds * 1_000_000_000L + nanos);
	}

	private static int number(Matcher matcher, int group) {
		String digits = matcher.group(group);
		return (digits != null) ? Integer.parseInt(digits) : 0;
	}

	private static boolean isOfJava(String type) {
		return type.startsWith("java.");
	}

	private static boolean isSet(String type) {
		return isOfJava(type) && type.contains("Set") && !type.contains("Tree") && !type.contains("SkipList");
	}

	/** A class's own mark, by which objects of one class are known. */
	private static int ordered(String type) {
		return type.hashCode() | 2;
	}

	private void is(long cost, int hash, int kind) {
		this.cost = cost;
		this.hash = hash;
		this.kind = kind;
	}

	private void push() {
		if (this.top == this.costs.length) {
			this.costs = Arrays.copyOf(this.costs, 2 * this.top);
			this.hashes = Arrays.copyOf(this.hashes, 2 * this.top);
			this.kinds = Arrays.copyOf(this.kinds, 2 * this.top);
		}
		this.costs[this.top] = this.cost;
		this.hashes[this.top] = this.hash;
		this.kinds[this.top++] = this.kind;
	}

}
