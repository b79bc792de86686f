package io.libmc;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * How {@link MemcachedClient#getOrLoad getOrLoad} loads, keeps and refreshes a value.
 * Immutable: every method returns another one.
 *
 * @since 0.1.0
 */
public final class LoadPolicy {

	private static final Duration DEFAULT_LEASE = Duration.ofSeconds(10);

	/** How long a load may take whose placeholder nobody waits for. */
	private static final Duration UNLEASED = Duration.ofMinutes(1);

	/** What expires after one second may do so at once, when memcached's clock ticks. */
	private static final Duration SHORTEST_LEASE = Duration.ofSeconds(2);

	/** memcached counts in 32 bits, and is asked for a second more. */
	private static final Duration LONGEST_REFRESH_AHEAD = MetaGet.LONGEST_REMAINING.minusSeconds(1);

	/** Longer times to live are shortened from here: memcached tells no difference. */
	private static final Duration ENDLESS = Duration.ofDays(1000 * 365);

	/** How long values may live that each have a time to live of their own. */
	private static final Duration LONGEST = Duration.ofSeconds(Long.MAX_VALUE);

	private static final LoadListener NO_LISTENER = new LoadListener() {
	};

	private final Times times;

	private final @Nullable Executor refreshOn;

	private final @Nullable Function<Object, ? extends CompletionStage<Boolean>> check;

	private final LoadListener listener;

	private final @Nullable String beside;

	private final @Nullable Known known;

	/** A value that the caller has already. */
	private record Known(Object value, ItemVersion version) {

	}

	/**
	 * What decides on times, and what memcached is therefore asked for; not changed any
	 * more once it is a policy's. A lease of zero is none.
	 */
	private static final class Times {

		private Duration ttl = Duration.ZERO;

		/** Each value's own in place of that, or {@code null}. */
		private @Nullable Function<Object, Duration> ttlOf;

		private double jitter;

		private Duration lease = DEFAULT_LEASE;

		private Duration waiting = DEFAULT_LEASE;

		private Duration refreshAhead = Duration.ZERO;

		private Predicate<Object> refreshed = (value) -> true;

		private Duration staleFor = Duration.ZERO;

		private boolean versioned;

		private Duration idle = Duration.ZERO;

		/** How long each value may live from now on, or {@code null} for all as long. */
		private @Nullable Function<Object, Duration> idleOf;

		private MetaGet loadRequest = MetaGet.VALUE;

		private MetaGet readRequest = MetaGet.VALUE;

		/** These with a change: the only way to others. */
		Times with(Consumer<Times> change) {
			Times copy = new Times();
			copy.ttl = this.ttl;
			copy.ttlOf = this.ttlOf;
			copy.jitter = this.jitter;
			copy.lease = this.lease;
			copy.waiting = this.waiting;
			copy.refreshAhead = this.refreshAhead;
			copy.refreshed = this.refreshed;
			copy.staleFor = this.staleFor;
			copy.versioned = this.versioned;
			copy.idle = this.idle;
			copy.idleOf = this.idleOf;
			change.accept(copy);
			copy.prepareRequests();
			return copy;
		}

		/**
		 * memcached elects a refresher below a number of seconds. How long an item has
		 * left to live is of use only where values are marked stale or refreshed, or
		 * somebody keeps them.
		 */
		private void prepareRequests() {
			boolean refreshes = !this.refreshAhead.isZero();
			boolean marks = refreshes || !this.staleFor.isZero() || this.versioned;
			this.readRequest = marks ? MetaGet.VALUE.cas().ttl() : MetaGet.VALUE;
			this.loadRequest = marks ? this.readRequest : MetaGet.VALUE.cas();
			this.loadRequest = this.loadRequest.vivify(this.lease.isZero() ? UNLEASED : this.lease);
			if (this.idleOf != null) {
				this.readRequest = this.versioned ? this.readRequest : MetaGet.VALUE.ttl();
			}
			else if (!this.idle.isZero()) {
				this.readRequest = (this.versioned ? this.readRequest : MetaGet.VALUE).touch(this.idle);
			}
			if (refreshes) {
				Duration below = this.refreshAhead.plusSeconds(1);
				this.loadRequest = this.loadRequest.recache(below);
				this.readRequest = this.readRequest.recache(below);
			}
		}

	}

	private LoadPolicy(Times times, @Nullable Executor refreshOn,
			@Nullable Function<Object, ? extends CompletionStage<Boolean>> check, LoadListener listener,
			@Nullable String beside, @Nullable Known known) {
		this.times = times;
		this.refreshOn = refreshOn;
		this.check = check;
		this.listener = listener;
		this.beside = beside;
		this.known = known;
	}

	private LoadPolicy with(Consumer<Times> change) {
		return new LoadPolicy(this.times.with(change), this.refreshOn, this.check, this.listener, this.beside,
				this.known);
	}

	/**
	 * Loaded values live for so long. Lease and wait are 10 s, there is no jitter and no
	 * refresh ahead of expiry.
	 * @param ttl zero for ever
	 * @return a policy
	 * @throws IllegalArgumentException if it is negative
	 */
	public static LoadPolicy timeToLive(Duration ttl) {
		return new LoadPolicy(new Times(), null, null, NO_LISTENER, null, null).withTimeToLive(ttl);
	}

	/**
	 * The same with another time to live.
	 * @param ttl zero for ever; longer than values are {@linkplain #refreshAhead
	 * refreshed ahead}
	 * @return another policy
	 * @throws IllegalArgumentException if it is negative or too short
	 */
	public LoadPolicy withTimeToLive(Duration ttl) {
		if (Objects.requireNonNull(ttl, "ttl").isNegative()) {
			throw new IllegalArgumentException("ttl: " + ttl + " is negative; a loaded value would be gone at once");
		}
		checkRefreshAhead(this.times.refreshAhead, ttl);
		return with((times) -> {
			times.ttl = ttl;
			times.ttlOf = null;
		});
	}

	/**
	 * The same with a time to live of each value's own. Where values are
	 * {@linkplain #refreshAhead refreshed ahead}, one that lives no longer than that
	 * would be refreshed whenever it is read: {@link #refreshing} leaves such values out.
	 * @param timeToLive says how long a value lives; zero for ever. A value of which it
	 * says nothing, or a negative time, or for which it throws, is returned and not
	 * stored
	 * @return another policy
	 */
	public LoadPolicy withTimeToLive(Function<Object, Duration> timeToLive) {
		Objects.requireNonNull(timeToLive, "timeToLive");
		return with((times) -> {
			times.ttl = LONGEST;
			times.ttlOf = timeToLive;
		});
	}

	private static void checkRefreshAhead(Duration refreshAhead, Duration ttl) {
		if (refreshAhead.isNegative() || (!refreshAhead.isZero() && refreshAhead.compareTo(ttl) >= 0)) {
			throw new IllegalArgumentException("refreshAhead: " + refreshAhead + " is not within the time to live of "
					+ ttl + "; values that never expire are never refreshed, and others only before they expire");
		}
		if (refreshAhead.compareTo(LONGEST_REFRESH_AHEAD) > 0) {
			throw new IllegalArgumentException("refreshAhead: " + refreshAhead + " is longer than "
					+ LONGEST_REFRESH_AHEAD + ", which memcached cannot tell; give less");
		}
	}

	/**
	 * Shortens each value's life by a random part, so that values loaded together do not
	 * expire together.
	 * @param jitter the largest part, 0 to 1: with 0.1 values live 90 to 100 % of their
	 * time
	 * @return another policy
	 */
	public LoadPolicy jitter(double jitter) {
		if (!(jitter >= 0 && jitter <= 1)) {
			throw new IllegalArgumentException("jitter: " + jitter + " is out of range; give 0 to 1, such as 0.1");
		}
		return with((times) -> times.jitter = jitter);
	}

	/**
	 * How long the one elected to load may take before another one is elected, and its
	 * own value is not stored any more. Longer than the loader ever takes: memcached's
	 * clock ticks once a second, so a lease may end up to a second early.
	 * @param lease at least a second, which is what memcached's clock can tell; less than
	 * two are taken as two, or nothing might be left of it
	 * @return another policy
	 */
	public LoadPolicy lease(Duration lease) {
		if (lease.compareTo(Duration.ofSeconds(1)) < 0) {
			throw new IllegalArgumentException(
					"lease: " + lease + " is shorter than a second, which memcached cannot tell; give 1 s or more");
		}
		return withLease((lease.compareTo(SHORTEST_LEASE) < 0) ? SHORTEST_LEASE : lease);
	}

	/**
	 * Elects nobody for a missing value: one caller of each process loads it. The first
	 * of them stores its value, within a minute, unless the key was changed or
	 * invalidated meanwhile; the others only return theirs. A server without meta
	 * commands does not tell of changes by other processes: there each stores its value.
	 * @return another policy
	 */
	public LoadPolicy withoutLease() {
		return withLease(Duration.ZERO);
	}

	private LoadPolicy withLease(Duration lease) {
		return with((times) -> times.lease = lease);
	}

	/**
	 * How long the others wait for the one elected before they load for themselves.
	 * @param wait zero or more
	 * @return another policy
	 */
	public LoadPolicy wait(Duration wait) {
		if (wait.isNegative()) {
			throw new IllegalArgumentException("wait: " + wait + " is negative; give zero or more");
		}
		return with((times) -> times.waiting = wait);
	}

	/**
	 * How long before a value expires one caller is elected to load it anew, while the
	 * others go on with the present one.
	 * @param refreshAhead whole seconds, up to 2<sup>31</sup> - 2; zero for not; less
	 * than the time to live
	 * @return another policy
	 */
	public LoadPolicy refreshAhead(Duration refreshAhead) {
		checkRefreshAhead(refreshAhead, this.times.ttl);
		if (!refreshAhead.isZero() && refreshAhead.compareTo(Duration.ofSeconds(1)) < 0) {
			throw new IllegalArgumentException("refreshAhead: " + refreshAhead
					+ " is shorter than a second, which memcached cannot tell; give 0, or 1 s or more");
		}
		return with((times) -> times.refreshAhead = refreshAhead);
	}

	/**
	 * Which values are {@linkplain #refreshAhead refreshed ahead}. The others are read as
	 * they are until they expire.
	 * @param which tells it of a value that was read; every one is unless set. What it
	 * throws its caller gets
	 * @return another policy
	 */
	public LoadPolicy refreshing(Predicate<Object> which) {
		Objects.requireNonNull(which, "which");
		return with((times) -> times.refreshed = which);
	}

	/**
	 * Where the one elected to refresh a value ahead of its expiry does so. Without it it
	 * loads on its own thread; with it, it gets the present value at once.
	 * @param executor runs the loader; if it refuses, the next caller after a lease is
	 * elected
	 * @return another policy
	 */
	public LoadPolicy refreshOn(Executor executor) {
		return new LoadPolicy(this.times, Objects.requireNonNull(executor, "executor"), this.check, this.listener,
				this.beside, this.known);
	}

	/**
	 * How long a value may still be served that was taken back by
	 * {@link MemcachedClient#invalidate(String, LoadPolicy)}, while one caller loads it
	 * anew.
	 * @param staleFor zero for not at all
	 * @return another policy
	 */
	public LoadPolicy staleFor(Duration staleFor) {
		if (staleFor.isNegative()) {
			throw new IllegalArgumentException("staleFor: " + staleFor + " is negative; give zero or more");
		}
		return with((times) -> times.staleFor = staleFor);
	}

	/**
	 * How long a value lives from when it was last read by
	 * {@link MemcachedClient#get(String, LoadPolicy)}, whatever time it was stored with.
	 * Calls that can load do not prolong it, nor does reading the chunks of a large value
	 * prolong them. Neither with {@link #refreshAhead} nor with {@link #staleFor}, which
	 * count the time that a value was given.
	 * @param idle zero for values that are not prolonged
	 * @return another policy
	 */
	public LoadPolicy timeToIdle(Duration idle) {
		if (idle.isNegative()) {
			throw new IllegalArgumentException("idle: " + idle + " is negative; give zero or more");
		}
		return with((times) -> {
			times.idle = idle;
			times.idleOf = null;
		});
	}

	/**
	 * As {@link #timeToIdle(Duration)}, where a value itself says how long it may live
	 * from now on. One that has less than that left is prolonged by a command of its own.
	 * @param idle says it of a value that was read, in whole seconds; what is less than
	 * it has left, such as zero, leaves it alone. What it throws its caller gets
	 * @return another policy
	 */
	public LoadPolicy timeToIdle(Function<Object, Duration> idle) {
		Objects.requireNonNull(idle, "idle");
		return with((times) -> {
			times.idle = Duration.ZERO;
			times.idleOf = idle;
		});
	}

	/**
	 * Which values are good enough. One that is not is removed, unless it has changed
	 * meanwhile, and one caller loads another. Where memcached fails to remove it, that
	 * is memcached's failure: the caller loads, and its value is not kept.
	 * @param check says whether a value is good; what it fails with counts as memcached's
	 * failure. Blocking callers wait for it
	 * @return another policy
	 */
	public LoadPolicy accepting(Function<Object, ? extends CompletionStage<Boolean>> check) {
		return new LoadPolicy(this.times, this.refreshOn, Objects.requireNonNull(check, "check"), this.listener,
				this.beside, this.known);
	}

	/**
	 * Who is told what becomes of each call.
	 * @param listener must be thread-safe
	 * @return another policy
	 */
	public LoadPolicy listener(LoadListener listener) {
		return new LoadPolicy(this.times, this.refreshOn, this.check, Objects.requireNonNull(listener, "listener"),
				this.beside, this.known);
	}

	/**
	 * Reads another key's value along with each value, in the same round trip, and tells
	 * it to the {@linkplain #listener listener}: whatever else decides whether a value is
	 * good. memcached's failure to read the one is its failure to read the other.
	 * @param key the other key, which is looked for on the server of the value, wherever
	 * it would belong by itself: {@link MemcachedClient#onServer} stores it there
	 * @return another policy
	 */
	public LoadPolicy beside(String key) {
		return new LoadPolicy(this.times, this.refreshOn, this.check, this.listener, Objects.requireNonNull(key, "key"),
				this.known);
	}

	/**
	 * Asks for the version of each value, and tells it to the {@linkplain #listener
	 * listener}.
	 * @return another policy
	 */
	public LoadPolicy versioned() {
		return with((times) -> times.versioned = true);
	}

	/**
	 * Does not have a value sent that the caller has already, where the server can tell
	 * that its item has not changed: then that is what the call returns, and all else is
	 * as if it had been read. Versions are asked for, as by {@link #versioned()}.
	 * @param value the value, as an earlier call with the same key has returned it
	 * @param version its version, as the listener was told then
	 * @return another policy
	 */
	public LoadPolicy knowing(Object value, ItemVersion version) {
		LoadPolicy policy = versioned();
		return new LoadPolicy(policy.times, this.refreshOn, this.check, this.listener, this.beside,
				new Known(Objects.requireNonNull(value, "value"), Objects.requireNonNull(version, "version")));
	}

	/**
	 * How long the next value is to live: the time to live, less a random part as the
	 * jitter says, but not so short that the value is refreshed at once.
	 * @return zero for ever
	 * @throws IllegalStateException if values have times of
	 * {@linkplain #withTimeToLive(Function) their own}
	 */
	public Duration nextTimeToLive() {
		if (this.times.ttlOf != null) {
			throw new IllegalStateException("each value has a time to live of its own; ask for that of a value");
		}
		return jittered(this.times.ttl);
	}

	/**
	 * How long a value is to live, as {@link #nextTimeToLive()} says or as it
	 * {@linkplain #withTimeToLive(Function) does itself}.
	 * @param value the value
	 * @return zero for ever
	 * @throws IllegalArgumentException if its own time is {@code null} or negative
	 */
	public Duration nextTimeToLive(Object value) {
		Function<Object, Duration> own = this.times.ttlOf;
		if (own == null) {
			return nextTimeToLive();
		}
		Duration ttl = own.apply(value);
		if (ttl == null || ttl.isNegative()) {
			throw new IllegalArgumentException("ttl: " + ttl + " is no time that a value can live; give zero or more");
		}
		return jittered(ttl);
	}

	private Duration jittered(Duration longest) {
		if (this.times.jitter == 0 || longest.isZero()) {
			return longest;
		}
		Duration ttl = (longest.compareTo(ENDLESS) < 0) ? longest : ENDLESS;
		double part = 1 - this.times.jitter * ThreadLocalRandom.current().nextDouble();
		long least = this.times.refreshAhead.toMillis() + 1000;
		return Duration.ofMillis(Math.min(ttl.toMillis(), Math.max(least, (long) (ttl.toMillis() * part))));
	}

	/**
	 * Whether one caller is elected to load a missing value.
	 * @return {@code false} {@linkplain #withoutLease() without a lease}
	 */
	public boolean elects() {
		return !this.times.lease.isZero();
	}

	/**
	 * How long a winner that is not heard of is waited for.
	 * @return the lease; 10 s without one
	 */
	public Duration lease() {
		return elects() ? this.times.lease : DEFAULT_LEASE;
	}

	/**
	 * How long the others wait for the one elected.
	 * @return as set by {@link #wait(Duration)}
	 */
	public Duration waiting() {
		return this.times.waiting;
	}

	/**
	 * How long before a value expires it is loaded anew.
	 * @return zero for not
	 */
	public Duration refreshAhead() {
		return this.times.refreshAhead;
	}

	/**
	 * Whether a value is loaded anew before it expires, if that is done at all.
	 * @param value a value that was read
	 * @return as {@link #refreshing} says
	 */
	public boolean refreshes(Object value) {
		return this.times.refreshed.test(value);
	}

	/**
	 * Where values are loaded anew before they expire.
	 * @return {@code null} for the caller's own thread
	 */
	public @Nullable Executor refreshOn() {
		return this.refreshOn;
	}

	/**
	 * How long a value that was taken back may still be served.
	 * @return zero for not at all
	 */
	public Duration staleFor() {
		return this.times.staleFor;
	}

	/**
	 * Whether reading a value prolongs its life.
	 * @return {@code true} with a {@linkplain #timeToIdle(Duration) time to idle}
	 */
	public boolean prolongs() {
		return !this.times.idle.isZero() || this.times.idleOf != null;
	}

	/**
	 * How long a value that was read may live from now on, if it says so itself.
	 * @param value the value
	 * @return {@code null} if the reading itself has prolonged its life, or nothing does
	 */
	public @Nullable Duration idleTime(Object value) {
		return (this.times.idleOf != null) ? this.times.idleOf.apply(value) : null;
	}

	/**
	 * Which values are good enough.
	 * @return {@code null} if every one is
	 */
	public @Nullable Function<Object, ? extends CompletionStage<Boolean>> accepting() {
		return this.check;
	}

	/**
	 * Who is told what becomes of each call.
	 * @return one that does nothing unless set
	 */
	public LoadListener listener() {
		return this.listener;
	}

	/**
	 * Which other key is read along.
	 * @return {@code null} for none
	 */
	public @Nullable String beside() {
		return this.beside;
	}

	/**
	 * Whether versions are asked for.
	 * @return {@code false} unless set
	 */
	public boolean isVersioned() {
		return this.times.versioned;
	}

	/**
	 * The value that the caller has already.
	 * @return {@code null} for none
	 */
	public @Nullable Object knownValue() {
		return (this.known != null) ? this.known.value() : null;
	}

	/**
	 * The version of the value that the caller has already.
	 * @return {@code null} for none
	 */
	public @Nullable ItemVersion knownVersion() {
		return (this.known != null) ? this.known.version() : null;
	}

	/**
	 * What memcached is asked for by a caller that can load.
	 * @return the request
	 */
	public MetaGet loadRequest() {
		return this.times.loadRequest;
	}

	/**
	 * What memcached is asked for by a caller that can only read.
	 * @return the request
	 */
	public MetaGet readRequest() {
		return this.times.readRequest;
	}

	@Override
	public String toString() {
		return "LoadPolicy[ttl=" + ((this.times.ttlOf != null) ? "each value's own" : this.times.ttl) + ", jitter="
				+ this.times.jitter + ", lease=" + this.times.lease + ", wait=" + this.times.waiting + ", refreshAhead="
				+ this.times.refreshAhead + ", staleFor=" + this.times.staleFor + "]";
	}

}
