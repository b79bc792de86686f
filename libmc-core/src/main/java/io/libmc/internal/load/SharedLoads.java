package io.libmc.internal.load;

import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import org.jspecify.annotations.Nullable;

/**
 * The callers in this process that want the same key's value at the same time: one leads,
 * the others follow and share what it finds or loads.
 * <p>
 * What a flight brings serves those who asked before it was sure to be the latest: before
 * memcached was asked for it or took it, or before it was loaded where memcached did not.
 * Later callers may know of a change that came in between. The first of them waits for
 * that flight and leads the next one if it has to; the others wait for that.
 * <p>
 * A caller that changes the key through the same client <em>overtakes</em> the flight,
 * before and after: those aboard get its value, but no caller that comes later does, and
 * where the store is not guarded by memcached the loader does not keep it. The changer
 * overtakes first and writes then, while the loader writes first and looks then whether
 * it was overtaken: so one of them sees the other.
 */
public final class SharedLoads {

	private final ConcurrentMap<String, Flight> flights = new ConcurrentHashMap<>();

	/**
	 * Those whose store memcached does not guard, until they have ended: also where
	 * nobody joins them any more, and those of all views of the client.
	 */
	private final ConcurrentMap<String, Set<Flight>> unguarded;

	public SharedLoads() {
		this.unguarded = new ConcurrentHashMap<>();
	}

	/** Those of a view of the same client, which has values of its own for the keys. */
	public SharedLoads(SharedLoads viewed) {
		this.unguarded = viewed.unguarded;
	}

	/** The callers of one key. */
	static final class Flight {

		/**
		 * What the leader found or loaded. A failure of the loader is everybody's.
		 */
		final CompletableFuture<@Nullable Object> result = new CompletableFuture<>();

		/**
		 * Whether there was a value, once that is known; never known if memcached failed.
		 */
		final CompletableFuture<Boolean> found = new CompletableFuture<>();

		/** The thread that its leader's script is on; null if none is. */
		private volatile @Nullable Thread leading;

		private boolean unguarded;

		private volatile boolean overtaken;

		/** When the result was surely the latest; set before it is there. */
		private long knownAt;

		/** When its leader asked memcached; 0 before. */
		private volatile long leftAt;

		/**
		 * That of the first caller who came after that, and waits for this one; guarded
		 * by this.
		 */
		private @Nullable Flight next;

		/** Its leader is about to ask memcached. */
		void leave(long now) {
			this.leftAt = now | 1;
		}

		/** Whether its leader asked after that time, or has still to. */
		private boolean asksAfter(long askedAt) {
			long asked = this.leftAt;
			return asked == 0 || asked - askedAt > 1;
		}

		/** The one to wait for, for a caller who would lead another. */
		private synchronized Flight nextFor(Flight other) {
			if (this.next == null) {
				this.next = other;
			}
			return (this.next != other) ? this.next : this;
		}

		/**
		 * Gives those aboard what there is.
		 * @param latestAt when it surely was the latest: the beginning of what was asked
		 * of memcached, or of the loader
		 */
		void end(@Nullable Object value, long latestAt) {
			this.knownAt = latestAt;
			this.result.complete(value);
		}

		/**
		 * Whether the result is good for a caller that asked at that time: to others it
		 * may have been taken back before they asked. Once it is there.
		 */
		boolean serves(long askedAt) {
			return this.knownAt - askedAt > 0;
		}

		long knownAt() {
			return this.knownAt;
		}

		/** Whether it is its own leader that asks. */
		boolean isOwn() {
			return this.leading == Thread.currentThread();
		}

		void enter() {
			this.leading = Thread.currentThread();
		}

		void exit() {
			this.leading = null;
		}

		boolean isOvertaken() {
			return this.overtaken;
		}

	}

	/**
	 * Makes it the key's flight, or returns the one to wait for: that which there is, if
	 * its leader has still to ask or this is the first that comes too late for that, else
	 * the first one's, which comes next.
	 */
	@Nullable Flight join(String key, Flight flight, long askedAt) {
		Flight running = this.flights.putIfAbsent(key, flight);
		return (running == null || running.isOwn() || running.asksAfter(askedAt)) ? running : running.nextFor(flight);
	}

	/** Nobody joins it any more. */
	void leave(String key, Flight flight) {
		this.flights.remove(key, flight);
	}

	/** Its leader is about to load what memcached will not guard. */
	void begin(String key, Flight flight) {
		flight.unguarded = true;
		this.unguarded.compute(key, (each, flights) -> {
			Set<Flight> all = (flights != null) ? flights : ConcurrentHashMap.newKeySet();
			all.add(flight);
			return all;
		});
	}

	/** Nothing is kept of it any more. */
	void end(String key, Flight flight) {
		leave(key, flight);
		if (flight.unguarded) {
			this.unguarded.computeIfPresent(key, (each, flights) -> {
				flights.remove(flight);
				return flights.isEmpty() ? null : flights;
			});
		}
	}

	/**
	 * Gives those aboard a value that is good enough for them, while its leader loads.
	 */
	void land(String key, Flight flight, Object value, long latestAt) {
		leave(key, flight);
		flight.found.complete(true);
		flight.end(value, latestAt);
	}

	/** The key changes: its flight is not joined any more, and may not be kept. */
	public void overtake(String key) {
		if (!this.flights.isEmpty()) {
			Flight flight = this.flights.remove(key);
			if (flight != null) {
				flight.overtaken = true;
			}
		}
		if (!this.unguarded.isEmpty()) {
			this.unguarded.getOrDefault(key, Set.of()).forEach((flight) -> flight.overtaken = true);
		}
	}

	public void overtake(Collection<String> keys) {
		if (!this.flights.isEmpty() || !this.unguarded.isEmpty()) {
			keys.forEach(this::overtake);
		}
	}

	/** All keys change. */
	public void overtakeAll() {
		overtake(this.flights.keySet());
		overtake(this.unguarded.keySet());
	}

}
