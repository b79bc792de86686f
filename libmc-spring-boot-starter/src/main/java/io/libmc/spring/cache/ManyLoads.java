package io.libmc.spring.cache;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.cache.Cache.ValueRetrievalException;

import io.libmc.LoadListener;
import io.libmc.MemcachedException;
import io.libmc.spring.cache.EntryLoad.LoaderGoneException;

/**
 * One call that finds many entries or loads them. For each a single call is begun, whose
 * loader only notes that the key is missing. When it is known of every key whether it is
 * there, missing, or loaded by somebody else, the missing ones are loaded at once, on the
 * caller's thread. Only then others are waited for: so two callers who each load what the
 * other one wants do not wait for each other.
 */
final class ManyLoads<K, V> {

	private final LibmcCache cache;

	private final Function<? super Collection<K>, ? extends Map<? super K, ? extends V>> loader;

	/** Where entries are loaded anew before they expire, or null for right here. */
	private final @Nullable Supplier<Executor> refreshes;

	/** Guards all below. */
	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	/** How many keys there are of which nothing is known yet. */
	private int unsettled;

	/** How many keys there are whose value is not there yet. */
	private int open;

	private final List<Wanted> missing = new ArrayList<>();

	private final List<Wanted> refreshed = new ArrayList<>();

	/** The first key that failed. */
	private @Nullable Wanted failed;

	private @Nullable Throwable failure;

	/** Whether the caller has what it wanted, or a failure. */
	private boolean over;

	/** Whether a thread loads anew what is due. */
	private boolean refreshing;

	ManyLoads(LibmcCache cache, Function<? super Collection<K>, ? extends Map<? super K, ? extends V>> loader,
			@Nullable Supplier<Executor> refreshes) {
		this.cache = cache;
		this.loader = loader;
		this.refreshes = refreshes;
	}

	Map<K, @Nullable V> get(Collection<? extends K> keys) {
		Map<K, Wanted> all = new LinkedHashMap<>();
		try {
			for (K key : new LinkedHashSet<K>(keys)) {
				Wanted wanted = new Wanted(key, all.size());
				all.put(key, wanted);
				wanted.begin();
				if (all.size() % ManyEntries.AT_ONCE == 0) {
					awaitSettled();
				}
			}
			for (List<Wanted> due = next(); !due.isEmpty(); due = next()) {
				loadHere(due);
			}
			Map<K, @Nullable V> values = new LinkedHashMap<>();
			all.forEach((key, wanted) -> values.put(key, wanted.value.join()));
			return values;
		}
		finally {
			end();
		}
	}

	/** One key, and what this call is told of its entry. */
	private final class Wanted implements LoadListener {

		private final K key;

		private final int place;

		/** What the loader returns for it. */
		private final CompletableFuture<@Nullable V> source = new CompletableFuture<>();

		private CompletableFuture<@Nullable V> value = this.source;

		private boolean settled;

		private volatile boolean found;

		Wanted(K key, int place) {
			this.key = key;
			this.place = place;
		}

		void begin() {
			change(() -> {
				ManyLoads.this.unsettled++;
				ManyLoads.this.open++;
			});
			this.value = ManyLoads.this.cache.retrieve(this.key, this::load, this);
			Background.then(this.value, this::ended);
		}

		@Override
		public void found() {
			this.found = true;
		}

		@Override
		public void waiting() {
			change(this::settle);
		}

		private void settle() {
			if (!this.settled) {
				this.settled = true;
				ManyLoads.this.unsettled--;
			}
		}

		/** In place of a loader for it alone. */
		private CompletableFuture<@Nullable V> load() {
			if (this.found && ManyLoads.this.refreshes != null) {
				change(() -> ManyLoads.this.refreshed.add(this));
				refreshSoon(ManyLoads.this.refreshes);
				return this.source;
			}
			if (!join()) {
				this.source.completeExceptionally(new LoaderGoneException());
			}
			return this.source;
		}

		/** Has the caller load it, if that is still there. */
		private boolean join() {
			ManyLoads.this.lock.lock();
			try {
				if (ManyLoads.this.over) {
					return false;
				}
				ManyLoads.this.missing.add(this);
				settle();
				ManyLoads.this.changed.signalAll();
				return true;
			}
			finally {
				ManyLoads.this.lock.unlock();
			}
		}

		private void awaitEnd() {
			this.value.handle((done, ex) -> true).join();
		}

		private void ended(@Nullable V loaded, @Nullable Throwable ex) {
			change(() -> {
				settle();
				ManyLoads.this.open--;
				if (ex != null && ManyLoads.this.failure == null) {
					ManyLoads.this.failed = this;
					ManyLoads.this.failure = ex;
				}
			});
		}

	}

