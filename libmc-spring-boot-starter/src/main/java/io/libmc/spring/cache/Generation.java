package io.libmc.spring.cache;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

import io.libmc.CasResult;
import io.libmc.CasValue;
import io.libmc.ErrorCode;
import io.libmc.ItemVersion;
import io.libmc.LoadListener;
import io.libmc.LoadPolicy;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.MultiGetResult;

/**
 * How a cache is cleared on one server without flushing it: every entry there bears this
 * number, and clearing raises it. An entry that bears another number is absent, until it
 * is overwritten or memcached drops it unread.
 * <p>
 * The number lies on the same server, never expires, and starts at the clock's
 * milliseconds. So it need not survive: a new one, after a restart or an eviction, is
 * above every earlier one, which is one more clearing. Where the server shows a smaller
 * number than is known (an old server came back, perhaps after others have stood in for
 * it), it is raised at once.
 * <p>
 * Every client keeps a copy. Reads and puts use it while it is younger than the
 * visibility time, within which each instance therefore sees another's {@code clear()};
 * what is put after one that was not seen yet is a miss. What is put unless there is an
 * entry asks the server. Evictions need no number.
 */
final class Generation {

	/** No generation is known. */
	static final long NONE = 0;

	static final int ATTEMPTS = 5;

	/** A number on a spare server is given its time anew that often. */
	private static final long PROLONGING = 500_000_000;

	private final MemcachedClient client;

	private final String server;

	private final String key;

	private final @Nullable Instant absentSince;

	private final DepartureNotes departed;

	private final long visibility;

	private final AtomicReference<@Nullable Copy> copy = new AtomicReference<>();

	/** When it was last looked whether the number has to be given its time anew. */
	private volatile long prolongedAt = System.nanoTime() - PROLONGING;

	/** Clearings that memcached failed and that are still to be done. */
	private final AtomicInteger owed = new AtomicInteger();

	/**
	 * Creates a generation.
	 * @param servers lead to the server
	 * @param server the server that it is that of
	 * @param key where the number lies there
	 * @param absentSince since when the server had not been on the list when it came onto
	 * it, or {@code null} if it always was
	 * @param floor a number below which it cannot be, or {@link #NONE}
	 */
	Generation(ServerViews servers, String server, String key, Duration visibility, @Nullable Instant absentSince,
			long floor) {
		this.client = servers.on(server);
		this.server = server;
		this.key = key;
		this.departed = new DepartureNotes(servers.listsOn(server), server, key + "%left");
		this.absentSince = absentSince;
		this.visibility = visibility.toNanos();
		if (floor != NONE) {
			long now = System.nanoTime();
			this.copy.set(new Copy(floor, now, now - this.visibility));
		}
	}

	String server() {
		return this.server;
	}

	String key() {
		return this.key;
	}

	@Nullable Instant absentSince() {
		return this.absentSince;
	}

	/** The last number seen, however old, or {@link #NONE}. */
	long known() {
		Copy last = this.copy.get();
		return (last != null) ? last.number : NONE;
	}

	/**
	 * The number, if it was known at a moment and has not changed since, or
	 * {@link #NONE}.
	 */
	long knownSince(long moment) {
		Copy last = this.copy.get();
		return (last != null && last.since - moment <= 0) ? last.number : NONE;
	}

	/** The number, if its copy is young enough to use, or {@link #NONE}. */
	long recent() {
		Copy last = this.copy.get();
		return (last != null && this.departed.areNoted() && System.nanoTime() - last.askedAt < this.visibility)
				? last.number : NONE;
	}

	/**
	 * The number as the server has it now. The number is created where there is none, and
	 * raised where it is smaller than a known one.
	 */
	long fresh() {
		long number = asked();
		return this.departed.areNoted() ? number : this.departed.note(number, this);
	}

	/** As {@link #fresh()}, whoever has left. */
	long asked() {
		long known = known();
		long askedAt = System.nanoTime();
		return accept(stored(), known, askedAt);
	}

