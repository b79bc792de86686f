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

import io.libmc.MemcachedException;

/**
 * One cache's changes. They are made at once, but for those of threads that must not
 * wait: these are only begun. Changes of one entry are made in the order they came, and
 * so are clearings among all changes. Whoever reads an entry goes after those that
 * concern it, so that everybody in this application finds what was begun before.
 */
final class ChangeQueue {

	/** How long a reader waits for changes; one that waited in vain must not read. */
	private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

	private static final CompletableFuture<Void> NOTHING = CompletableFuture.completedFuture(null);

	private final Executor executor;

	private final CachedValues values;

	private final ReentrantLock lock = new ReentrantLock();

	/** The last change of each entry since the last clearing, until it is made. */
	private final ConcurrentMap<String, CompletableFuture<Void>> entries = new ConcurrentHashMap<>();

	/** The last clearing, which comes after all changes that are not in the map. */
	private volatile CompletableFuture<Void> clearing = NOTHING;

	ChangeQueue(Executor executor, CachedValues values) {
		this.executor = executor;
		this.values = values;
	}

	/**
	 * Changes an entry, after what is queued for it.
	 * @param later remembers to do it, if too much is waiting already
	 */
	void change(String entry, Runnable change, Runnable later) {
		if (Background.isNeeded()) {
			queue(entry, change, later);
			return;
		}
		makeNow(() -> {
			await(entry, change, later);
			change.run();
		});
	}

	/**
	 * Waits until an entry can be changed.
	 * @param change what is done behind those that are waited for if they take too long
	 * @param later remembers to do it, if too much is waiting already
	 * @throws MemcachedException if they take too long
	 */
	void await(String entry, Runnable change, Runnable later) {
		try {
			await(last(entry));
		}
		catch (MemcachedException ex) {
			queue(entry, change, later);
			throw ex;
		}
	}

	private void queue(String entry, Runnable change, Runnable later) {
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
			rejectIf(failed != null, later);
		});
	}

	/**
	 * Clears the cache, after everything that is queued where it is queued itself.
	 * @param later remembers to do it, if too much is waiting already
	 */
	void clear(Runnable clear, Runnable later) {
		if (Background.isNeeded()) {
			queueClearing(clear, later);
		}
		else {
			makeNow(() -> {
				awaitEverything(clear, later);
				clear.run();
			});
		}
	}

	private void awaitEverything(Runnable clear, Runnable later) {
		try {
			await(everything());
		}
		catch (MemcachedException ex) {
			queueClearing(clear, later);
			throw ex;
		}
	}

	/** All that is queued now. */
	private CompletableFuture<Void> everything() {
		this.lock.lock();
		try {
			List<CompletableFuture<Void>> queued = new ArrayList<>(this.entries.values());
			queued.add(this.clearing);
			return CompletableFuture.allOf(queued.toArray(CompletableFuture<?>[]::new));
		}
		finally {
			this.lock.unlock();
		}
	}

	private void queueClearing(Runnable clear, Runnable later) {
		CompletableFuture<Void> made;
		this.lock.lock();
		try {
			made = after(everything(), clear);
			this.clearing = made;
			this.entries.clear();
		}
		finally {
			this.lock.unlock();
		}
		Background.then(made, (done, failed) -> rejectIf(failed != null, later));
	}

	private CompletableFuture<Void> after(CompletableFuture<Void> before, Runnable change) {
		return before.handleAsync((done, failed) -> {
			makeSoon(change);
			return null;
		}, this.executor);
	}

	private void rejectIf(boolean rejected, Runnable later) {
		if (rejected) {
			later.run();
			this.values.bypassed(CachedValues.tooMuch());
		}
	}

	private void makeNow(Runnable change) {
		try {
			change.run();
		}
		catch (IllegalArgumentException ex) {
			this.values.uncacheable(ex);
		}
		catch (MemcachedException | IllegalStateException ex) {
			this.values.failed(CachedValues.failure(ex));
		}
	}

	/** Makes a change when its caller is gone: there is nobody to throw a failure at. */
	private void makeSoon(Runnable change) {
		try {
			change.run();
		}
		catch (IllegalArgumentException ex) {
			this.values.notCached(ex);
		}
		catch (MemcachedException | IllegalStateException ex) {
			this.values.bypassed(CachedValues.failure(ex));
		}
	}

	/** The last change that concerns an entry, which may have been made. */
	private CompletableFuture<Void> last(String entry) {
		CompletableFuture<Void> change = this.entries.isEmpty() ? null : this.entries.get(entry);
		return (change != null) ? change : this.clearing;
	}

	/** Whether nothing is queued. */
	boolean isIdle() {
		return this.entries.isEmpty() && this.clearing.isDone();
	}

	/** Whether an entry can be read as it is. */
	boolean isSettled(String entry) {
		return last(entry).isDone();
	}

	/**
	 * Tells when what is queued now for an entry has been made.
	 * @return fails with a {@link MemcachedException} if that takes too long
	 */
	CompletableFuture<Boolean> settled(String entry) {
		return made(last(entry));
	}

	private static CompletableFuture<Boolean> made(CompletableFuture<Void> changes) {
		return changes.handle((done, failed) -> true)
			.orTimeout(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)
			.exceptionally((ex) -> {
				throw CachedValues.tooMuch();
			});
	}

	/**
	 * Waits until an entry can be read.
	 * @throws MemcachedException if that takes too long
	 */
	void await(String entry) {
		await(last(entry));
	}

	private static void await(CompletableFuture<Void> changes) {
		if (changes.isDone()) {
			return;
		}
		try {
			made(changes).join();
		}
		catch (CompletionException ex) {
			throw CachedValues.failure(ex);
		}
	}

}
