package io.libmc.codec;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * What it costs to hash and to compare the objects in a stream of Java serialization, as
 * Java's collections do while they are read.
 * <p>
 * The cost of an object is the number of objects within it, where one that is referred to
 * counts each time: so often {@code hashCode} comes by. It is charged whenever the object
 * becomes a key of a hash table. Keys whose hashes are equal are compared, so the hashes
 * of strings, numbers and collections are computed as Java does. Of other classes of Java
 * all hashes count as equal; those of an application's classes, which only their code
 * knows, as different.
 * <p>
 * A comparator costs as much, each time that it compares: one that is made of others
 * calls each as often as it is reached.
 */
final class SerializedCosts {

	/** The hash is the object's own, or nobody else's concern. */
	private static final int ALONE = 0;

	/** Not ordered: a table compares all whose hashes are equal. */
	private static final int PLAIN = 1;

	/** It holds itself, so that hashing it would never end, or what asks the network. */
	private static final int CYCLIC = 2;

	/** Classes whose objects a HashMap puts in order if their hashes are equal. */
	private static final Set<String> ORDERED = Set.of("java.math.BigInteger", "java.math.BigDecimal", "java.net.URI",
			"java.util.UUID");

	/** A network interface is looked for by name. */
	private static final int STEPS_PER_SCOPE = 5000;

	private final DecodingBudget budget;

	private final ByteBuffer in;

	/** By handle. */
	private final CostTable known = new CostTable();

	/** What the collections under way hold so far. */
	private final CostTable pile = new CostTable();

	private int top;

	private final List<SerializedFrame> frames = new ArrayList<>();

	private int level = -1;

	private long cost;

	/** How many elements or characters whoever copies it copies. */
	private long size;

	private int hash;

	private int kind;

	SerializedCosts(byte[] bytes, DecodingBudget budget) {
		this.in = ByteBuffer.wrap(bytes);
		this.budget = budget;
	}

	void isNull() {
		is(1, 0, ALONE);
	}

	void isReference(int handle) {
		this.known.reserve(handle);
		is(this.known.costs[handle], this.known.hashes[handle], this.known.kinds[handle]);
		this.size = this.known.sizes[handle];
	}

	/** Its hash is its own. */
	void isAlone(int handle) {
		is(1, spread(handle), ALONE);
		keep(handle);
	}

	void isString(int handle, int hash, long length) {
		is(1 + length, hash, ordered("java.lang.String"));
		this.size = 1 + length;
		keep(handle);
	}

	void begin(SerializedClass type, int handle) {
		push().ofJava = type.ofJava;
		is(1, spread(handle), type.ofJava ? CYCLIC : ALONE);
		this.size = type.collects ? this.in.capacity() / 4L : 0;
		keep(handle);
		set(spread(handle), ALONE);
	}

	void beginArray(int handle, int length) {
		push().ofJava = true;
		is(1, spread(handle), CYCLIC);
		this.size = 1L + length;
		keep(handle);
	}

	void endArray(int handle, long length) {
		SerializedFrame frame = frame();
		is(CostTable.sum(1 + length, frame.cost), listHash(frame.base), frame.cyclic ? CYCLIC : ALONE);
		this.size = 1 + length + this.top - frame.base;
		pop(handle);
	}

	/** The fields of one of an object's classes begin, those of primitive types here. */
	void fields(SerializedClass part, int at) {
		SerializedFrame frame = frame();
		frame.fieldsAt = at;
		frame.fields = 0;
		frame.partBase = this.top;
		frame.synchronizes = part.name.startsWith("java.util.Collections$Synchronized");
		frame.captures = part.name.equals("java.lang.invoke.SerializedLambda");
	}

	void field(String name) {
		SerializedFrame frame = frame();
		if ((frame.synchronizes && name.equals("mutex")) || (frame.captures && !name.equals("capturedArgs"))) {
			return;
		}
		if (name.equals("comparator")) {
			frame.compares(this.cost, this.kind == CYCLIC);
		}
		frame.hold(this.cost, this.kind == CYCLIC, this.size);
		if (frame.fields++ == 0) {
			frame.first = this.hash;
		}
		else {
			frame.second = this.hash;
		}
	}

