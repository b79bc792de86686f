package io.libmc.codec;

import java.util.Arrays;

/** Costs, sizes, hashes and kinds of many objects. */
final class CostTable {

	/** More than any budget has. */
	static final long ENDLESS = 1L << 50;

	long[] costs;

	long[] sizes;

	int[] hashes;

	int[] kinds;

	CostTable(int length) {
		this.costs = new long[length];
		this.sizes = new long[length];
		this.hashes = new int[length];
		this.kinds = new int[length];
	}

	void put(int at, long cost, long size, int hash, int kind) {
		reserve(at);
		this.costs[at] = cost;
		this.sizes[at] = size;
		this.hashes[at] = hash;
		this.kinds[at] = kind;
	}

	void reserve(int at) {
		if (at >= this.costs.length) {
			int length = Math.max(at + 1, 2 * this.costs.length);
			this.costs = Arrays.copyOf(this.costs, length);
			this.sizes = Arrays.copyOf(this.sizes, length);
			this.hashes = Arrays.copyOf(this.hashes, length);
			this.kinds = Arrays.copyOf(this.kinds, length);
		}
	}

	/** The costs of each {@code stride}-th. */
	long sum(int from, int to, int stride) {
		long all = 0;
		for (int i = from; i < to; i += stride) {
			all = sum(all, this.costs[i]);
		}
		return all;
	}

	static long sum(long a, long b) {
		return Math.min(ENDLESS, a + b);
	}

	static long times(long a, long b) {
		return (b != 0 && a > ENDLESS / b) ? ENDLESS : a * b;
	}

}
