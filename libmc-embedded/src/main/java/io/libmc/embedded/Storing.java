package io.libmc.embedded;

import java.util.Arrays;

import io.libmc.embedded.Stats.Count;
import org.jspecify.annotations.Nullable;

/**
 * A command that stores, whose data is still to come.
 */
final class Storing {

	/** What has to be there, and what becomes of it. */
	enum Mode {

		SET, ADD, REPLACE, APPEND, PREPEND, APPEND_OR_SET, PREPEND_OR_SET, CAS;

		boolean concatenates() {
			return switch (this) {
				case APPEND, PREPEND, APPEND_OR_SET, PREPEND_OR_SET -> true;
				default -> false;
			};
		}

		boolean prepends() {
			return this == PREPEND || this == PREPEND_OR_SET;
		}

		boolean createsItem() {
			return switch (this) {
				case SET, ADD, APPEND_OR_SET, PREPEND_OR_SET -> true;
				default -> false;
			};
		}

	}

	/** As classic commands say it, and meta commands. */
	enum Outcome {

		STORED("HD"), NOT_STORED("NS"), EXISTS("EX"), NOT_FOUND("NF");

		final String meta;

		Outcome(String meta) {
			this.meta = meta;
		}

	}

	final String key;

	final Mode mode;

	private final int flags;

	private final int expiresAt;

	final int length;

	/** The number that the item has to bear, 0 for any. */
	long compared;

	/** The number that it is to bear, 0 for the next one. */
	long chosen;

	/** Whether an item that is newer than the number says is replaced by a stale one. */
	boolean staleAllowed;

	boolean binaryKey;

	boolean noReply;

	/** What a meta command wants to hear, null for a classic one. */
	@Nullable MetaEcho echo;

	/** Of the item, if it was stored. */
	private long storedCas;

	private int storedLength;

	Storing(String key, Mode mode, int flags, int expiresAt, int length) {
		this.key = key;
		this.mode = mode;
		this.flags = flags;
		this.expiresAt = expiresAt;
		this.length = length;
		this.storedLength = length;
	}

	long itemSize() {
		return Item.size(this.key.length(), this.flags, this.length);
	}

	long storedCas() {
		return this.storedCas;
	}

	int storedLength() {
		return this.storedLength;
	}

	/** Stores what has come. New releases use up a number even if they store nothing. */
	Outcome store(byte[] data, Engine engine) {
		boolean wasteful = !engine.isOld() && this.chosen == 0;
		long taken = wasteful ? engine.store.nextCas() : this.chosen;
		Outcome[] outcome = new Outcome[1];
		engine.store.change(this.key, itemSize(), (old) -> {
			outcome[0] = (old != null) ? judge(old, engine.settings.maxItemSize()) : judgeMissing();
			if (outcome[0] != Outcome.STORED) {
				return old;
			}
			long cas = (taken != 0) ? taken : engine.store.nextCas();
			Item item = item(data, old, cas, engine.clock.now());
			this.storedCas = cas;
			this.storedLength = item.length();
			return item;
		});
		count(outcome[0], engine.stats);
		return outcome[0];
	}

	private Outcome judge(Item old, int maxItemSize) {
		boolean matches = this.compared == old.cas();
		return switch (this.mode) {
			case ADD -> Outcome.NOT_STORED;
			case CAS -> (this.compared != 0 && (matches || isStaleFor(old))) ? Outcome.STORED : Outcome.EXISTS;
			case SET, REPLACE -> Outcome.STORED;
			default -> {
				if (this.compared != 0 && !matches) {
					yield Outcome.EXISTS;
				}
				long length = (long) old.length() + this.length;
				yield (Item.size(this.key.length(), old.flags(), length) > maxItemSize) ? Outcome.NOT_STORED
						: Outcome.STORED;
			}
		};
	}

	private Outcome judgeMissing() {
		if (this.mode == Mode.CAS) {
			return Outcome.NOT_FOUND;
		}
		return this.mode.createsItem() ? Outcome.STORED : Outcome.NOT_STORED;
	}

	private boolean isStaleFor(Item old) {
		return this.staleAllowed && Long.compareUnsigned(this.compared, old.cas()) < 0;
	}

	private Item item(byte[] data, @Nullable Item old, long cas, int now) {
		if (old == null || !this.mode.concatenates()) {
			Item item = Item.of(data, this.flags, this.expiresAt, cas, this.binaryKey, now);
			return (old != null && this.mode == Mode.CAS && this.compared != old.cas()) ? item.asStaleAs(old) : item;
		}
		byte[] whole = this.mode.prepends() ? concatenated(data, old.value()) : concatenated(old.value(), data);
		return Item.of(whole, old.flags(), old.expiresAt(), cas, false, now);
	}

	private static byte[] concatenated(byte[] first, byte[] second) {
		byte[] whole = Arrays.copyOf(first, first.length + second.length);
		System.arraycopy(second, 0, whole, first.length, second.length);
		return whole;
	}

	private void count(Outcome outcome, Stats stats) {
		stats.count(Count.CMD_SET);
		if (outcome == Outcome.STORED) {
			stats.count(Count.TOTAL_ITEMS);
		}
		if (this.mode == Mode.CAS) {
			switch (outcome) {
				case STORED -> stats.count(Count.CAS_HITS);
				case NOT_FOUND -> stats.count(Count.CAS_MISSES);
				default -> stats.count(Count.CAS_BADVAL);
			}
		}
	}

}
