package io.libmc.embedded;

/**
 * What is stored under a key. But for who read it last it never changes: what changes an
 * item puts another one in its place.
 *
 * @param expiresAt by the server's {@link Clock}, 0 for never
 * @param cas the unique number
 * @param stale whether it was marked so, and may still be served
 * @param tokenSent whether somebody was told to renew it
 * @param binaryKey whether its key was given in base64, and is to be told so
 * @param odd differs from what the {@link Store} knew under its key before
 */
@SuppressWarnings("ArrayRecordComponent")
record Item(byte[] value, int flags, int expiresAt, long cas, boolean stale, boolean tokenSent, boolean binaryKey,
		boolean odd, Use use) {

	/** Those of memcached's header, its number and its line end. */
	private static final int OVERHEAD = 48 + 8 + 2;

	/** memcached's {@code ITEM_UPDATE_INTERVAL}, in seconds. */
	private static final int UPDATE_INTERVAL = 60;

	/** Who has used it. Races between readers are harmless. */
	static final class Use {

		volatile int lastAt;

		volatile boolean fetched;

		/** Whether it was fetched more than once, and its time taken down. */
		volatile boolean active;

		Use(int at) {
			this.lastAt = at;
		}

	}

	static Item of(byte[] value, int flags, int expiresAt, long cas, boolean binaryKey, int now) {
		return new Item(value, flags, expiresAt, cas, false, false, binaryKey, false, new Use(now));
	}

	/** What it takes, as memcached counts. */
	static long size(int keyLength, int flags, long valueLength) {
		return OVERHEAD + keyLength + 1 + ((flags != 0) ? 4 : 0) + valueLength;
	}

	int length() {
		return this.value.length;
	}

	boolean isOver(int now) {
		return this.expiresAt != 0 && this.expiresAt <= now;
	}

	/** The time is taken down at the second time, and then now and then. */
	void fetchedAt(int now) {
		if (!this.use.fetched) {
			this.use.fetched = true;
		}
		else if (!this.use.active || now - this.use.lastAt >= UPDATE_INTERVAL) {
			this.use.active = true;
			this.use.lastAt = now;
		}
	}

	/** Otherwise than another one. */
	Item unlike(Item other) {
		return (this.odd != other.odd) ? this : new Item(this.value, this.flags, this.expiresAt, this.cas, this.stale,
				this.tokenSent, this.binaryKey, !this.odd, this.use);
	}

	Item withExpiry(int newExpiresAt) {
		return new Item(this.value, this.flags, newExpiresAt, this.cas, this.stale, this.tokenSent, this.binaryKey,
				this.odd, this.use);
	}

	Item withCas(long newCas) {
		return new Item(this.value, this.flags, this.expiresAt, newCas, this.stale, this.tokenSent, this.binaryKey,
				this.odd, this.use);
	}

	Item withTokenSent() {
		return new Item(this.value, this.flags, this.expiresAt, this.cas, this.stale, true, this.binaryKey, this.odd,
				this.use);
	}

	/** Marked as stale; the next one to see it is told to renew it. */
	Item markedStale(long newCas) {
		return new Item(this.value, this.flags, this.expiresAt, newCas, true, false, this.binaryKey, this.odd,
				this.use);
	}

	/** Stale as the one that it replaces. */
	Item asStaleAs(Item old) {
		return new Item(this.value, this.flags, old.expiresAt, this.cas, true, old.tokenSent, this.binaryKey, this.odd,
				this.use);
	}

	Item withValue(byte[] newValue, long newCas) {
		return new Item(newValue, this.flags, this.expiresAt, newCas, this.stale, this.tokenSent, this.binaryKey,
				this.odd, this.use);
	}

}
