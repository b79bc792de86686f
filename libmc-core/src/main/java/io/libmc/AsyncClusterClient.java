package io.libmc;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.libmc.internal.connection.Node;
import io.libmc.internal.protocol.Command;
import org.jspecify.annotations.Nullable;

/**
 * The asynchronous client: each call is started on the caller's thread and carried on by
 * the replies.
 */
@SuppressWarnings("unchecked") // the caller says what the values are
final class AsyncClusterClient implements AsyncMemcachedClient {

	private final Servers servers;

	private final Calls calls;

	private final Completions completions;

	/** How many calls may be under way, their callbacks included. */
	private final int mostCalls;

	private final Semaphore room;

	private final AsyncMetaCommands meta = new Meta();

	private final Flights flights;

	private final AsyncLoads loads;

	AsyncClusterClient(Servers servers, Calls calls, Flights flights, LoadCalls loadCalls,
			MemcachedClientBuilder options) {
		this.servers = servers;
		this.calls = calls;
		this.completions = new Completions(options.executor);
		this.mostCalls = (int) Math.min(Integer.MAX_VALUE, 2L * options.maxInFlightOperations * options.servers.size());
		this.room = new Semaphore(this.mostCalls);
		this.flights = flights;
		this.loads = new AsyncLoads(loadCalls, flights, this::start, this.completions);
	}

	/** Another client's, with calls of its own. */
	AsyncClusterClient(AsyncClusterClient viewed, Calls calls, Flights flights, LoadCalls loadCalls) {
		this.servers = viewed.servers;
		this.calls = calls;
		this.completions = viewed.completions;
		this.mostCalls = viewed.mostCalls;
		this.room = viewed.room;
		this.flights = flights;
		this.loads = new AsyncLoads(loadCalls, flights, this::start, this.completions);
	}

	private <T extends @Nullable Object> CompletableFuture<T> change(String key, Call<T> call) {
		return start(this.flights.overtakenBy(key, call));
	}

	private CompletableFuture<MultiResult> changeAll(Collection<String> keys, Call<MultiResult> call) {
		return start(this.flights.overtakenBy(keys, call));
	}

	private <T extends @Nullable Object> CompletableFuture<T> start(Call<T> call) {
		Cluster cluster = this.servers.cluster();
		if (!this.room.tryAcquire()) {
			return CompletableFuture
				.failedFuture(new MemcachedTimeoutException(ErrorCode.POLL_TIMEOUT_ERROR, null, "there are already "
						+ this.mostCalls
						+ " asynchronous calls under way, callbacks included (twice maxInFlightOperations for each server)"
						+ "; nothing was sent", null));
		}
		Flight<T> flight = new Flight<>(cluster, call, this.completions, this.room);
		flight.begin();
		return flight.future;
	}

	/** A call under way. */
	private static final class Flight<T extends @Nullable Object> {

		private final Cluster cluster;

		private final Call<T> call;

		private final Completions completions;

		private final CompletableFuture<T> future = new CompletableFuture<>();

		private final Semaphore room;

		private final AtomicBoolean over = new AtomicBoolean();

		Flight(Cluster cluster, Call<T> call, Completions completions, Semaphore room) {
			this.cluster = cluster;
			this.call = call;
			this.completions = completions;
			this.room = room;
		}

		/** Starts the first operations on the caller's thread, and nothing else. */
		void begin() {
			if (advance()) {
				this.completions.execute(this::goOn);
			}
		}

		private void goOn() {
			boolean ended = true;
			while (ended) {
				ended = advance();
			}
		}

		/**
		 * Starts the next round, or completes the future if there is none.
		 * @return whether it has ended already, so that it is for the caller to go on
		 */
		private boolean advance() {
			try {
				List<Leg> legs = this.call.next();
				if (!legs.isEmpty()) {
					return startRound(legs);
				}
				this.future.complete(this.call.result());
				leave();
			}
			catch (Throwable ex) {
				fail(ex);
			}
			return false;
		}

		private void fail(Throwable ex) {
			this.future.completeExceptionally(ex);
			leave();
		}

		/** Makes room, now that the callbacks have run. */
		private void leave() {
			if (this.over.compareAndSet(false, true)) {
				this.room.release();
			}
		}

