package io.libmc;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * How {@link MemcachedClient#getOrLoad getOrLoad} loads, keeps and refreshes a value.
 * Immutable: every method returns another one.
 */
public final class LoadPolicy {

	private static final Duration DEFAULT_LEASE = Duration.ofSeconds(10);

	/** What expires after one second may do so at once, when memcached's clock ticks. */
	private static final Duration SHORTEST_LEASE = Duration.ofSeconds(2);

	private static final LoadListener NO_LISTENER = new LoadListener() {
	};

	private final Times times;

	private final Requests requests;

	private final @Nullable Executor refreshOn;

	private final @Nullable Function<Object, ? extends CompletionStage<Boolean>> check;

	private final LoadListener listener;

	/** What can be told in numbers. A lease of zero is none. */
	private record Times(Duration ttl, double jitter, Duration lease, Duration waiting, Duration refreshAhead,
			Duration staleFor) {

		boolean marks() {
			return !this.refreshAhead.isZero() || !this.staleFor.isZero();
		}

	}

	/**
	 * What to ask the server for. It elects a refresher below a number of seconds. How
	 * long an item has left to live is of use only where values are marked stale or
	 * refreshed.
	 *
	 * @param load for who can load
	 * @param read for who cannot
	 */
	private record Requests(MetaGet load, MetaGet read) {

		static Requests of(Times times) {
			boolean marks = times.marks();
			MetaGet read = marks ? MetaGet.VALUE.cas().ttl() : MetaGet.VALUE;
			MetaGet load = marks ? read : MetaGet.VALUE.cas();
			if (!times.lease.isZero()) {
				load = load.vivify(times.lease);
			}
			if (!times.refreshAhead.isZero()) {
				Duration below = times.refreshAhead.plusSeconds(1);
				load = load.recache(below);
				read = read.recache(below);
			}
			return new Requests(load, read);
		}

	}

	private LoadPolicy(Times times, Requests requests, @Nullable Executor refreshOn,
			@Nullable Function<Object, ? extends CompletionStage<Boolean>> check, LoadListener listener) {
		this.times = times;
		this.requests = requests;
		this.refreshOn = refreshOn;
		this.check = check;
		this.listener = listener;
	}

	private LoadPolicy with(Times changed) {
		return new LoadPolicy(changed, Requests.of(changed), this.refreshOn, this.check, this.listener);
	}

	/**
	 * Loaded values live for so long. Lease and wait are 10 s, there is no jitter and no
	 * refresh ahead of expiry.
	 * @param ttl zero for ever
	 * @return a policy
	 * @throws IllegalArgumentException if it is negative
	 */
	public static LoadPolicy timeToLive(Duration ttl) {
		if (Objects.requireNonNull(ttl, "ttl").isNegative()) {
			throw new IllegalArgumentException("ttl: " + ttl + " is negative; a loaded value would be gone at once");
		}
		Times times = new Times(ttl, 0, DEFAULT_LEASE, DEFAULT_LEASE, Duration.ZERO, Duration.ZERO);
		return new LoadPolicy(times, Requests.of(times), null, null, NO_LISTENER);
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
		Times now = this.times;
		return with(new Times(now.ttl, jitter, now.lease, now.waiting, now.refreshAhead, now.staleFor));
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
	 * Elects nobody for a missing value: one caller of each process loads it, and stores
	 * it whatever has happened elsewhere meanwhile.
	 * @return another policy
	 */
	public LoadPolicy withoutLease() {
		return withLease(Duration.ZERO);
	}

	private LoadPolicy withLease(Duration lease) {
		Times now = this.times;
		return with(new Times(now.ttl, now.jitter, lease, now.waiting, now.refreshAhead, now.staleFor));
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
		Times now = this.times;
		return with(new Times(now.ttl, now.jitter, now.lease, wait, now.refreshAhead, now.staleFor));
	}

	/**
	 * How long before a value expires one caller is elected to load it anew, while the
	 * others go on with the present one.
	 * @param refreshAhead whole seconds; zero for not; less than the time to live
	 * @return another policy
	 */
	public LoadPolicy refreshAhead(Duration refreshAhead) {
		Times now = this.times;
		if (refreshAhead.isNegative() || (!refreshAhead.isZero() && refreshAhead.compareTo(now.ttl) >= 0)) {
			throw new IllegalArgumentException("refreshAhead: " + refreshAhead + " is not within the time to live of "
					+ now.ttl + "; values that never expire are never refreshed, and others only before they expire");
		}
		if (!refreshAhead.isZero() && refreshAhead.compareTo(Duration.ofSeconds(1)) < 0) {
			throw new IllegalArgumentException("refreshAhead: " + refreshAhead
					+ " is shorter than a second, which memcached cannot tell; give 0, or 1 s or more");
		}
		return with(new Times(now.ttl, now.jitter, now.lease, now.waiting, refreshAhead, now.staleFor));
	}

	/**
	 * Where the one elected to refresh a value ahead of its expiry does so. Without it it
	 * loads on its own thread; with it, it gets the present value at once.
	 * @param executor runs the loader; if it refuses, the next caller after a lease is
	 * elected
	 * @return another policy
	 */
	public LoadPolicy refreshOn(Executor executor) {
		return new LoadPolicy(this.times, this.requests, Objects.requireNonNull(executor, "executor"), this.check,
				this.listener);
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
		Times now = this.times;
		return with(new Times(now.ttl, now.jitter, now.lease, now.waiting, now.refreshAhead, staleFor));
	}

	/**
	 * Which values are good enough. One that is not is removed, unless it has changed
	 * meanwhile, and one caller loads another.
	 * @param check says whether a value is good; what it fails with counts as memcached's
	 * failure. Blocking callers wait for it
	 * @return another policy
	 */
	public LoadPolicy accepting(Function<Object, ? extends CompletionStage<Boolean>> check) {
		return new LoadPolicy(this.times, this.requests, this.refreshOn, Objects.requireNonNull(check, "check"),
				this.listener);
	}

	/**
	 * Who is told what becomes of each call.
	 * @param listener must be thread-safe
	 * @return another policy
	 */
	public LoadPolicy listener(LoadListener listener) {
		return new LoadPolicy(this.times, this.requests, this.refreshOn, this.check,
				Objects.requireNonNull(listener, "listener"));
	}

	/** How long the next value is to live: not so short that it is refreshed at once. */
	Duration nextTtl() {
		Duration ttl = this.times.ttl;
		if (this.times.jitter == 0 || ttl.isZero()) {
			return ttl;
		}
		double part = 1 - this.times.jitter * ThreadLocalRandom.current().nextDouble();
		long least = this.times.refreshAhead.toMillis() + 1000;
		return Duration.ofMillis(Math.min(ttl.toMillis(), Math.max(least, (long) (ttl.toMillis() * part))));
	}

	boolean elects() {
		return !this.times.lease.isZero();
	}

	/** How long a winner that is not heard of is waited for. */
	Duration lease() {
		return elects() ? this.times.lease : DEFAULT_LEASE;
	}

	Duration waiting() {
		return this.times.waiting;
	}

	Duration staleFor() {
		return this.times.staleFor;
	}

	boolean refreshes() {
		return !this.times.refreshAhead.isZero();
	}

	/**
	 * Whether values are refreshed or served stale, which takes a server that marks them.
	 */
	boolean marks() {
		return this.times.marks();
	}

	/** Where to refresh, or null for the caller's own thread. */
	@Nullable Executor refreshOn() {
		return this.refreshOn;
	}

	LoadListener listener() {
		return this.listener;
	}

	/** Whether a value is good; null if every one is. */
	@Nullable CompletionStage<Boolean> check(Object value) {
		return (this.check != null) ? this.check.apply(value) : null;
	}

	/**
	 * Whether a value is good.
	 * @throws MemcachedException if that cannot be found out
	 */
	boolean accepts(Object value) {
		CompletionStage<Boolean> answer = check(value);
		if (answer == null) {
			return true;
		}
		try {
			return answer.toCompletableFuture().join();
		}
		catch (CompletionException ex) {
			if (ex.getCause() instanceof RuntimeException cause) {
				throw cause;
			}
			throw ex;
		}
	}

	/** What to ask the server for if the caller can load. */
	MetaGet request() {
		return this.requests.load;
	}

	/** What to ask the server for if the caller can only read. */
	MetaGet readRequest() {
		return this.requests.read;
	}

	@Override
	public String toString() {
		return "LoadPolicy[ttl=" + this.times.ttl + ", jitter=" + this.times.jitter + ", lease=" + this.times.lease
				+ ", wait=" + this.times.waiting + ", refreshAhead=" + this.times.refreshAhead + ", staleFor="
				+ this.times.staleFor + "]";
	}

}
