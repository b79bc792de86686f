package io.libmc;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How {@link MemcachedClient#getOrLoad getOrLoad} loads, keeps and refreshes a value.
 * Immutable: every method returns another one.
 */
public final class LoadPolicy {

	private static final Duration DEFAULT_LEASE = Duration.ofSeconds(10);

	private final Duration ttl;

	private final double jitter;

	private final Duration lease;

	private final Duration wait;

	private final Duration refreshAhead;

	private LoadPolicy(Duration ttl, double jitter, Duration lease, Duration wait, Duration refreshAhead) {
		this.ttl = ttl;
		this.jitter = jitter;
		this.lease = lease;
		this.wait = wait;
		this.refreshAhead = refreshAhead;
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
		return new LoadPolicy(ttl, 0, DEFAULT_LEASE, DEFAULT_LEASE, Duration.ZERO);
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
		return new LoadPolicy(this.ttl, jitter, this.lease, this.wait, this.refreshAhead);
	}

	/**
	 * How long the one elected to load may take before another one is elected, and its
	 * own value is not stored any more. Longer than the loader ever takes.
	 * @param lease at least a second, which is what memcached's clock can tell
	 * @return another policy
	 */
	public LoadPolicy lease(Duration lease) {
		if (lease.compareTo(Duration.ofSeconds(1)) < 0) {
			throw new IllegalArgumentException(
					"lease: " + lease + " is shorter than a second, which memcached cannot tell; give 1 s or more");
		}
		return new LoadPolicy(this.ttl, this.jitter, lease, this.wait, this.refreshAhead);
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
		return new LoadPolicy(this.ttl, this.jitter, this.lease, wait, this.refreshAhead);
	}

	/**
	 * How long before a value expires one caller is elected to load it anew, while the
	 * others go on with the present one.
	 * @param refreshAhead whole seconds; zero for not; less than the time to live
	 * @return another policy
	 */
	public LoadPolicy refreshAhead(Duration refreshAhead) {
		if (refreshAhead.isNegative() || (!refreshAhead.isZero() && refreshAhead.compareTo(this.ttl) >= 0)) {
			throw new IllegalArgumentException("refreshAhead: " + refreshAhead + " is not within the time to live of "
					+ this.ttl + "; values that never expire are never refreshed, and others only before they expire");
		}
		return new LoadPolicy(this.ttl, this.jitter, this.lease, this.wait, refreshAhead);
	}

	/** How long the next value is to live. */
	Duration nextTtl() {
		if (this.jitter == 0 || this.ttl.isZero()) {
			return this.ttl;
		}
		double part = 1 - this.jitter * ThreadLocalRandom.current().nextDouble();
		return Duration.ofMillis(Math.max(1000, (long) (this.ttl.toMillis() * part)));
	}

	Duration lease() {
		return this.lease;
	}

	Duration waiting() {
		return this.wait;
	}

	/** What to ask the server for. */
	MetaGet request() {
		MetaGet request = MetaGet.VALUE.cas().ttl().vivify(this.lease);
		return this.refreshAhead.isZero() ? request : request.recache(this.refreshAhead);
	}

	@Override
	public String toString() {
		return "LoadPolicy[ttl=" + this.ttl + ", jitter=" + this.jitter + ", lease=" + this.lease + ", wait="
				+ this.wait + ", refreshAhead=" + this.refreshAhead + "]";
	}

}
