package io.libmc;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import org.jspecify.annotations.Nullable;

/**
 * The callers in this process who want the same key's value at the same time: one leads,
 * the others follow and share what it finds or loads.
 * <p>
 * Whoever changes the key through the same client <em>overtakes</em> the flight, before
 * and after: those aboard get its value, but nobody who comes later does, and where the
 * store is not guarded by memcached the loader does not keep it. The changer overtakes
 * first and writes then, while the loader writes first and looks then whether it was
 * overtaken: so one of them sees the other.
 */
final class Flights {

	private final ConcurrentMap<String, Flight> flights = new ConcurrentHashMap<>();

	/** The callers of one key. */
	static final class Flight {

		/** What the leader found or loaded. */
		final CompletableFuture<@Nullable Object> result = new CompletableFuture<>();

		/**
		 * Whether there was a value, once that is known; never known if memcached failed.
		 */
		final CompletableFuture<Boolean> found = new CompletableFuture<>();

		/** The thread that leads, or runs the loader; null if none does. */
		private volatile @Nullable Thread leader;

		private volatile boolean overtaken;

		/** A flight that the current thread leads, until it {@link #disown}s it. */
		static Flight own() {
			Flight flight = new Flight();
			flight.leader = Thread.currentThread();
			return flight;
		}

		/** Whether it is led by the thread that asks. */
		boolean isOwn() {
			return this.leader == Thread.currentThread();
		}

		void leadHere() {
			this.leader = Thread.currentThread();
		}

		void disown() {
			this.leader = null;
		}

		boolean isOvertaken() {
			return this.overtaken;
		}

		/** Tells a follower's listener whether there was a value. */
		@SuppressWarnings("FutureReturnValueIgnored") // nobody waits for that
		void tell(LoadListener listener) {
			this.found.thenAccept((wasFound) -> {
				if (wasFound) {
					listener.found();
				}
				else {
					listener.missed();
				}
			});
		}

	}

	/** Makes it the key's flight, or returns the one that there is. */
	@Nullable Flight join(String key, Flight flight) {
		return this.flights.putIfAbsent(key, flight);
	}

	void leave(String key, Flight flight) {
		this.flights.remove(key, flight);
	}

	void overtake(String key) {
		if (!this.flights.isEmpty()) {
			Flight flight = this.flights.remove(key);
			if (flight != null) {
				flight.overtaken = true;
			}
		}
	}

	void overtake(Collection<String> keys) {
		if (!this.flights.isEmpty()) {
			keys.forEach(this::overtake);
		}
	}

	/** The call, which overtakes the key's flight when it begins and when it ends. */
	<T extends @Nullable Object> Call<T> overtakenBy(String key, Call<T> call) {
		return new OvertakingCall<>(List.of(key), call);
	}

	<T extends @Nullable Object> Call<T> overtakenBy(Collection<String> keys, Call<T> call) {
		return new OvertakingCall<>(List.copyOf(keys), call);
	}

	/** A call that changes keys. */
	private final class OvertakingCall<T extends @Nullable Object> implements Call<T> {

		private final List<String> keys;

		private final Call<T> call;

		OvertakingCall(List<String> keys, Call<T> call) {
			this.keys = keys;
			this.call = call;
			overtake(keys);
		}

		@Override
		public List<Leg> next() {
			List<Leg> legs = List.of();
			try {
				legs = this.call.next();
				return legs;
			}
			finally {
				if (legs.isEmpty()) {
					overtake(this.keys);
				}
			}
		}

		@Override
		public T result() {
			return this.call.result();
		}

	}

}