		private boolean startRound(List<Leg> legs) {
			// one more than there are lanes, so that none ends the round before all are
			// started
			AtomicInteger open = new AtomicInteger(1);
			Map<Node, Lane> lanes = new LinkedHashMap<>();
			legs.forEach((leg) -> lanes.computeIfAbsent(leg.node, (node) -> new Lane(open)).waiting.add(leg));
			open.addAndGet(lanes.size());
			lanes.values().forEach(Lane::begin);
			return open.decrementAndGet() == 0;
		}

		/**
		 * The operations of a round for one server, a window of them under way. It gets
		 * the next one when it has answered the last, whatever the others do.
		 */
		private final class Lane {

			private final Deque<Leg> waiting = new ArrayDeque<>();

			/** How many lanes of the round have not ended. */
			private final AtomicInteger open;

			private List<Leg> underWay = List.of();

			Lane(AtomicInteger open) {
				this.open = open;
			}

			void begin() {
				if (startWindow()) {
					Flight.this.completions.execute(this::goOn);
				}
			}

			private void goOn() {
				try {
					boolean ended = true;
					while (ended) {
						ended = advanceLane();
					}
				}
				catch (Throwable ex) {
					fail(ex);
				}
			}

			private boolean advanceLane() {
				this.underWay.forEach(Flight.this.cluster::stopped);
				if (!this.waiting.isEmpty()) {
					return startWindow();
				}
				if (this.open.decrementAndGet() == 0) {
					Flight.this.goOn();
				}
				return false;
			}

			/** Returns whether the window has ended already. */
			private boolean startWindow() {
				Window window = new Window();
				List<Leg> legs = new ArrayList<>();
				while (!this.waiting.isEmpty() && window.takes(this.waiting.element().operation)) {
					legs.add(this.waiting.remove());
				}
				this.underWay = legs;
				AtomicInteger left = new AtomicInteger(legs.size() + 1);
				Runnable ended = () -> {
					if (left.decrementAndGet() == 0) {
						Flight.this.completions.execute(this::goOn);
					}
				};
				legs.forEach((leg) -> Flight.this.cluster.start(leg, ended));
				return left.decrementAndGet() == 0;
			}

		}

	}

	@Override
	public <T> CompletableFuture<@Nullable T> get(String key) {
		return (CompletableFuture<@Nullable T>) start(this.calls.get(key));
	}

	@Override
	public <T> CompletableFuture<@Nullable T> get(String key, Class<T> type) {
		return start(this.calls.get(key, type));
	}

	@Override
	public <T> CompletableFuture<@Nullable CasValue<T>> gets(String key) {
		return (CompletableFuture<@Nullable CasValue<T>>) (CompletableFuture<?>) start(this.calls.gets(key));
	}

	@Override
	public <T> CompletableFuture<MultiGetResult<T>> getMulti(Collection<String> keys) {
		return (CompletableFuture<MultiGetResult<T>>) (CompletableFuture<?>) start(this.calls.getMulti(keys));
	}

	@Override
	public <T> CompletableFuture<List<@Nullable T>> getList(List<String> keys) {
		return (CompletableFuture<List<@Nullable T>>) (CompletableFuture<?>) start(this.calls.getList(keys));
	}

	@Override
	public <T> CompletableFuture<@Nullable T> getAndTouch(String key, Duration ttl) {
		return (CompletableFuture<@Nullable T>) start(this.calls.getAndTouch(key, ttl));
	}

	@Override
	public CompletableFuture<Boolean> set(String key, Object value, Duration ttl) {
		return change(key, this.calls.set(key, value, ttl));
	}

	@Override
	public CompletableFuture<Boolean> add(String key, Object value, Duration ttl) {
		return change(key, this.calls.store(Command.ADD, key, value, ttl));
	}

	@Override
	public CompletableFuture<Boolean> replace(String key, Object value, Duration ttl) {
		return change(key, this.calls.store(Command.REPLACE, key, value, ttl));
	}

	@Override
	public CompletableFuture<Boolean> append(String key, byte[] data) {
		return change(key, this.calls.concat(Command.APPEND, key, data));
	}

	@Override
	public CompletableFuture<Boolean> prepend(String key, byte[] data) {
		return change(key, this.calls.concat(Command.PREPEND, key, data));
	}

