package io.libmc.codec;

import java.util.Collection;

import org.jspecify.annotations.Nullable;

/**
 * What the keys of one hash table cost to hash and to tell apart.
 * <p>
 * Java's tables are fast with keys whose hashes are equal only if the keys are of one
 * class and this has an order. Lists have none, and of classes that are mixed a table
 * compares each with each. Whoever chooses the keys can choose them so that all hashes
 * are equal, so each key is charged for those before it that share its hash. Honest keys
 * share few.
 */
final class KeyCosts {

	/** Fewer keys cost little, whatever they are. */
	private static final int FEW = 16;

	private static final int FIRST_SLOTS = 64;

	/** What is compared lies all over the memory. */
	private static final long STEPS_PER_COMPARISON = 2;

	private final Collection<?> keys;

	private final DecodingBudget budget;

	/** The class of all keys so far, if there is one. */
	private @Nullable Class<?> type;

	private boolean ordered = true;

	private int @Nullable [] counts;

	/**
	 * Begins to charge.
	 * @param keys those in the table, now and later; strings so far
	 */
	KeyCosts(Collection<?> keys, DecodingBudget budget) {
		this.keys = keys;
		this.budget = budget;
		this.type = keys.isEmpty() ? null : String.class;
	}

	/**
	 * Charges for a key, before it is added.
	 * @param weight the objects within the key, itself included
	 */
	void add(Object key, long weight) {
		this.budget.step(2 * weight);
		if (this.type == null) {
			this.type = key.getClass();
		}
		this.ordered &= key instanceof Comparable && key.getClass() == this.type;
		if (this.ordered) {
			return;
		}
		int size = this.keys.size();
		if (size < FEW) {
			this.budget.step(size * weight);
			return;
		}
		int[] slots = slotsFor(size);
		this.budget.step(STEPS_PER_COMPARISON * slots[slot(key, slots)]++ * weight);
	}

	private int[] slotsFor(int size) {
		int[] slots = this.counts;
		if (slots == null || slots.length < size) {
			int length = Math.max(FIRST_SLOTS, Integer.highestOneBit(size) * 4);
			this.budget.allocate(16 + 4L * length);
			slots = new int[length];
			for (Object key : this.keys) {
				slots[slot(key, slots)]++;
			}
			this.counts = slots;
		}
		return slots;
	}

	private static int slot(@Nullable Object key, int[] slots) {
		int mixed = ((key != null) ? key.hashCode() : 0) * 0x9e3779b9;
		return (mixed ^ mixed >>> 15) & (slots.length - 1);
	}

}
