package io.libmc.codec;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

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

	/** Classes whose objects a HashMap puts in order if their hashes are equal. */
	private static final Set<String> ORDERED = Set.of("java.net.URI", "java.io.File");

	/** Measured: 41 for a byte of rules that are all transitions. */
	private static final int BYTES_PER_RULE_BYTE = 44;

	/** A network interface is looked for by name. */
	private static final int STEPS_PER_SCOPE = 5000;

	/** As texts of ordinary length have one. */
	private static final int BYTES_PER_HANDLE = 20;

	private static final int MOST_AT_ONCE = 1000;

	private static final int FEW = 32;

	private final DecodingBudget budget;

	private final ByteBuffer in;

	/** By handle. */
	private final CostTable known;

	/** What the collections under way hold so far. */
	private final CostTable pile = new CostTable(FEW);

	private final SerializedTables tables;

	final SerializedEnums enums = new SerializedEnums();

	private int top;

	private final List<SerializedFrame> frames = new ArrayList<>();

	private int level = -1;

	/** That of the level. */
	private @Nullable SerializedFrame frame;

	private long cost;

	/** How many elements or characters whoever copies it copies. */
	private long size;

	private int hash;

	private int kind;

	SerializedCosts(byte[] bytes, DecodingBudget budget) {
		this.in = ByteBuffer.wrap(bytes);
		this.known = new CostTable(Math.min(bytes.length / BYTES_PER_HANDLE, MOST_AT_ONCE));
		this.budget = budget;
		this.tables = new SerializedTables(budget, this.pile);
	}

	void isNull() {
		is(1, 0, SerializedKind.NULL);
	}

	void isClass() {
		is(1, 0, SerializedKind.ALONE);
	}

	void isReference(int handle) {
		this.known.reserve(handle);
		is(this.known.costs[handle], this.known.hashes[handle], this.known.kinds[handle]);
		this.size = this.known.sizes[handle];
	}

	/** There is one object of it, however often the stream holds it. */
	void isConstant(int handle, String name, int more) {
		is(1, SerializedEnums.hash(name) + more, SerializedKind.ALONE);
		keep(handle);
	}

	/** The hash of the last object, or what stands for it. */
	int hash() {
		return this.hash;
	}

	void isString(int handle, int hash, long length) {
		is(1 + length, hash, SerializedKind.ordered("java.lang.String"));
		this.size = 1 + length;
		keep(handle);
	}

	void begin(SerializedClass type, int handle) {
		push().ofJava = type.ofJava;
		is(1, spread(handle), type.isHashedByJava() ? SerializedKind.CYCLIC : SerializedKind.OPEN);
		this.size = type.collects ? this.in.capacity() / 4L : 0;
		keep(handle);
		set(spread(handle), SerializedKind.ALONE);
	}

	void beginArray(int handle, int length) {
		push().ofJava = true;
		is(1, spread(handle), SerializedKind.CYCLIC);
		this.size = 1L + length;
		keep(handle);
	}

	/** An array of objects is complete; its hash is that of a list of it. */
	void endArray(int handle) {
		SerializedFrame frame = frame();
		int kindOfAll = this.tables.kindOf(frame.base, this.top);
		int alone = (kindOfAll == SerializedKind.PLAIN) ? SerializedKind.ALONE : kindOfAll;
		is(CostTable.sum(1, frame.cost), this.tables.listHash(frame.base, this.top),
				frame.cyclic ? SerializedKind.CYCLIC : alone);
		this.size = 1L + this.top - frame.base;
		pop(handle);
	}

	/** An array of primitive types is complete, which lies there; its hash says so. */
	void endArray(int handle, int start, long bytes) {
		long steps = bytes / SerializedStream.BYTES_PER_STEP;
		is(1 + steps, start, SerializedKind.ALONE);
		this.size = 1 + steps;
		pop(handle);
	}

	/** The fields of one of an object's classes begin, those of primitive types here. */
	void fields(SerializedClass part, int at) {
		SerializedFrame frame = frame();
		frame.beginPart(part.hash, at, this.top);
		frame.synchronizes = part.name.startsWith("java.util.Collections$Synchronized");
		frame.bitsPerConstant = SerializedEnums.bitsOf(part.name);
		frame.captures = part.name.equals("java.lang.invoke.SerializedLambda");
	}

	void field(String name) {
		SerializedFrame frame = frame();
		if ((frame.synchronizes && name.equals("mutex")) || (frame.captures && !name.equals("capturedArgs"))) {
			return;
		}
		if (frame.bitsPerConstant > 0 && (name.equals("keyType") || name.equals("elementType"))) {
			this.enums.hold(this.hash, frame.bitsPerConstant, this.budget);
		}
		if (name.equals("comparator")) {
			frame.compares(this.cost, this.kind == SerializedKind.CYCLIC);
		}
		frame.hold(this.cost, this.kind == SerializedKind.CYCLIC, this.size);
		frame.field(name, this.hash, this.kind);
	}

	void block(int start, int length) {
		SerializedFrame frame = frame();
		frame.hold(length / SerializedStream.BYTES_PER_STEP, false, 0);
		if (frame.blocks++ == 0) {
			frame.block = start;
			frame.blockLength = length;
		}
	}

	void element() {
		frame().hold(this.cost, this.kind == SerializedKind.CYCLIC, 1 + this.size);
		this.pile.put(this.top++, this.cost, this.size, this.hash, this.kind);
	}

	void end(SerializedClass type, int handle) {
		SerializedFrame frame = frame();
		boolean cyclic = frame.cyclic && type.isHashedByJava();
		is(CostTable.sum(1, frame.cost), frame.hash, cyclic ? SerializedKind.CYCLIC : frame.kind);
		this.size = type.collects ? frame.size : 0;
		pop(handle);
	}

	/** One of an object's classes is complete. */
	void part(SerializedClass part) {
		SerializedFrame frame = frame();
		part.reading.charge(frame.size, this.budget);
		switch (part.name) {
			case "java.lang.Integer" -> set(number(part, "value", 4), SerializedKind.ordered(part.name));
			case "java.lang.Float" ->
				set(Float.hashCode(Float.intBitsToFloat(number(part, "value", 4))), SerializedKind.ordered(part.name));
			case "java.lang.Short" -> set(number(part, "value", 2), SerializedKind.ordered(part.name));
			case "java.lang.Character" -> set((char) number(part, "value", 2), SerializedKind.ordered(part.name));
			case "java.lang.Byte" -> set(number(part, "value", 1), SerializedKind.ordered(part.name));
			case "java.lang.Boolean" ->
				set(Boolean.hashCode(number(part, "value", 1) != 0), SerializedKind.ordered(part.name));
			case "java.lang.Long" -> set(Long.hashCode(longField(part, "value")), SerializedKind.ordered(part.name));
			case "java.lang.Double" -> set(Double.hashCode(Double.longBitsToDouble(longField(part, "value"))),
					SerializedKind.ordered(part.name));
			case "java.util.UUID" ->
				set(Long.hashCode(longField(part, "mostSigBits") ^ longField(part, "leastSigBits")),
						SerializedKind.ordered(part.name));
			case "java.util.Date" -> {
				frame.time = (frame.blockLength >= 8) ? this.in.getLong(frame.block) : 0;
				set(Long.hashCode(frame.time), (frame.blockLength >= 8) ? SerializedKind.ordered(part.name)
						: SerializedKind.orderedUnknown(part.name));
			}
			case "java.sql.Date", "java.sql.Time" -> set(frame.hash, frame.unordered());
			case "java.sql.Timestamp" ->
				set(Long.hashCode(frame.time + number(part, "nanos", 4) / 1_000_000), frame.unordered());
			case "java.math.BigInteger" ->
				set(digits(frame) * number(part, "signum", 4), SerializedKind.ordered(part.name));
			case "java.math.BigDecimal" -> {
				// To compare two of them may take a multiplication of all digits.
				frame.cost = CostTable.times(frame.cost, frame.cost);
				set(31 * frame.first + number(part, "scale", 4),
						frame.unknown ? SerializedKind.orderedUnknown(part.name) : SerializedKind.ordered(part.name));
			}
			case "java.util.ArrayList" -> list(part, frame, number(part, "size", 4));
			case "java.util.LinkedList", "java.util.concurrent.CopyOnWriteArrayList" ->
				list(part, frame, written(frame, 0));
			case "java.util.HashSet" -> hashed(part, frame, 8, 1, true);
			case "java.util.HashMap" -> hashed(part, frame, 4, 2, true);
			case "java.util.concurrent.ConcurrentHashMap" -> {
				check(part,
						this.tables.endWithNothing(frame.partBase, this.top) && (this.top - frame.partBase) % 2 == 0);
				again(this.tables.hashed(frame.partBase, this.top, 2, true));
				sum(frame.partBase, 2);
			}
			case "java.util.Hashtable" -> {
				hashed(part, frame, 4, 2, false);
				again(this.tables.chained(frame.partBase, this.top, written(frame, 0),
						Float.intBitsToFloat(number(part, "loadFactor", 4))));
			}
			case "java.util.TreeSet" -> {
				// It writes its comparator before its elements.
				int from = frame.partBase + 1;
				check(part, from <= this.top && written(frame, 0) == this.top - from);
				frame.compares(this.pile.costs[from - 1], this.pile.kinds[from - 1] == SerializedKind.CYCLIC);
				sorted(from, 1);
			}
			case "java.util.TreeMap$SubMap" -> {
				// It compares its bounds.
				this.budget.step(frame.cost);
				other(part, frame);
			}
			case "java.util.TreeMap" -> {
				check(part, 2L * written(frame, 0) == this.top - frame.partBase);
				sorted(frame.partBase, 2);
			}
			case "java.util.concurrent.ConcurrentSkipListMap" -> {
				check(part,
						this.tables.endWithNothing(frame.partBase, this.top) && (this.top - frame.partBase) % 2 == 1);
				this.budget.step(CostTable.times(this.pile.sum(frame.partBase, this.top, 2), frame.comparator));
				sorted(frame.partBase, 2);
			}
			case "java.util.CollSer" -> immutable(part, frame);
			case "java.util.PriorityQueue" -> {
				frame.cost = CostTable.times(this.pile.sum(frame.partBase, this.top, 1), frame.comparator);
				this.budget.step(CostTable.times(3, frame.cost));
				other(part, frame);
			}
			// It adds what a PriorityQueue, already in order, holds.
			case "java.util.concurrent.PriorityBlockingQueue" -> {
				this.budget.step(frame.cost);
				other(part, frame);
			}
			case "java.util.Collections$CopiesList" -> {
				frame.cost = CostTable.times(frame.cost, number(part, "n", 4) & 0x7fffffff);
				frame.size = CostTable.times(1 + frame.size, number(part, "n", 4) & 0x7fffffff);
				other(part, frame);
			}
			case "java.util.concurrent.CopyOnWriteArraySet" -> {
				// Each element of one is compared with each of another.
				frame.cost = CostTable.times(frame.cost, frame.cost);
				other(part, frame);
			}
			case "java.net.URL", "java.net.SocketPermission" -> {
				this.budget.suspect(part.name
						+ " asks the name service for its host whenever it is hashed or compared; hash a java.net.URI instead");
				frame.cyclic = true;
			}
			case "java.time.Ser" ->
				SerializedTime.hash(this.in, frame.block, (frame.blocks == 1) ? frame.blockLength : 0, this::set);
			case "java.time.zone.Ser" -> {
				// a transition of a few bytes becomes several objects
				long bytes = CostTable.times(SerializedStream.BYTES_PER_STEP, frame.cost);
				this.budget.step(bytes / 4);
				this.budget.allocate(CostTable.times(BYTES_PER_RULE_BYTE, bytes));
				other(part, frame);
			}
			case "java.net.Inet6Address" -> {
				this.budget.step(STEPS_PER_SCOPE);
				other(part, frame);
			}
			default -> other(part, frame);
		}
	}

	private void other(SerializedClass part, SerializedFrame frame) {
		if (part.hash != null) {
			set((frame.first ^ frame.second) + part.hash.more(),
					frame.unknown ? SerializedKind.UNKNOWN : SerializedKind.PLAIN);
		}
		else if (part.ofJava && (frame.ofJava || part.collects) && !part.inheritsHash) {
			set(0, ORDERED.contains(part.name) ? SerializedKind.orderedUnknown(part.name) : SerializedKind.UNKNOWN);
		}
	}

	private void list(SerializedClass part, SerializedFrame frame, int size) {
		check(part, size == this.top - frame.partBase);
		set(this.tables.listHash(frame.partBase, this.top), this.tables.kindOf(frame.partBase, this.top));
	}

	/** A table whose size is written there. */
	private void hashed(SerializedClass part, SerializedFrame frame, int sizeAt, int stride, boolean sorts) {
		check(part, (long) written(frame, sizeAt) * stride == this.top - frame.partBase);
		again(this.tables.hashed(frame.partBase, this.top, stride, sorts));
		sum(frame.partBase, stride);
	}

	/** What {@code List.of}, {@code Set.of} and {@code Map.of} return. */
	private void immutable(SerializedClass part, SerializedFrame frame) {
		int tag = number(part, "tag", 4) & 0xff;
		if (tag == 2 || tag == 3) {
			check(part, written(frame, 0) == this.top - frame.partBase);
			again(this.tables.probed(frame.partBase, this.top, tag - 1));
			sum(frame.partBase, tag - 1);
		}
		else {
			list(part, frame, written(frame, 0));
		}
	}

	private void sum(int from, int stride) {
		set(this.tables.sumHash(from, this.top, stride), this.tables.kindOf(from, this.top));
	}

	/** What takes steps now takes them again when the collection is compared. */
	private void again(long steps) {
		frame().hold(steps, false, 0);
	}

	/** To compare two of them looks each key of one up in the other. */
	private void sorted(int from, int stride) {
		int levels = 32 - Integer.numberOfLeadingZeros(Math.max(1, this.top - from));
		long each = CostTable.times(frame().comparator, this.pile.sum(from, this.top, stride));
		frame().hold(CostTable.times(levels, each), false, 0);
		sum(from, stride);
	}

	/** A number that the class under way wrote of its own accord. */
	private int written(SerializedFrame frame, int offset) {
		return (frame.blockLength >= offset + Integer.BYTES) ? this.in.getInt(frame.block + offset) : -1;
	}

	/** Java would leave alone what is more, and wait for what is less. */
	private static void check(SerializedClass part, boolean whole) {
		if (!whole) {
			throw new IllegalArgumentException(
					"it is no stream of Java serialization: a " + part.name + " holds other than it says");
		}
	}

	/**
	 * The hash of the bytes of a positive number, in groups of four, less zeros before.
	 */
	private int digits(SerializedFrame frame) {
		int start = frame.first;
		int length = (start >= Integer.BYTES && start < this.in.capacity()) ? this.in.getInt(start - Integer.BYTES) : 0;
		if (length <= 0 || length > this.in.capacity() - start) {
			return 0;
		}
		this.budget.step(length / SerializedStream.BYTES_PER_STEP);
		int all = 0;
		int group = 0;
		for (int left = length; left > 0; left--) {
			group = group << 8 | (this.in.get(start + length - left) & 0xff);
			if (left % 4 == 1) {
				all = 31 * all + group;
				group = 0;
			}
		}
		return all;
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
		SerializedFrame begun = this.frames.get(this.level);
		begun.clear(this.top);
		this.frame = begun;
		return begun;
	}

	private void pop(int handle) {
		keep(handle);
		this.top = frame().base;
		this.level--;
		this.frame = (this.level >= 0) ? this.frames.get(this.level) : null;
	}

	private SerializedFrame frame() {
		return Objects.requireNonNull(this.frame);
	}

}
