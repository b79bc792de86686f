package io.libmc.spring.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One cache's changes that threads have only begun which must not wait. Changes of one
 * entry are made in the order they came, and so are clearings among all changes. Whoever
 * reads an entry goes after those that concern it, so that everybody in this application
 * finds what was begun before.
 */
final class ChangeQueue {

	/** How long a reader waits for changes; one that waited in vain must not read. */
	private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

	private static final CompletableFuture<Void> NOTHING = CompletableFuture.completedFuture(null);

	private final Executor executor;

	private final ReentrantLock lock = new ReentrantLock();

	/** The last change of each entry since the last clearing, until it is made. */
	private final ConcurrentMap<String, CompletableFuture<Void>> entries = new ConcurrentHashMap<>();

	/** The last clearing, which comes after all changes that are not in the map. */
	private volatile CompletableFuture<Void> clearing = NOTHING;

	ChangeQueue(Executor executor) {
		this.executor = executor;
	}

	/**
	 * Changes an entry, after what is queued for it.
	 * @param rejected run instead if too much is waiting already
	 */
	void change(String entry, Runnable change, Runnable rejected) {
		CompletableFuture<Void> made;
		this.lock.lock();
		try {
			made = after(last(entry), change);
			this.entries.put(entry, made);
		}
		finally {
			this.lock.unlock();
		}
		Background.then(made, (done, failed) -> {
			this.entries.remove(entry, made);
			runIf(failed != null, rejected);
		});
	}

	/**
	 * Clears the cache, after everything that is queued.
	 * @param rejected run instead if too much is waiting already
	 */
	void clear(Runnable clear, Runnable rejected) {
		CompletableFuture<Void> made;
		this.lock.lock();
		try {
			List<CompletableFuture<Void>> before = new ArrayList<>(this.entries.values());
			before.add(this.clearing);
			made = after(CompletableFuture.allOf(before.toArray(CompletableFuture<?>[]::new)), clear);
			this.clearing = made;
			this.entries.clear();
		}
		finally {
			this.lock.unlock();
		}
		Background.then(made, (done, failed) -> runIf(failed != null, rejected));
	}

	private CompletableFuture<Void> after(CompletableFuture<Void> before, Runnable change) {
		return before.handleAsync((done, failed) -> {
			change.run();
			return null;
		}, this.executor);
	}

	private static void runIf(boolean needed, Runnable task) {
		if (needed) {
			task.run();
		}
	}

	/** The last change that concerns an entry, which may have been made. */
	private CompletableFuture<Void> last(String entry) {
		CompletableFuture<Void> change = this.entries.isEmpty() ? null : this.entries.get(entry);
		return (change != null) ? change : this.clearing;
	}

	/** Whether an entry can be read as it is. */
	boolean isSettled(String entry) {
		return last(entry).isDone();
	}

	/**
	 * Tells when what is queued now for an entry has been made.
	 * @return fails with a {@link io.libmc.MemcachedException} if that takes too long
	 */
	CompletableFuture<Boolean> settled(String entry) {
		return last(entry).handle((done, failed) -> true)
			.orTimeout(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)
			.exceptionally((ex) -> {
				throw CachedValues.tooMuch();
			});
	}

	/**
	 * Waits until an entry can be read.
	 * @throws io.libmc.MemcachedException if that takes too long
	 */
	void await(String entry) {
		if (isSettled(entry)) {
			return;
		}
		try {
			settled(entry).join();
		}
		catch (CompletionException ex) {
			throw CachedValues.failure(ex);
		}
	}

}