	void block(int start, int length) {
		SerializedFrame frame = frame();
		frame.hold(length / SerializedStream.BYTES_PER_STEP, false, 0);
		if (frame.blockLength == 0) {
			frame.block = start;
			frame.blockLength = length;
		}
	}

	void element() {
		frame().hold(this.cost, this.kind == CYCLIC, 1 + this.size);
		this.pile.put(this.top++, this.cost, this.size, this.hash, this.kind);
	}

	void end(SerializedClass type, int handle) {
		SerializedFrame frame = frame();
		boolean cyclic = frame.cyclic && type.ofJava;
		is(CostTable.sum(1, frame.cost), frame.hash, cyclic ? CYCLIC : frame.kind);
		this.size = type.collects ? frame.size : 0;
		pop(handle);
	}

	/** One of an object's classes is complete. */
	void part(SerializedClass part) {
		SerializedFrame frame = frame();
		int from = frame.partBase;
		part.reading.charge(frame.size, this.budget);
		switch (part.name) {
			case "java.lang.Integer", "java.lang.Float" -> set(number(part, 4), ordered(part.name));
			case "java.lang.Short", "java.lang.Character" -> set(number(part, 2), ordered(part.name));
			case "java.lang.Byte", "java.lang.Boolean" -> set(number(part, 1), ordered(part.name));
			case "java.lang.Long", "java.lang.Double" -> set(number(part, 8), ordered(part.name));
			case "java.util.UUID" ->
				set(Long.hashCode(longField(part, "mostSigBits") ^ longField(part, "leastSigBits")),
						ordered(part.name));
			case "java.util.Date" ->
				set((frame.blockLength == 8) ? Long.hashCode(this.in.getLong(frame.block)) : 0, ordered(part.name));
			case "java.util.ArrayList", "java.util.LinkedList", "java.util.concurrent.CopyOnWriteArrayList" ->
				set(listHash(from), PLAIN);
			case "java.util.HashSet" -> {
				hashed(from, 1, true);
				set(sumHash(from, 1), PLAIN);
			}
			case "java.util.HashMap", "java.util.concurrent.ConcurrentHashMap" -> {
				hashed(from, 2, true);
				set(sumHash(from, 2), PLAIN);
			}
			case "java.util.Hashtable" -> {
				hashed(from, 2, false);
				chained(part, from);
				set(sumHash(from, 2), PLAIN);
			}
			case "java.util.TreeSet" -> {
				// It writes its comparator before its elements.
				if (from < this.top) {
					frame.compares(this.pile.costs[from], this.pile.kinds[from] == CYCLIC);
				}
				sorted(from + 1, 1);
				set(sumHash(from + 1, 1), PLAIN);
			}
			case "java.util.TreeMap$SubMap" -> {
				// It compares its bounds.
				this.budget.step(frame.cost);
				other(part, frame);
			}
			case "java.util.TreeMap" -> {
				sorted(from, 2);
				set(sumHash(from, 2), PLAIN);
			}
			case "java.util.concurrent.ConcurrentSkipListMap" -> {
				this.budget.step(CostTable.times(this.pile.sum(from, this.top, 2), frame.comparator));
				sorted(from, 2);
				set(sumHash(from, 2), PLAIN);
			}
			case "java.util.CollSer" -> immutable(part, from);
			case "java.util.PriorityQueue" -> {
				frame.cost = CostTable.times(this.pile.sum(from, this.top, 1), frame.comparator);
				this.budget.step(CostTable.times(3, frame.cost));
			}
			// It adds what a PriorityQueue, already in order, holds.
			case "java.util.concurrent.PriorityBlockingQueue" -> this.budget.step(frame.cost);
			case "java.util.Arrays$ArrayList" -> set(frame.first, PLAIN);
			case "java.util.AbstractMap$SimpleEntry", "java.util.AbstractMap$SimpleImmutableEntry",
					"java.util.Collections$SingletonMap" ->
				set(frame.first ^ frame.second, PLAIN);
			case "java.util.Collections$CopiesList" -> {
				frame.cost = CostTable.times(frame.cost, number(part, "n", 4) & 0x7fffffff);
				frame.size = CostTable.times(1 + frame.size, number(part, "n", 4) & 0x7fffffff);
				set(0, PLAIN);
			}
			case "java.util.concurrent.CopyOnWriteArraySet" -> {
				// Each element of one is compared with each of another.
				frame.cost = CostTable.times(frame.cost, frame.cost);
				set(0, PLAIN);
			}
			case "java.net.URL", "java.net.SocketPermission" -> {
				this.budget.suspect(part.name
						+ " asks the name service for its host whenever it is hashed or compared; hash a java.net.URI instead");
				frame.cyclic = true;
			}
			case "java.math.BigDecimal" -> {
				// To compare two of them may take a multiplication of all digits.
				frame.cost = CostTable.times(frame.cost, frame.cost);
				set(0, ordered(part.name));
			}
			case "java.time.Ser" -> SerializedTime.hash(this.in, frame.block, frame.blockLength, this::set);
			case "java.net.Inet6Address" -> {
				this.budget.step(STEPS_PER_SCOPE);
				set(0, PLAIN);
			}
			default -> other(part, frame);
		}
	}

