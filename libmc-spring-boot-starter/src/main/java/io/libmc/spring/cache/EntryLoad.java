package io.libmc.spring.cache;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.libmc.LoadListener;
import io.libmc.LoadPolicy;
import io.libmc.MemcachedException;
import io.libmc.spring.cache.Generation.Asked;

/**
 * One call that finds an entry or loads it: says which entries are good, puts loaded ones
 * into the generation that was known before the load, and counts. Should the cache be
 * cleared meanwhile, anywhere, what was loaded is not seen again.
 */
final class EntryLoad implements LoadListener, Function<Object, CompletionStage<Boolean>> {

	private static final CompletableFuture<Boolean> YES = CompletableFuture.completedFuture(true);

	private static final CompletableFuture<Boolean> NO = CompletableFuture.completedFuture(false);

	private final CachedValues values;

	private final EntryStore store;

	private final Generation generation;

	private final String name;

	private final boolean waits;

	private final LoadPolicy policy;

	/** The number by which to read, or none if it is not known yet. */
	private volatile long recent = Generation.NONE;

	private volatile @Nullable Asked asked;

	private volatile boolean unsettled;

	private volatile @Nullable MemcachedException failure;

	EntryLoad(CachedValues values, EntryStore store, Generation generation, String name, boolean waits) {
		this.values = values;
		this.store = store;
		this.generation = generation;
		this.name = name;
		this.waits = waits;
		this.policy = store.policy(waits);
	}

	/** What the loader of a blocking caller threw. */
	static final class LoaderException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		LoaderException(Throwable cause) {
			super(cause);
		}

	}

	LoadPolicy policy() {
		return this.policy.accepting(this).listener(this);
	}

	/**
	 * Does what takes waiting before {@link #asking()}, for a caller who does not wait.
	 */
	CompletableFuture<?> prepare() {
		if (!this.store.isUnsettled(this.name, this.generation) && this.generation.known() != Generation.NONE) {
			return YES;
		}
		return this.store.background().call(() -> {
			this.unsettled = this.store.settle(this.name, this.generation);
			return this.generation.fresh();
		}).exceptionally((ex) -> {
			this.failure = CachedValues.failure(ex);
			return Generation.NONE;
		});
	}

	@Override
	public void asking() {
		if (this.waits) {
			this.unsettled = this.store.settle(this.name, this.generation);
		}
		else if (this.failure != null) {
			throw this.failure;
		}
		this.recent = this.unsettled ? Generation.NONE : this.generation.recent();
		this.asked = (this.recent == Generation.NONE) ? this.generation.ask() : null;
	}

	/** Whether an entry is good. */
	@Override
	public CompletionStage<Boolean> apply(Object stored) {
		Entry entry = Entry.of(stored);
		if (entry == null || this.values.valueOf(entry) == null || (this.unsettled && this.store.isBack(this.name))) {
			return NO;
		}
		long number = this.recent;
		Asked question = this.asked;
		if (number == Generation.NONE && question == null) {
			// another caller's, who has looked at the server
			return (entry.generation() >= this.generation.known()) ? YES : NO;
		}
		if (number != Generation.NONE && entry.generation() <= number) {
			return (entry.generation() == number) ? YES : NO;
		}
		return this.waits ? isCurrent(entry, question) : isCurrentLater(entry, question);
	}

	private CompletableFuture<Boolean> isCurrent(Entry entry, @Nullable Asked question) {
		long number = (question != null) ? question.await() : Generation.NONE;
		if (entry.generation() > number) {
			// somebody has cleared and then put since our copy was made
			number = this.generation.fresh();
		}
		return (entry.generation() == number) ? YES : NO;
	}

	private CompletableFuture<Boolean> isCurrentLater(Entry entry, @Nullable Asked question) {
		Background background = this.store.background();
		CompletableFuture<Long> number = (question != null) ? question.later(background)
				: CompletableFuture.completedFuture(Generation.NONE);
		return number.thenCompose((current) -> (entry.generation() > current) ? background.call(this.generation::fresh)
				: CompletableFuture.completedFuture(current))
			.handle((current, ex) -> {
				if (ex != null) {
					throw CachedValues.failure(ex);
				}
				return entry.generation() == current;
			});
	}

	/** Runs a loader. */
	@Nullable Entry load(Callable<?> loader) {
		long number = numberBefore();
		Object value;
		try {
			value = loader.call();
		}
		catch (Exception ex) {
			throw new LoaderException(ex);
		}
		return this.values.entry(number, value);
	}

	private long numberBefore() {
		Asked question = this.asked;
		try {
			return (question != null) ? question.await() : this.generation.known();
		}
		catch (MemcachedException ex) {
			return Generation.NONE;
		}
	}

	/** Starts a loader, on this thread. */
	<T> CompletableFuture<@Nullable Entry> loadLater(Supplier<CompletableFuture<T>> loader) {
		Asked question = this.asked;
		CompletableFuture<Long> number = (question != null) ? question.ifGood()
				: CompletableFuture.completedFuture(this.generation.known());
		CompletableFuture<T> loaded = loader.get();
		if (loaded == null) {
			throw new IllegalStateException("The loader returned no future");
		}
		return loaded.thenCombine(number, (value, before) -> this.values.entry(before, value));
	}

	@Override
	public void found() {
		this.values.counters().hit();
	}

	@Override
	public void missed() {
		this.values.counters().miss();
	}

	@Override
	public void stored() {
		this.values.counters().put();
	}

	@Override
	public void notStored(RuntimeException cause) {
		this.values.notKept(cause);
	}

	@Override
	public void failed(MemcachedException ex) {
		this.values.failed(ex);
	}

}
