package io.libmc.codec;

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

	int fields;

	int first;

	int second;

	int block;

	int blockLength;

	boolean synchronizes;

	/** Whether it is a lambda, which costs what it captures. */
	boolean captures;

	void clear(int top) {
		this.base = top;
		this.partBase = top;
		this.cost = 0;
		this.size = 0;
		this.comparator = 1;
		this.cyclic = false;
		this.fields = 0;
		this.blockLength = 0;
		this.synchronizes = false;
		this.captures = false;
	}

	void hold(long more, boolean cyclic, long size) {
		this.cost = CostTable.sum(this.cost, more);
		this.size = CostTable.sum(this.size, size);
		this.cyclic |= cyclic;
	}

	/** It compares by a comparator that costs so much. */
	void compares(long each, boolean cyclic) {
		this.comparator = cyclic ? CostTable.ENDLESS : 1 + each / COMPARATORS_PER_STEP;
	}

}
