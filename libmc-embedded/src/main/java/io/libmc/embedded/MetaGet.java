package io.libmc.embedded;

import org.jspecify.annotations.Nullable;

/**
 * {@code mg}: reads an item, and where the flags and the item say so puts one there,
 * changes when it is over, or tells one client to renew it.
 */
final class MetaGet {

	private final Engine engine;

	private final MetaFlags flags;

	private final int now;

	/** Of an item that is put where there is none. */
	private final long size;

	/** Whether there is room for it. */
	private boolean vivifies;

	private @Nullable Item item;

	/** What its times were before this. */
	private int expiredAt;

	private int usedAt;

	private boolean fetched;

	private boolean stale;

	private boolean tokenWasSent;

	private boolean created;

	private boolean won;

	MetaGet(Engine engine, MetaFlags flags) {
		this.engine = engine;
		this.flags = flags;
		this.now = engine.clock.now();
		this.size = Item.size(flags.key.length(), 0, 0);
	}

	/** The item as it is now, or null. */
	@Nullable Item perform() {
		this.vivifies = this.flags.vivifies && this.engine.store.reserve(this.size);
		try {
			return find();
		}
		finally {
			this.engine.store.release(this.vivifies ? this.size : 0);
		}
	}

	private @Nullable Item find() {
		Item found = this.flags.noUpdate ? this.engine.store.peek(this.flags.key)
				: this.engine.store.get(this.flags.key);
		if ((found != null) ? changes(found) : this.vivifies) {
			this.engine.store.change(this.flags.key, this.vivifies ? this.size : 0, this::change);
		}
		else if (found != null) {
			see(found);
			this.item = found;
		}
		if (this.flags.timeToLive.isPresent()) {
			this.engine.stats.countTouch(this.item != null);
		}
		else {
			this.engine.stats.countGet(this.item != null);
		}
		boolean failed = this.flags.usedLater && this.flags.isOpaqueTooLong();
		if (this.item != null && !this.flags.noUpdate && !failed) {
			this.item.fetchedAt(this.now);
		}
		return this.item;
	}

	private boolean changes(Item found) {
		return this.flags.timeToLive.isPresent() || wins(found);
	}

	private boolean wins(Item found) {
		boolean early = this.flags.recache.isPresent() && found.expiresAt() != 0
				&& found.expiresAt() < this.engine.clock.expiry(this.flags.recache.getAsInt());
		return !found.tokenSent() && (found.stale() || early);
	}

	private @Nullable Item change(@Nullable Item old) {
		if (old == null && !this.vivifies) {
			this.item = null;
			return null;
		}
		Item found = (old != null) ? old : vivified();
		this.created = old == null;
		see(found);
		Item changed = found;
		if (this.flags.timeToLive.isPresent() && !(this.created && this.flags.vivifyLast)) {
			changed = changed.withExpiry(this.engine.clock.expiry(this.flags.timeToLive.getAsInt()));
		}
		this.won = this.created || wins(this.flags.recacheLast ? changed : found);
		this.item = (this.won && !this.flags.isOpaqueTooLong()) ? changed.withTokenSent() : changed;
		return this.item;
	}

	private Item vivified() {
		long cas = this.flags.chosen.isPresent() ? this.flags.chosen.getAsLong() : this.engine.store.nextCas();
		return Item.of(new byte[0], 0, this.engine.clock.expiry(this.flags.vivifyTime), cas, false, this.now);
	}

	private void see(Item found) {
		this.expiredAt = found.expiresAt();
		this.usedAt = found.use().lastAt;
		this.fetched = found.use().fetched;
		this.stale = found.stale();
		this.tokenWasSent = found.tokenSent();
	}

	/** Whether the client has the value already. */
	boolean isKnown() {
		return !this.engine.isOld() && this.item != null && this.flags.compared.isPresent()
				&& this.flags.compared.getAsLong() == this.item.cas();
	}

	/** Tells what the line asks for, in its order. */
	void put(CommandLine line, Output out) {
		Item told = this.item;
		if (told == null) {
			return;
		}
		int expiresAt = this.created ? 0 : this.expiredAt;
		for (int i = 2; i < line.count(); i++) {
			switch (line.first(i)) {
				case 'T' -> expiresAt = this.engine.clock.expiry(this.flags.timeToLive.orElse(0));
				case 'N' -> {
					if (this.created) {
						expiresAt = this.engine.clock.expiry(this.flags.vivifyTime);
					}
				}
				case 's' -> out.put(" s").put(told.length());
				case 't' -> putTimeLeft(out, expiresAt, this.now);
				case 'c' -> out.put(" c").putUnsigned(told.cas());
				case 'f' -> out.put(" f").putUnsigned(told.flags());
				case 'l' -> out.put(" l").put(this.now - this.usedAt);
				case 'h' -> out.put(this.fetched ? " h1" : " h0");
				case 'O' -> {
					out.put(' ');
					line.copy(i, out);
				}
				case 'k' -> MetaEcho.putKey(out, this.flags.key, told.binaryKey());
				default -> {
				}
			}
		}
		if (this.tokenWasSent) {
			out.put(" Z");
		}
		if (this.stale) {
			out.put(" X");
		}
		if (this.won) {
			out.put(" W");
		}
	}

	static void putTimeLeft(Output out, int expiresAt, int now) {
		if (expiresAt == 0) {
			out.put(" t-1");
		}
		else {
			out.put(" t").putUnsigned(expiresAt - now);
		}
	}

}