	/**
	 * As {@link #fresh()} for many on one server, in one round trip. They are then
	 * {@linkplain #known() known}.
	 */
	static void refresh(Collection<Generation> asked) {
		List<Generation> generations = List.copyOf(asked);
		if (generations.size() == 1) {
			long unused = generations.get(0).fresh();
		}
		if (generations.size() <= 1) {
			return;
		}
		long[] known = generations.stream().mapToLong(Generation::known).toArray();
		long askedAt = System.nanoTime();
		MultiGetResult<Object> stored = generations.get(0).client
			.getMulti(generations.stream().map(Generation::key).toList());
		for (int i = 0; i < known.length; i++) {
			Generation generation = generations.get(i);
			MemcachedException failure = stored.failures().get(generation.key);
			generation.accept((failure != null) ? Entry.of(failure) : stored.values().get(generation.key), known[i],
					askedAt);
		}
	}

	private @Nullable Object stored() {
		try {
			return this.client.get(this.key);
		}
		catch (MemcachedException ex) {
			return Entry.of(ex);
		}
	}

	/** A question for the number, for one read of an entry. */
	Question ask() {
		return ask(null);
	}

	/**
	 * As {@link #ask()}.
	 * @param reading keeps the entry in this process
	 */
	Question ask(NearCache.@Nullable Reading reading) {
		return new Question(reading);
	}

	/**
	 * A question for the number, which goes out in the same round trip as that for an
	 * entry.
	 */
	final class Question implements LoadListener {

		private final long known = known();

		private final long askedAt = System.nanoTime();

		private final NearCache.@Nullable Reading reading;

		private volatile long number = NONE;

		private Question(NearCache.@Nullable Reading reading) {
			this.reading = reading;
		}

		/** Asks for the number alone, without waiting. */
		CompletableFuture<Long> alone() {
			CompletableFuture<@Nullable Object> stored = Generation.this.client.async().get(key());
			return stored.handle((value, ex) -> {
				beside((ex != null) ? Entry.of(CachedValues.failure(ex)) : value);
				return this.number;
			});
		}

		/** Reads an entry as a policy says, and the number beside it. */
		LoadPolicy along(LoadPolicy policy) {
			LoadPolicy asking = policy.beside(key()).listener(this);
			return (this.reading != null) ? this.reading.along(asking) : asking;
		}

		@Override
		public void read(Object value, ItemVersion version) {
			if (this.reading != null) {
				this.reading.read(value, version);
			}
		}

		@Override
		public void beside(@Nullable Object stored) {
			long read = adoptIfGood(stored, this.known, this.askedAt);
			this.number = Generation.this.departed.areNoted() ? read : NONE;
		}

		/**
		 * The number that was answered, or {@link #NONE} if that is no good one: then it
		 * takes {@link #fresh()} to create or to raise it.
		 */
		long number() {
			return this.number;
		}

	}

	/**
	 * Takes in what the server answered.
	 * @param stored what it has under {@link #key()}, or {@code null}
	 * @param known the number known before it was asked
	 * @param askedAt when it was asked
	 * @return the number to use
	 */
	private long accept(@Nullable Object stored, long known, long askedAt) {
		if (stored == null) {
			return create();
		}
		long number = adoptIfGood(stored, known, askedAt);
		return (number != NONE) ? number : repair(known);
	}

	private long adoptIfGood(@Nullable Object stored, long known, long askedAt) {
		if (stored instanceof Long number && number >= Math.max(known, 1)) {
			long adopted = adopt(number, askedAt);
			prolong();
			return adopted;
		}
		return NONE;
	}

	/**
	 * Sees to it that the number lasts for as long as it is asked for, though a spare
	 * server has it, where nothing lives for long: without it all entries there are lost.
	 */
	@SuppressWarnings("FutureReturnValueIgnored")
	private void prolong() {
		long now = System.nanoTime();
		if (now - this.prolongedAt < PROLONGING) {
			return;
		}
		this.prolongedAt = now;
		if (this.client.downServers().contains(this.server)) {
			this.client.async().touch(this.key, Duration.ZERO);
		}
	}

	/** As {@link DepartureNotes#look}. */
	void look(Map<String, Instant> left) {
		this.departed.look(left);
	}

	/** As {@link DepartureNotes#tells}. */
	boolean tells(long stamp, long number) {
		return this.departed.tells(stamp, number);
	}

	/** As {@link DepartureNotes#accepts}. */
	boolean accepts(String name, long stamp, long number) {
		return this.departed.accepts(name, stamp, number);
	}