	private void other(SerializedClass part, SerializedFrame frame) {
		if (part.name.startsWith("java.util.Collections$") && frame.fields > 0) {
			set(frame.first, PLAIN);
		}
		else if (part.name.startsWith("java.sql.")) {
			set(frame.hash, PLAIN);
		}
		else if (frame.ofJava && part.ofJava && !part.name.equals("java.util.LinkedHashSet")
				&& !part.name.equals("java.util.LinkedHashMap") && !part.name.equals("java.util.Properties")) {
			set(part.name.hashCode(), ORDERED.contains(part.name) ? ordered(part.name) : PLAIN);
		}
	}

	/** What {@code List.of}, {@code Set.of} and {@code Map.of} return. */
	private void immutable(SerializedClass part, int from) {
		switch (number(part, "tag", 4) & 0xff) {
			case 2 -> {
				probed(from, 1);
				set(sumHash(from, 1), PLAIN);
			}
			case 3 -> {
				probed(from, 2);
				set(sumHash(from, 2), PLAIN);
			}
			default -> set(listHash(from), PLAIN);
		}
	}

	/** Charges for keys of a table, each {@code stride}-th from there on. */
	private void hashed(int from, int stride, boolean sorts) {
		long[] keys = new long[(this.top - from + stride - 1) / stride];
		int count = 0;
		for (int i = from; i < this.top; i += stride) {
			this.budget.step(costOf(i));
			if (this.pile.kinds[i] != ALONE) {
				keys[count++] = (long) this.pile.hashes[i] << 32 | i;
			}
		}
		if (count > 1) {
			Arrays.sort(keys, 0, count);
			for (int begin = 0, end; begin < count; begin = end) {
				end = begin + 1;
				while (end < count && keys[end] >> 32 == keys[begin] >> 32) {
					end++;
				}
				equal(keys, begin, end, sorts);
			}
		}
	}

	/** Charges for keys whose hashes are equal. */
	private void equal(long[] keys, int begin, int end, boolean sorts) {
		long count = (long) end - begin;
		int kindOfAll = this.pile.kinds[(int) keys[begin]];
		long most = 0;
		for (int i = begin; i < end; i++) {
			int at = (int) keys[i];
			most = Math.max(most, costOf(at));
			kindOfAll = (this.pile.kinds[at] == kindOfAll) ? kindOfAll : PLAIN;
		}
		long comparisons = (sorts && kindOfAll != PLAIN) ? count * (63 - Long.numberOfLeadingZeros(count))
				: count * (count - 1) / 2;
		again(CostTable.times(2 * comparisons, most));
	}

