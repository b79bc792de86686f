package io.libmc.spring.cache;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

/**
 * The values that are being loaded in this process, so that of many callers who miss the
 * same entry one loads it and the others wait for its result.
 * <p>
 * An eviction, or a put, that comes while a value is being loaded <em>overtakes</em> the
 * load: who waits for it gets its result, but it no longer stays in the cache, and the
 * next caller loads anew. It has to overtake first and write to memcached then, while the
 * loader writes first and looks then whether it was overtaken: so one of them sees the
 * other.
 */
final class RunningLoads {

	private final ConcurrentMap<String, Load> loads = new ConcurrentHashMap<>();

	private final AtomicLong ended = new AtomicLong();

	/** How many loads have ended so far. Who finds it unchanged has missed none. */
	long ended() {
		return this.ended.get();
	}

	/**
	 * Starts a load unless one is running.
	 * @param tail the entry
	 * @param load the load to start, by the current thread
	 * @return the running load, or {@code null} if {@code load} now is
	 */
	@Nullable Load start(String tail, Load load) {
		return this.loads.putIfAbsent(tail, load);
	}

	/** Whether the current thread is starting the load of this entry. */
	boolean isMine(String tail) {
		Load load = this.loads.get(tail);
		return load != null && load.isMine();
	}

	void end(String tail, Load load) {
		this.ended.incrementAndGet();
		this.loads.remove(tail, load);
	}

	void overtake(String tail) {
		Load load = this.loads.remove(tail);
		if (load != null) {
			load.overtaken = true;
		}
	}

	void overtakeAll() {
		this.loads.keySet().forEach(this::overtake);
	}

	static final class Load {

		private volatile @Nullable Thread owner = Thread.currentThread();

		private final CompletableFuture<@Nullable Object> result = new CompletableFuture<>();

		private volatile boolean overtaken;

		/** Whether the loader is asking for the very entry it is loading. */
		boolean isMine() {
			return this.owner == Thread.currentThread();
		}

		/** The loader starts on the current thread. */
		void own() {
			this.owner = Thread.currentThread();
		}

		/** The loader goes on elsewhere. */
		void disown() {
			this.owner = null;
		}

		boolean isOvertaken() {
			return this.overtaken;
		}

		void complete(@Nullable Object value) {
			this.result.complete(value);
		}

		void fail(Throwable ex) {
			this.result.completeExceptionally(ex);
		}

		/** Tells of the end on another thread, which is not the loader's to spend. */
		void whenEnded(BiConsumer<@Nullable Object, @Nullable Throwable> listener) {
			Executor other = ForkJoinPool.commonPool();
			CompletableFuture<?> unused = this.result
				.whenComplete((value, ex) -> other.execute(() -> listener.accept(value, ex)));
		}

		@Nullable Object await() throws InterruptedException, ExecutionException {
			return this.result.get();
		}

	}

}