	@Override
	public CompletableFuture<CasResult> cas(String key, Object value, Duration ttl, long cas) {
		return change(key, this.calls.cas(key, value, ttl, cas));
	}

	@Override
	public CompletableFuture<MultiResult> setMulti(Map<String, ?> entries, Duration ttl) {
		return changeAll(entries.keySet(), this.calls.setMulti(entries, ttl));
	}

	@Override
	public CompletableFuture<MultiResult> deleteMulti(Collection<String> keys) {
		return changeAll(keys, this.calls.deleteMulti(keys));
	}

	@Override
	public CompletableFuture<MultiResult> appendMulti(Collection<String> keys, byte[] data) {
		return changeAll(keys, this.calls.concatMulti(Command.APPEND, keys, data));
	}

	@Override
	public CompletableFuture<MultiResult> prependMulti(Collection<String> keys, byte[] data) {
		return changeAll(keys, this.calls.concatMulti(Command.PREPEND, keys, data));
	}

	@Override
	public CompletableFuture<Boolean> delete(String key) {
		return change(key, this.calls.delete(key));
	}

	@Override
	public CompletableFuture<Boolean> touch(String key, Duration ttl) {
		return change(key, this.calls.touch(key, ttl));
	}

	@Override
	public CompletableFuture<OptionalLong> incr(String key, long delta) {
		return change(key, this.calls.count(Command.INCR, key, delta));
	}

	@Override
	public CompletableFuture<OptionalLong> decr(String key, long delta) {
		return change(key, this.calls.count(Command.DECR, key, delta));
	}

	@Override
	public CompletableFuture<@Nullable RawValue> getRaw(String key) {
		return start(this.calls.getRaw(key));
	}

	@Override
	public CompletableFuture<Boolean> setRaw(String key, RawValue value, Duration ttl) {
		return change(key, this.calls.setRaw(key, value, ttl));
	}

	@Override
	public CompletableFuture<Map<String, String>> version() {
		return start(this.calls.version());
	}

	@Override
	public CompletableFuture<Map<String, Map<String, String>>> stats(String... arguments) {
		return start(this.calls.stats(arguments));
	}

	@Override
	public CompletableFuture<List<String>> flushAll() {
		return start(this.calls.flushAll());
	}

	@Override
	public CompletableFuture<@Nullable String> liveServerFor(String key) {
		return start(this.calls.liveServerFor(key));
	}

	@Override
	public <T> CompletableFuture<@Nullable T> getOrLoad(String key, LoadPolicy policy,
			Supplier<? extends CompletionStage<? extends @Nullable T>> loader) {
		return (CompletableFuture<@Nullable T>) this.loads.getOrLoad(key, policy, loader);
	}

	@Override
	public <T> CompletableFuture<@Nullable T> get(String key, LoadPolicy policy) {
		return (CompletableFuture<@Nullable T>) this.loads.get(key, policy);
	}

	@Override
	public AsyncMetaCommands meta() {
		return this.meta;
	}

	/** The meta commands of this client. */
	private final class Meta implements AsyncMetaCommands {

		@Override
		public CompletableFuture<MetaReply> get(String key, MetaGet request) {
			return start(AsyncClusterClient.this.calls.meta().get(key, request));
		}

		@Override
		public CompletableFuture<MetaReply> set(String key, RawValue value, MetaSet request) {
			return change(key, AsyncClusterClient.this.calls.meta().set(key, value, request));
		}

		@Override
		public CompletableFuture<MetaReply> delete(String key, MetaDelete request) {
			return change(key, AsyncClusterClient.this.calls.meta().delete(key, request));
		}

		@Override
		public CompletableFuture<MetaReply> arithmetic(String key, MetaArithmetic request) {
			return change(key, AsyncClusterClient.this.calls.meta().arithmetic(key, request));
		}

		@Override
		public CompletableFuture<MetaReply> noop(String key) {
			return start(AsyncClusterClient.this.calls.meta().noop(key));
		}

		@Override
		public CompletableFuture<@Nullable Map<String, String>> debug(String key) {
			return start(AsyncClusterClient.this.calls.meta().debug(key));
		}

	}

	void close() {
		this.completions.close();
	}

}