	/** A Hashtable has as few chains as the stream says. */
	private void chained(SerializedClass part, int from) {
		SerializedFrame frame = frame();
		int keys = (this.top - from + 1) / 2;
		if (keys == 0) {
			return;
		}
		float loadFactor = Float.intBitsToFloat(number(part, "loadFactor", 4));
		double wanted = keys / Math.min(Math.max(0.25, loadFactor), 4.0);
		int length = (frame.blockLength >= 4) ? this.in.getInt(frame.block) : 1;
		int[] chains = new int[(int) Math.max(1, Math.min(length, wanted))];
		for (int i = from; i < this.top; i += 2) {
			again(chains[(this.pile.hashes[i] & 0x7fffffff) % chains.length]++);
		}
	}

	/** A key goes to the next slot that is free and is compared with all on the way. */
	private void probed(int from, int stride) {
		int keys = (this.top - from + stride - 1) / stride;
		boolean[] taken = new boolean[2 * keys];
		for (int i = from; i < this.top; i += stride) {
			long each = costOf(i);
			this.budget.step(each);
			int slot = Math.floorMod(this.pile.hashes[i], taken.length);
			while (taken[slot]) {
				again(CostTable.times(2, each));
				slot = (slot + 1) % taken.length;
			}
			taken[slot] = true;
		}
	}

	/** What takes steps now takes them again when the collection is compared. */
	private void again(long steps) {
		this.budget.step(steps);
		frame().hold(steps, false, 0);
	}

	/** To compare two of them looks each key of one up in the other. */
	private void sorted(int from, int stride) {
		int levels = 32 - Integer.numberOfLeadingZeros(Math.max(1, this.top - from));
		long each = CostTable.times(frame().comparator, this.pile.sum(from, this.top, stride));
		frame().hold(CostTable.times(levels, each), false, 0);
	}

	private long costOf(int at) {
		return (this.pile.kinds[at] == CYCLIC) ? CostTable.ENDLESS : this.pile.costs[at];
	}

	private int listHash(int from) {
		int all = 1;
		for (int i = from; i < this.top; i++) {
			all = 31 * all + this.pile.hashes[i];
		}
		return all;
	}

	private int sumHash(int from, int stride) {
		int all = 0;
		for (int i = from; i < this.top; i += stride) {
			boolean pair = stride == 2 && i + 1 < this.top;
			all += pair ? this.pile.hashes[i] ^ this.pile.hashes[i + 1] : this.pile.hashes[i];
		}
		return all;
	}

	private int number(SerializedClass part, int width) {
		return (width == 8) ? Long.hashCode(longField(part, "value")) : number(part, "value", width);
	}

	private int number(SerializedClass part, String field, int width) {
		int offset = part.offset(field);
		if (offset < 0 || offset + width > part.primitiveBytes) {
			return 0;
		}
		int at = frame().fieldsAt + offset;
		return (width == 4) ? this.in.getInt(at) : (width == 2) ? this.in.getShort(at) : this.in.get(at);
	}

	private long longField(SerializedClass part, String field) {
		int offset = part.offset(field);
		return (offset < 0 || offset + 8 > part.primitiveBytes) ? 0 : this.in.getLong(frame().fieldsAt + offset);
	}

	/** A class's own mark, by which objects of one class are known. */
	static int ordered(String name) {
		return name.hashCode() | 4;
	}

	private void set(int hash, int kind) {
		frame().hash = hash;
		frame().kind = kind;
	}

	private void is(long cost, int hash, int kind) {
		this.cost = cost;
		this.size = 0;
		this.hash = hash;
		this.kind = kind;
	}

	private void keep(int handle) {
		this.known.put(handle, this.cost, this.size, this.hash, this.kind);
	}

	private static int spread(int handle) {
		return handle * 0x9e3779b9;
	}

	private SerializedFrame push() {
		if (++this.level == this.frames.size()) {
			this.frames.add(new SerializedFrame());
		}
		SerializedFrame frame = frame();
		frame.clear(this.top);
		return frame;
	}

	private void pop(int handle) {
		keep(handle);
		this.top = frame().base;
		this.level--;
	}

	private SerializedFrame frame() {
		return this.frames.get(this.level);
	}

}
