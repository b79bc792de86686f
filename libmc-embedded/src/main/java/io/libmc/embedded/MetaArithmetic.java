package io.libmc.embedded;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * {@code ma}: adds to a number or subtracts from it, and where the flags say so puts one
 * there.
 */
final class MetaArithmetic {

	private final Engine engine;

	private final MetaFlags flags;

	private final Arithmetic sum;

	private final boolean incr;

	private final int now;

	/** Of a number that is put where there is none. */
	private final long size;

	/** Whether there is room for it. */
	private boolean vivifies;

	private boolean full;

	private boolean created;

	private int expiredAt;

	private @Nullable Item item;

	MetaArithmetic(Engine engine, MetaFlags flags, boolean incr) {
		this.engine = engine;
		this.flags = flags;
		this.incr = incr;
		this.sum = new Arithmetic(incr, flags.delta, flags.compared.orElse(0));
		this.now = engine.clock.now();
		this.size = Item.size(flags.key.length(), 0, Long.toUnsignedString(flags.initial).length());
	}

	/** The item as it is now, or null. */
	@Nullable Item perform() {
		this.vivifies = this.flags.vivifies && this.engine.store.reserve(this.size);
		long reserved = this.vivifies ? this.size : 0;
		try {
			this.full = !this.engine.store.change(this.flags.key, reserved, this::change);
		}
		finally {
			this.engine.store.release(reserved);
		}
		if (outcome() == Arithmetic.Outcome.DONE || outcome() == Arithmetic.Outcome.NOT_FOUND) {
			this.engine.stats.countArithmetic(this.incr, outcome() == Arithmetic.Outcome.DONE && !this.created);
		}
		return this.item;
	}

	private @Nullable Item change(@Nullable Item old) {
		Item changed = this.sum.apply(old, this.engine.store, this.now);
		if (this.sum.outcome() == Arithmetic.Outcome.NOT_FOUND && this.vivifies) {
			changed = vivified();
		}
		else if (this.sum.outcome() != Arithmetic.Outcome.DONE || changed == null) {
			return old;
		}
		this.expiredAt = changed.expiresAt();
		this.item = asTold(changed);
		// memcached changes the time and number of the one that it has just replaced
		boolean replaced = old != null && changed.length() > old.length();
		return replaced ? changed : this.item;
	}

	private Item asTold(Item changed) {
		Item told = changed;
		if (this.flags.chosen.isPresent()) {
			told = told.withCas(this.flags.chosen.getAsLong());
		}
		if (this.flags.timeToLive.isPresent() && !(this.created && this.flags.vivifyLast)) {
			told = told.withExpiry(this.engine.clock.expiry(this.flags.timeToLive.getAsInt()));
		}
		return told;
	}

	private Item vivified() {
		this.created = true;
		long cas = this.flags.chosen.isPresent() ? this.flags.chosen.getAsLong() : this.engine.store.nextCas();
		byte[] digits = Long.toUnsignedString(this.flags.initial).getBytes(StandardCharsets.ISO_8859_1);
		return Item.of(digits, 0, this.engine.clock.expiry(this.flags.vivifyTime), cas, false, this.now);
	}

	Arithmetic.Outcome outcome() {
		return this.created ? Arithmetic.Outcome.DONE : this.sum.outcome();
	}

	/** Whether there is no number since none can be put there. */
	boolean isWithoutRoom() {
		return outcome() == Arithmetic.Outcome.NOT_FOUND && this.flags.vivifies;
	}

	/** Whether the number has become too long for what is left. */
	boolean isTooLong() {
		return this.full;
	}

	/** Whether nobody wants to hear of it. */
	boolean isSilent() {
		return this.flags.quiet && (!this.created || !this.engine.isOld());
	}

	String digits() {
		return this.created ? Long.toUnsignedString(this.flags.initial) : this.sum.digits();
	}

	/** Tells what the line asks for, in its order. */
	void put(CommandLine line, Item told, Output out) {
		int expiresAt = this.created ? 0 : this.expiredAt;
		for (int i = 2; i < line.count(); i++) {
			switch (line.first(i)) {
				case 'T' -> expiresAt = this.engine.clock.expiry(this.flags.timeToLive.orElse(0));
				case 'N' -> {
					if (this.created) {
						expiresAt = this.engine.clock.expiry(this.flags.vivifyTime);
					}
				}
				case 't' -> MetaGet.putTimeLeft(out, expiresAt, this.now);
				case 'c' -> out.put(" c").putUnsigned(told.cas());
				case 'O' -> {
					out.put(' ');
					line.copy(i, out);
				}
				case 'k' -> MetaEcho.putKey(out, this.flags.key, this.flags.binaryKey);
				default -> {
				}
			}
		}
	}

}