	private void change(Runnable change) {
		this.lock.lock();
		try {
			change.run();
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Waits until something is known of every key so far. */
	private void awaitSettled() {
		this.lock.lock();
		try {
			while (this.unsettled > 0) {
				this.changed.awaitUninterruptibly();
			}
			throwFailure();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Waits for keys to load; there are none when every value is there. */
	private List<Wanted> next() {
		awaitSettled();
		this.lock.lock();
		try {
			while (this.failure == null && this.missing.isEmpty() && this.open > 0) {
				this.changed.awaitUninterruptibly();
			}
			throwFailure();
			List<Wanted> due = new ArrayList<>(this.missing);
			this.missing.clear();
			due.sort(Comparator.comparingInt((wanted) -> wanted.place));
			return due;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void throwFailure() {
		Throwable thrown = this.failure;
		Wanted of = this.failed;
		if (thrown == null || of == null) {
			return;
		}
		Throwable cause = CachedValues.causeOf(thrown);
		if (cause instanceof MemcachedException memcachedFailure) {
			throw memcachedFailure;
		}
		throw notLoaded(of, cause);
	}

	private ValueRetrievalException notLoaded(Wanted wanted, Throwable ex) {
		return new ValueRetrievalException(wanted.key, () -> this.loader, ex);
	}

	/** If that fails, keys that have a value still go on with it. */
	private void loadHere(List<Wanted> due) {
		Throwable thrown = loadAll(due);
		Wanted without = due.stream().filter((wanted) -> !wanted.found).findFirst().orElse(null);
		if (without == null) {
			return;
		}
		if (thrown instanceof Error error) {
			throw error;
		}
		if (thrown != null) {
			throw notLoaded(without, thrown);
		}
	}

	static <K, V> Map<? super K, ? extends V> load(Collection<K> keys,
			Function<? super Collection<K>, ? extends Map<? super K, ? extends V>> loader) {
		Map<? super K, ? extends V> loaded = loader.apply(keys);
		if (loaded == null) {
			throw new IllegalStateException("The loader returned no map");
		}
		return loaded;
	}

	/**
	 * Loads.
	 * @return what the loader has thrown
	 */
	private @Nullable Throwable loadAll(List<Wanted> due) {
		List<@Nullable V> values = new ArrayList<>();
		try {
			Map<? super K, ? extends V> loaded = load(due.stream().map((wanted) -> wanted.key).toList(), this.loader);
			due.forEach((wanted) -> values.add(loaded.get(wanted.key)));
		}
		catch (Throwable ex) {
			fail(due, ex);
			return ex;
		}
		for (int i = 0; i < due.size(); i++) {
			due.get(i).source.complete(values.get(i));
			if ((i + 1) % ManyEntries.AT_ONCE == 0) {
				due.get(i).awaitEnd();
			}
		}
		return null;
	}

	/** When it returns others may load. */
	private void fail(List<Wanted> due, Throwable ex) {
		due.forEach((wanted) -> wanted.source.completeExceptionally(ex));
		due.forEach((wanted) -> wanted.awaitEnd());
	}

	/** Nothing that this call holds must stay with it, whatever has happened. */
	private void end() {
		List<Wanted> left = new ArrayList<>();
		change(() -> {
			this.over = true;
			left.addAll(this.missing);
		});
		fail(left, new LoaderGoneException());
		if (this.refreshes != null) {
			refreshSoon(this.refreshes);
		}
	}

	/**
	 * Loads anew what is due, once the caller has what it wanted, by one thread: what
	 * becomes due while that loads is loaded by its next call.
	 */
	private void refreshSoon(Supplier<Executor> threads) {
		this.lock.lock();
		try {
			if (!this.over || this.refreshing || this.refreshed.isEmpty()) {
				return;
			}
			this.refreshing = true;
		}
		finally {
			this.lock.unlock();
		}
		try {
			threads.get().execute(() -> refresh(this::loadAll));
		}
		catch (RejectedExecutionException ex) {
			refresh((due) -> fail(due, ex));
		}
	}

	private void refresh(Consumer<List<Wanted>> how) {
		for (List<Wanted> due = nextToRefresh(); !due.isEmpty(); due = nextToRefresh()) {
			how.accept(due);
		}
	}

	private List<Wanted> nextToRefresh() {
		this.lock.lock();
		try {
			List<Wanted> due = List.copyOf(this.refreshed);
			this.refreshed.clear();
			this.refreshing = !due.isEmpty();
			return due;
		}
		finally {
			this.lock.unlock();
		}
	}

}
