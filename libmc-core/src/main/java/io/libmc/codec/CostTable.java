package io.libmc.codec;

import java.util.Arrays;

/** Costs, hashes and kinds of many objects. */
final class CostTable {

	long[] costs = new long[32];

	int[] hashes = new int[32];

	int[] kinds = new int[32];

	void put(int at, long cost, int hash, int kind) {
		reserve(at);
		this.costs[at] = cost;
		this.hashes[at] = hash;
		this.kinds[at] = kind;
	}

	void reserve(int at) {
		if (at >= this.costs.length) {
			int length = Math.max(at + 1, 2 * this.costs.length);
			this.costs = Arrays.copyOf(this.costs, length);
			this.hashes = Arrays.copyOf(this.hashes, length);
			this.kinds = Arrays.copyOf(this.kinds, length);
		}
	}

}
