package io.libmc;

import java.lang.System.Logger.Level;
import java.time.Duration;

import io.libmc.Election.Verdict;
import io.libmc.Flights.Flight;
import io.libmc.MemcachedListener.LoadOutcome;
import io.libmc.codec.EncodedValue;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Loads} and {@link AsyncLoads} ask of memcached, what they make of its
 * replies, and whom they tell. It waits for nothing.
 */
final class LoadCalls {

	static final System.Logger LOGGER = System.getLogger("io.libmc");

	static final long FIRST_PAUSE_MILLIS = 2;

	private static final long LONGEST_PAUSE_MILLIS = 50;

	/**
	 * How often a value that is not good enough is removed, and another one looked for.
	 */
	static final int ATTEMPTS = 4;

	/** What it takes to mark an item. */
	static final MetaGet STATE = MetaGet.NO_VALUE.cas().ttl();

	private static final String LOCK_SUFFIX = "/lock";

	/** A lock's item, 1 to whoever reads it. */
	private static final RawValue LOCK = new RawValue(4, new byte[] { '1' });

	private final Calls calls;

	private final OperationEvents events;

	private final Election election = new Election();

	/**
	 * Creates them.
	 * @param calls makes calls that are always awaited
	 */
	LoadCalls(Calls calls, OperationEvents events) {
		this.calls = calls;
		this.events = events;
	}

	// Asking memcached

	Call<MetaReply> get(String key, MetaGet request) {
		return this.calls.meta().get(key, request);
	}

	/** Stores only if nothing has happened to the item since it was read. */
	Call<MetaReply> store(String key, EncodedValue value, LoadPolicy policy, MetaReply read) {
		return this.calls.meta().storeLoaded(key, value, policy.nextTtl(), read.cas().orElse(0));
	}

	Call<MetaReply> delete(String key, MetaDelete request) {
		return this.calls.meta().delete(key, request);
	}

	Call<@Nullable Object> plainGet(String key) {
		return this.calls.get(key);
	}

	Call<Boolean> plainSet(String key, Object value, Duration ttl) {
		return this.calls.set(key, value, ttl);
	}

	Call<Boolean> plainDelete(String key) {
		return this.calls.delete(key);
	}

	Call<Boolean> lock(String lock, Duration lease) {
		return this.calls.addRaw(lock, LOCK, lease);
	}

	static String lockOf(String key) {
		return key + LOCK_SUFFIX;
	}

	/** Removes what was read, if it has not changed. */
	static MetaDelete removal(MetaReply reply) {
		return MetaDelete.DELETE.compare(reply.cas().orElse(0));
	}

	/** How long an item may be stale: never longer than it would have lived. */
	static Duration staleFor(MetaReply reply, Duration wanted) {
		long left = reply.ttl().orElse(-1);
		return (left >= 0 && left < wanted.toSeconds()) ? Duration.ofSeconds(Math.max(left, 1)) : wanted;
	}

	static long longer(long pause) {
		return Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
	}

	// What the replies mean

	Verdict verdict(String key, LoadPolicy policy, MetaReply reply) {
		Verdict verdict = this.election.verdict(reply, policy.elects());
		if (verdict == Verdict.UNSUPPORTED && (policy.elects() || policy.marks())) {
			lacksElections(key);
		}
		return verdict;
	}

	/** Whether the server can only be read by the classic command. */
	boolean isPlain(String key, LoadPolicy policy, MetaReply reply) {
		if (reply.status() != MetaReply.Status.UNSUPPORTED) {
			return false;
		}
		if (policy.marks()) {
			lacksElections(key);
		}
		return true;
	}

	/** More was wanted of a key's server than it can do. */
	void lacksElections(String key) {
		this.events.lacksElections(this.calls.serverFor(key));
	}

	/**
	 * Whether a value is loaded anew while it is still good. One is marked stale without
	 * having been taken back where its winner was not heard of.
	 */
	static boolean isRefresh(LoadPolicy policy, Verdict verdict) {
		return verdict == Verdict.REFRESHES
				|| (verdict == Verdict.RELOADS && policy.refreshes() && policy.staleFor().isZero());
	}

	/** The value of a reply; null if there is none or it cannot be decoded. */
	@Nullable Object valueOf(String key, MetaReply reply) {
		try {
			return Election.hasValue(reply) ? decode(key, reply) : null;
		}
		catch (MemcachedException ex) {
			LOGGER.log(Level.DEBUG, "a value that cannot be decoded is loaded anew", ex);
			return null;
		}
	}

	/**
	 * The value of a reply.
	 * @throws MemcachedException if it cannot be decoded
	 */
	@Nullable Object decode(String key, MetaReply reply) {
		RawValue raw = reply.value();
		return (raw != null) ? this.calls.values().decode(key, new Item(raw.flags(), raw.bytes(), 0)) : null;
	}

	EncodedValue encode(String key, Object value) {
		EncodedValue encoded = this.calls.values().encode(key, value);
		if (encoded.bytes().length == 0) {
			throw new IllegalArgumentException("the value of \"" + key
					+ "\" is empty, which is what memcached's own placeholders are; it is not stored");
		}
		return encoded;
	}

	/** Whether it is the item that fails, not the server. */
	static boolean isUndecodable(MemcachedException ex) {
		return ex.code() == ErrorCode.INCOMPLETE_BUFFER_ERROR;
	}

	/** Whether a value was not stored for a reason of its own. */
	static boolean isRefused(RuntimeException ex) {
		return !(ex instanceof MemcachedException) || ex instanceof MemcachedServerException;
	}

	static boolean canBeMarked(MetaReply reply) {
		return reply.cas().isPresent() && reply.ttl().isPresent();
	}

	/** Whether the one elected to load a value seems to be gone. */
	boolean isAbandoned(String key, LoadPolicy policy, MetaReply reply) {
		return this.election.noteTaken(key, reply, policy.lease());
	}

	// Telling

	void ended(LoadOutcome outcome) {
		this.events.loaded(outcome);
	}

	/** The leader found a value. */
	void found(LoadPolicy policy, Flight flight) {
		if (flight.found.complete(true)) {
			policy.listener().found();
		}
	}

	/** The leader found none. */
	void missed(LoadPolicy policy, Flight flight) {
		if (flight.found.complete(false)) {
			policy.listener().missed();
		}
	}

	void refreshFailed(String key, Throwable ex) {
		LOGGER.log(Level.WARNING, "refreshing \"" + key + "\" failed; its present value is used on", ex);
		ended(LoadOutcome.REFRESH_FAILED);
	}

	/**
	 * memcached failed, and the value is loaded without it.
	 * @throws MemcachedException if the policy's listener wants that
	 */
	void bypassed(String key, LoadPolicy policy, MemcachedException failure) {
		policy.listener().failed(failure);
		LOGGER.log(Level.DEBUG, "memcached fails; \"" + key + "\" is loaded and not kept", failure);
		ended(LoadOutcome.BYPASSED);
	}

}
