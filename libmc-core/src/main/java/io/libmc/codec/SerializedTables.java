package io.libmc.codec;

import java.util.Arrays;

/**
 * What keys cost in the hash tables that are filled while a stream of Java serialization
 * is read. A key whose hash is unknown may share that of any other.
 */
final class SerializedTables {

	private final DecodingBudget budget;

	private final CostTable pile;

	SerializedTables(DecodingBudget budget, CostTable pile) {
		this.budget = budget;
		this.pile = pile;
	}

	/**
	 * Charges for keys of a table, each {@code stride}-th from there on.
	 * @return the steps that it takes again to compare the table with another
	 */
	long hashed(int from, int top, int stride, boolean sorts) {
		long[] keys = new long[(top - from + stride - 1) / stride];
		int[] unknown = new int[keys.length];
		int count = 0;
		int others = 0;
		for (int i = from; i < top; i += stride) {
			this.budget.step(costOf(i));
			if (SerializedKind.isUnknown(this.pile.kinds[i])) {
				unknown[others++] = i;
			}
			else if (this.pile.kinds[i] != SerializedKind.ALONE && this.pile.kinds[i] != SerializedKind.OPEN) {
				keys[count++] = (long) this.pile.hashes[i] << 32 | i;
			}
		}
		if (count + others < 2) {
			return 0;
		}
		Arrays.sort(keys, 0, count);
		if (others > 0) {
			long hash = mostFrequent(keys, count);
			for (int i = 0; i < others; i++) {
				keys[count++] = hash << 32 | unknown[i];
			}
			Arrays.sort(keys, 0, count);
		}
		long again = 0;
		for (int begin = 0, end; begin < count; begin = end) {
			end = endOfEqual(keys, begin, count);
			again = CostTable.sum(again, equal(keys, begin, end, sorts));
		}
		return again;
	}

	private static long mostFrequent(long[] keys, int count) {
		int most = 0;
		long hash = 0;
		for (int begin = 0, end; begin < count; begin = end) {
			end = endOfEqual(keys, begin, count);
			if (end - begin > most) {
				most = end - begin;
				hash = keys[begin] >> 32;
			}
		}
		return hash;
	}

	private static int endOfEqual(long[] keys, int begin, int count) {
		int end = begin + 1;
		while (end < count && keys[end] >> 32 == keys[begin] >> 32) {
			end++;
		}
		return end;
	}

	/** Charges for keys whose hashes are equal. */
	private long equal(long[] keys, int begin, int end, boolean sorts) {
		long count = (long) end - begin;
		if (count == 1) {
			return 0;
		}
		int kindOfAll = SerializedKind.known(this.pile.kinds[(int) keys[begin]]);
		long most = 0;
		for (int i = begin; i < end; i++) {
			int at = (int) keys[i];
			most = Math.max(most, costOf(at));
			kindOfAll = (SerializedKind.known(this.pile.kinds[at]) == kindOfAll) ? kindOfAll : SerializedKind.PLAIN;
		}
		long comparisons = (sorts && kindOfAll != SerializedKind.PLAIN)
				? count * (63 - Long.numberOfLeadingZeros(count)) : count * (count - 1) / 2;
		return step(CostTable.times(2 * comparisons, most));
	}

	/** A Hashtable has as few chains as the stream says. */
	long chained(int from, int top, int length, float loadFactor) {
		int keys = (top - from + 1) / 2;
		if (keys == 0) {
			return 0;
		}
		double wanted = keys / Math.min(Math.max(0.25, loadFactor), 4.0);
		int[] chains = new int[(int) Math.max(1, Math.min(length, wanted))];
		int unknown = 0;
		long again = 0;
		for (int i = from; i < top; i += 2) {
			boolean known = !SerializedKind.isUnknown(this.pile.kinds[i]);
			long others = known ? unknown + chains[(this.pile.hashes[i] & 0x7fffffff) % chains.length]++
					: (i - from) / 2 + unknown++;
			again = CostTable.sum(again, step(others));
		}
		return again;
	}

	/** A key goes to the next slot that is free and is compared with all on the way. */
	long probed(int from, int top, int stride) {
		int keys = (top - from + stride - 1) / stride;
		boolean[] taken = new boolean[2 * keys];
		long unknown = 0;
		long again = 0;
		for (int i = from; i < top; i += stride) {
			long each = costOf(i);
			this.budget.step(each);
			if (SerializedKind.isUnknown(this.pile.kinds[i])) {
				unknown++;
				again = CostTable.sum(again, step(CostTable.times(2L * ((i - from) / stride), each)));
				continue;
			}
			again = CostTable.sum(again, step(CostTable.times(2 * unknown, each)));
			int slot = Math.floorMod(this.pile.hashes[i], taken.length);
			while (taken[slot]) {
				again = CostTable.sum(again, step(CostTable.times(2, each)));
				slot = (slot + 1) % taken.length;
			}
			taken[slot] = true;
		}
		return again;
	}

	/** The hash of a collection is unknown if that of one element is. */
	int kindOf(int from, int top) {
		for (int i = from; i < top; i++) {
			if (SerializedKind.isUnknown(this.pile.kinds[i]) || this.pile.kinds[i] == SerializedKind.OPEN) {
				return SerializedKind.UNKNOWN;
			}
		}
		return SerializedKind.PLAIN;
	}

	int listHash(int from, int top) {
		int all = 1;
		for (int i = from; i < top; i++) {
			all = 31 * all + this.pile.hashes[i];
		}
		return all;
	}

	int sumHash(int from, int top, int stride) {
		int all = 0;
		for (int i = from; i < top; i += stride) {
			boolean pair = stride == 2 && i + 1 < top;
			all += pair ? this.pile.hashes[i] ^ this.pile.hashes[i + 1] : this.pile.hashes[i];
		}
		return all;
	}

	/**
	 * Whether keys and values end with one that is missing, and only there.
	 */
	boolean endWithNothing(int from, int top) {
		for (int i = from; i < top; i += 2) {
			boolean nothing = this.pile.kinds[i] == SerializedKind.NULL
					|| (i + 1 < top && this.pile.kinds[i + 1] == SerializedKind.NULL);
			if (nothing != (i + 2 >= top)) {
				return false;
			}
		}
		return from < top;
	}

	private long step(long steps) {
		this.budget.step(steps);
		return steps;
	}

	long costOf(int at) {
		return (this.pile.kinds[at] == SerializedKind.CYCLIC) ? CostTable.ENDLESS : this.pile.costs[at];
	}

}
