package io.libmc.spring.cache;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.cache.Cache.ValueWrapper;

import io.libmc.MemcachedException;

/**
 * Many entries of one cache at once. Each is read or changed as a single one is, by calls
 * that do not wait, so that they share the connections and their round trips. A change
 * that has to wait for another one is left to the method for a single entry.
 */
final class ManyEntries {

	/**
	 * So many calls are under way, so that none is refused because there are too many.
	 */
	static final int AT_ONCE = 500;

	private final LibmcCache cache;

	private final EntryStore store;

	private final CachedValues values;

	private final ChangeQueue changes;

	ManyEntries(LibmcCache cache, EntryStore store, CachedValues values, ChangeQueue changes) {
		this.cache = cache;
		this.store = store;
		this.values = values;
		this.changes = changes;
	}

	/** Different keys in lots of so many as may be under way. */
	private static <K> List<List<K>> lots(Collection<? extends K> keys) {
		List<K> all = new ArrayList<>(new LinkedHashSet<>(keys));
		List<List<K>> lots = new ArrayList<>();
		for (int i = 0; i < all.size(); i += AT_ONCE) {
			lots.add(all.subList(i, Math.min(all.size(), i + AT_ONCE)));
		}
		return lots;
	}

	<K> Map<K, @Nullable Object> find(Collection<? extends K> keys) {
		Map<K, @Nullable Object> found = new LinkedHashMap<>();
		for (List<K> lot : ManyEntries.<K>lots(keys)) {
			List<CompletableFuture<?>> looked = new ArrayList<>();
			lot.forEach((key) -> looked.add(this.cache.retrieve(key)));
			for (int i = 0; i < lot.size(); i++) {
				ValueWrapper value = (ValueWrapper) join(looked.get(i));
				if (value != null) {
					found.put(lot.get(i), value.get());
				}
			}
		}
		return found;
	}

	private static @Nullable Object join(CompletableFuture<?> future) {
		try {
			return future.join();
		}
		catch (CompletionException ex) {
			throw CachedValues.failure(ex);
		}
	}

	void put(Map<?, ?> entries) {
		Map<Generation, CompletableFuture<Long>> numbers = new HashMap<>();
		if (this.values.hasGroups()) {
			findGroups(entries);
		}
		change(entries.keySet(), (key) -> this.cache.put(key, entries.get(key)), (key, name) -> {
			Entry.Encoded entry = this.values.encode(key, this.cache.storeValue(entries.get(key)));
			return numbers.computeIfAbsent(this.store.generation(name), (generation) -> number(name))
				.thenCompose((number) -> this.store.putAsync(name, entry, number));
		}, this.values.counters()::put);
	}

	/** Asks for all at once what each entry would ask for by itself. */
	private void findGroups(Map<?, ?> entries) {
		for (List<Object> lot : ManyEntries.<Object>lots(entries.keySet())) {
			Map<String, GroupStamps> groups = new HashMap<>();
			for (Object key : lot) {
				try {
					groups.put(this.store.name(key), this.values.groups(key, entries.get(key)));
				}
				catch (IllegalArgumentException ex) {
					// it is told when the entry is put
				}
			}
			try {
				this.store.findGroups(groups);
			}
			catch (MemcachedException ex) {
				// likewise
			}
		}
	}

	/** The generation to put into, which is asked for once for each server at most. */
	private CompletableFuture<Long> number(String name) {
		try {
			return CompletableFuture.completedFuture(this.store.generationToPut(name));
		}
		catch (MemcachedException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	void evict(Collection<?> keys) {
		change(keys, this.cache::evict, (key, name) -> this.store.evictAsync(name), this.values.counters()::eviction);
	}

	/**
	 * Changes entries.
	 * @param alone changes one, whatever it takes
	 * @param begin begins to change one
	 * @param count counts one
	 */
	private void change(Collection<?> keys, Consumer<Object> alone,
			BiFunction<Object, String, CompletableFuture<?>> begin, Runnable count) {
		Failures failures = new Failures();
		for (List<Object> lot : ManyEntries.<Object>lots(keys)) {
			List<Change> begun = new ArrayList<>();
			for (Object key : lot) {
				failures.collect(() -> {
					if (key instanceof CacheGroup) {
						alone.accept(key);
						return;
					}
					String name = this.store.name(key);
					if (Background.isNeeded() || !this.changes.isSettled(name)) {
						alone.accept(key);
						return;
					}
					this.cache.drop(key);
					begun.add(new Change(key, name, begin(key, name, begin)));
				});
			}
			begun.forEach((change) -> failures.collect(() -> end(change, count)));
		}
		failures.throwFirst();
	}

	/** A change under way. */
	private record Change(Object key, String name, CompletableFuture<?> made) {

	}

	private static CompletableFuture<?> begin(Object key, String name,
			BiFunction<Object, String, CompletableFuture<?>> begin) {
		try {
			return begin.apply(key, name);
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private void end(Change change, Runnable count) {
		try {
			change.made.join();
			count.run();
		}
		catch (CompletionException ex) {
			failed(change, ex);
		}
		finally {
			this.cache.drop(change.key);
		}
	}

	private void failed(Change change, CompletionException ex) {
		if (ex.getCause() instanceof IllegalArgumentException refusal) {
			this.cache.refuse(change.key, change.name, refusal);
			return;
		}
		if (ex.getCause() instanceof MemcachedException) {
			this.store.evictLater(change.name);
		}
		this.values.failed(CachedValues.failure(ex));
	}

	/** What is thrown when everything has been tried. */
	private static final class Failures {

		private @Nullable RuntimeException first;

		void collect(Runnable change) {
			try {
				change.run();
			}
			catch (RuntimeException ex) {
				if (this.first == null) {
					this.first = ex;
				}
				else if (this.first != ex) {
					this.first.addSuppressed(ex);
				}
			}
		}

		void throwFirst() {
			if (this.first != null) {
				throw this.first;
			}
		}

	}

}
