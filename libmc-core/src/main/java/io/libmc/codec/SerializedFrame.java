package io.libmc.codec;

import org.jspecify.annotations.Nullable;

/** An object or an array of a stream of Java serialization, while it is under way. */
final class SerializedFrame {

	/** To call one takes less than to come by an object of a table. */
	private static final int COMPARATORS_PER_STEP = 8;

	boolean ofJava;

	int base;

	int partBase;

	long cost;

	/** How many elements and characters it refers to directly. */
	long size;

	/** How often more each comparison costs for the comparator that it holds. */
	long comparator;

	boolean cyclic;

	int hash;

	int kind;

	int fieldsAt;

	/** How the fields of the class under way make a hash. */
	@Nullable SerializedHash fields;

	int first;

	int second;

	/** Whether one of both hashes may be any. */
	boolean unknown;

	/** Where the first bytes lie that the class under way wrote of its own accord. */
	int block;

	int blockLength;

	int blocks;

	/** The moment of a date. */
	long time;

	boolean synchronizes;

	/** What a map or set of an enum takes for each constant of it. */
	int bitsPerConstant;

	/** Whether it is a lambda, which costs what it captures. */
	boolean captures;

	void clear(int top) {
		this.base = top;
		this.partBase = top;
		this.cost = 0;
		this.size = 0;
		this.comparator = 1;
		this.cyclic = false;
		this.blocks = 0;
		this.blockLength = 0;
		this.synchronizes = false;
		this.bitsPerConstant = 0;
		this.captures = false;
	}

	/** The fields of one of its classes begin. */
	void beginPart(@Nullable SerializedHash fields, int at, int top) {
		this.fieldsAt = at;
		this.partBase = top;
		this.fields = fields;
		this.first = 0;
		this.second = 0;
		this.unknown = false;
		this.blocks = 0;
		this.blockLength = 0;
	}

	void field(String name, int hash, int kind) {
		if (this.fields == null) {
			return;
		}
		if (name.equals(this.fields.first())) {
			this.first = hash;
			this.unknown |= SerializedKind.isUnknown(kind);
		}
		else if (name.equals(this.fields.second())) {
			this.second = hash;
			this.unknown |= SerializedKind.isUnknown(kind);
		}
	}

	void hold(long more, boolean cyclic, long size) {
		this.cost = CostTable.sum(this.cost, more);
		this.size = CostTable.sum(this.size, size);
		this.cyclic |= cyclic;
	}

	/** The kind of keys whose class is not what its superclass compares. */
	int unordered() {
		return SerializedKind.isUnknown(this.kind) ? SerializedKind.UNKNOWN : SerializedKind.PLAIN;
	}

	/** It compares by a comparator that costs so much. */
	void compares(long each, boolean cyclic) {
		this.comparator = cyclic ? CostTable.ENDLESS : 1 + each / COMPARATORS_PER_STEP;
	}

}