	/** Raises the number, if it is still that. */
	boolean raise(long from, long to) {
		long askedAt = System.nanoTime();
		CasValue<Object> current = this.client.gets(this.key);
		boolean raised = current != null && current.value().equals(from)
				&& this.client.cas(this.key, to, Duration.ZERO, current.cas()) == CasResult.STORED;
		if (raised) {
			adopt(to, askedAt);
		}
		return raised;
	}

	/** Remembers that a clearing failed. */
	void owe() {
		this.owed.incrementAndGet();
	}

	boolean isOwing() {
		return this.owed.get() > 0;
	}

	/** Makes up for the clearings that failed. */
	void settle() {
		int clearings = this.owed.get();
		if (clearings > 0) {
			advance();
			this.owed.addAndGet(-clearings);
		}
	}

	/** Leaves all entries on the server behind. */
	void advance() {
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			long known = known();
			long askedAt = System.nanoTime();
			OptionalLong raised = this.client.incr(this.key, 1);
			if (raised.isPresent() && raised.getAsLong() > known) {
				adopt(raised.getAsLong(), askedAt);
				return;
			}
			if (raised.isPresent()) {
				long next = next();
				adopt(next, askedAt);
				this.client.set(this.key, next);
				return;
			}
			long next = next();
			if (this.client.add(this.key, next)) {
				adopt(next, askedAt);
				return;
			}
		}
		throw unstable();
	}

	private long create() {
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			long askedAt = System.nanoTime();
			long known = known();
			long next = next();
			if (this.client.add(this.key, next)) {
				return adopt(next, askedAt);
			}
			Object stored = stored();
			if (stored != null) {
				return accept(stored, known, askedAt);
			}
		}
		throw unstable();
	}

	/** Raises a number below the known one: of all that see it, one does. */
	private long repair(long known) {
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			Copy last = this.copy.get();
			if (last != null && last.number > known) {
				return last.number;
			}
			long askedAt = System.nanoTime();
			CasValue<Object> stored = storedToReplace();
			if (stored == null) {
				return create();
			}
			long number = adoptIfGood(stored.value(), known, askedAt);
			if (number != NONE) {
				return number;
			}
			long next = next();
			if (this.client.cas(this.key, next, Duration.ZERO, stored.cas()) == CasResult.STORED) {
				return adopt(next, askedAt);
			}
		}
		throw unstable();
	}

	/** What is none of ours is not replaced but removed. */
	private @Nullable CasValue<Object> storedToReplace() {
		try {
			return this.client.gets(this.key);
		}
		catch (MemcachedException ex) {
			Entry.of(ex);
			this.client.delete(this.key);
			return null;
		}
	}

	/**
	 * Finds out, where that is not known yet, whether the server has returned as it was,
	 * or what was cleared before it was known, and leaves its entries behind if so; and
	 * sees to it that it is noted who has left.
	 */
	void settleReturn() {
		if ((known() != NONE && recent() == NONE) || !this.departed.areNoted()) {
			fresh();
		}
	}

	/**
	 * Leaves all entries behind on a server that has left the list, if it can be reached.
	 */
	@SuppressWarnings("FutureReturnValueIgnored")
	void advanceIfReachable() {
		this.client.async().incr(this.key, 1);
	}

	private long next() {
		return Math.max(System.currentTimeMillis(), known() + 1);
	}

	/**
	 * Replaces the copy, but only by a greater number, or by a younger copy of the same
	 * number.
	 */
	private long adopt(long number, long askedAt) {
		Copy last = this.copy.get();
		while (last == null || number > last.number || (number == last.number && askedAt - last.askedAt > 0)) {
			long since = (last != null && last.number == number) ? last.since : System.nanoTime();
			Copy next = new Copy(number, since, askedAt);
			if (this.copy.compareAndSet(last, next)) {
				return number;
			}
			last = this.copy.get();
		}
		return last.number;
	}

	MemcachedException unstable() {
		return new MemcachedException(ErrorCode.SERVER_ERROR, null, "the generation at " + this.key
				+ " was neither found nor stored in " + ATTEMPTS + " attempts: the server seems to drop what it stores",
				null);
	}

	/**
	 * The last number seen.
	 *
	 * @param since when it was first seen
	 * @param askedAt when it was last asked for, or made
	 */
	private record Copy(long number, long since, long askedAt) {

	}

}
