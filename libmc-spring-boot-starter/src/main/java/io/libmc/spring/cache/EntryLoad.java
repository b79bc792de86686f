package io.libmc.spring.cache;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.cache.interceptor.CacheOperationInvoker;

import io.libmc.ItemVersion;
import io.libmc.LoadListener;
import io.libmc.LoadPolicy;
import io.libmc.MemcachedException;
import io.libmc.spring.cache.Generation.Question;

/**
 * One call that finds an entry or loads it: says which entries are good, puts loaded ones
 * into the generation that was known before the load, and counts. Should the cache be
 * cleared meanwhile, anywhere, what was loaded is not seen again.
 * <p>
 * Callers that wait and callers that do not go the same way. Most need to know nothing
 * but what comes with the answer to the question for the entry. What takes more, which is
 * rare, is {@linkplain #resolve resolved}: on the thread of a caller that waits, and in
 * the background for one that does not.
 */
final class EntryLoad implements LoadListener, Function<Object, CompletionStage<Boolean>> {

	private static final CompletableFuture<Boolean> YES = CompletableFuture.completedFuture(true);

	private static final CompletableFuture<Boolean> NO = CompletableFuture.completedFuture(false);

	private final CachedValues values;

	private final EntryStore store;

	private final Generation generation;

	private final Object key;

	private final String name;

	private final boolean waits;

	private final LoadPolicy policy;

	/** Keeps the entry in this process, or {@code null} if it is not kept there. */
	private final NearCache.@Nullable Reading near;

	/** Is told, too, or {@code null}. */
	private final @Nullable LoadListener watcher;

	/** What went wrong before memcached could be asked for the entry. */
	private volatile @Nullable MemcachedException failure;

	/** The question for the generation's number, if the copy of it is too old. */
	private volatile @Nullable Question question;

	/** Whether this call asks memcached, and does not share another one's answer. */
	private volatile boolean asks;

	/** Whether an eviction is pending that the entry's server has not been told of. */
	private volatile boolean unsettled;

	/** The number by which to read, or {@link Generation#NONE} if it is in doubt. */
	private volatile long number = Generation.NONE;

	/** Whether this call's loader was called. */
	private volatile boolean begun;

	/** What this call's loader returns, once it is under way or, if it waits, has. */
	private volatile @Nullable CompletableFuture<@Nullable Entry> loaded;

	/** Whether the server has answered that it has no number, or too small a one. */
	private volatile boolean lost;

	EntryLoad(CachedValues values, EntryStore store, Generation generation, Object key, String name, boolean waits,
			NearCache.@Nullable Reading near, @Nullable LoadListener watcher) {
		this.values = values;
		this.store = store;
		this.generation = generation;
		this.key = key;
		this.name = name;
		this.waits = waits;
		this.policy = store.policy(waits);
		this.near = near;
		this.watcher = watcher;
	}

	/** What a loader threw, for all who share its load, however they wait for it. */
	static final class LoaderException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		LoaderException(Throwable cause) {
			super(cause);
		}

	}

	/** Who was to load is gone, so that those who share the load do so themselves. */
	static final class LoaderGoneException extends IllegalStateException {

		private static final long serialVersionUID = 1L;

		LoaderGoneException() {
			super("the caller that was to load is gone");
		}

	}

	/**
	 * Does what has to be done before memcached is asked for the entry, which is seldom
	 * anything: sends pending evictions, and finds or creates a generation of which
	 * nothing is known yet, so that a loader runs at once.
	 * @return never fails; complete if the caller waits
	 */
	CompletableFuture<?> prepare() {
		if (this.generation.known() != Generation.NONE && !this.store.isUnsettled(this.name, this.generation)) {
			return YES;
		}
		return resolve(() -> {
			this.store.settle(this.name, this.generation);
			return this.generation.fresh();
		}).exceptionally((ex) -> {
			this.failure = CachedValues.failure(ex);
			return Generation.NONE;
		});
	}

	/** The policy to make the call with, once it is {@linkplain #prepare() prepared}. */
	LoadPolicy policy() {
		LoadPolicy own = this.policy.accepting(this).listener(this);
		if (this.near != null) {
			own = this.near.along(own);
		}
		else if (recent() != Generation.NONE) {
			return own;
		}
		this.question = this.generation.ask();
		return own.beside(this.generation.key());
	}

	private long recent() {
		return this.store.isUnsettled(this.name, this.generation) ? Generation.NONE : this.generation.recent();
	}

	/** Does what may take waiting: on this thread, if the caller waits. */
	private <T> CompletableFuture<T> resolve(Supplier<T> work) {
		if (!this.waits) {
			return this.store.background().call(work);
		}
		try {
			return CompletableFuture.completedFuture(work.get());
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	@Override
	public void asking() {
		MemcachedException failed = this.failure;
		if (failed != null) {
			throw failed;
		}
		this.asks = true;
		this.unsettled = this.store.isUnsettled(this.name, this.generation);
		this.number = (this.question == null) ? recent() : Generation.NONE;
	}

	@Override
	public void beside(@Nullable Object stored) {
		Question asked = this.question;
		if (asked != null) {
			asked.beside(stored);
			this.number = asked.number();
			this.lost = this.number == Generation.NONE;
		}
	}

	@Override
	public void read(Object value, ItemVersion version) {
		if (this.near != null && !this.unsettled && !this.store.isUnsettled(this.name, this.generation)) {
			this.near.read(value, version);
			this.near.keep();
		}
	}

	/** Whether an entry is good. */
	@Override
	public CompletionStage<Boolean> apply(Object stored) {
		Entry entry = Entry.of(stored);
		if (entry == null || entry.lifetime().isOver() || this.values.valueOf(entry) == null
				|| (this.unsettled && this.store.isBack(this.name))) {
			return NO;
		}
		long recent = this.asks ? Generation.NONE : recent();
		if (entry.generation() > recent && recent != Generation.NONE) {
			// it is the answer of another caller, which has looked at the server
			return groupsOf(entry);
		}
		long current = (recent != Generation.NONE) ? recent : this.number;
		if (EntryStore.isSure(current, entry) && this.generation.tells(entry.generation(), current)) {
			return this.generation.accepts(this.name, entry.generation(), current) ? groupsOf(entry) : NO;
		}
		return resolve(() -> this.generation.accepts(this.name, entry.generation(), this.generation.fresh()))
			.exceptionally((ex) -> {
				throw CachedValues.failure(ex);
			})
			.thenCompose((good) -> good ? groupsOf(entry) : NO);
	}

	/** Whether none of an entry's groups was evicted. */
	private CompletableFuture<Boolean> groupsOf(Entry entry) {
		if (entry.groups().isEmpty()) {
			return YES;
		}
		boolean now = this.near != null;
		CompletableFuture<Boolean> good = this.waits ? resolve(() -> this.store.areGroupsLive(this.name, entry, now))
				: this.store.areGroupsLiveAsync(this.name, entry, now);
		return good.exceptionally((ex) -> {
			throw CachedValues.failure(ex);
		});
	}

	/** Runs a loader that returns its value. */
	@Nullable Entry load(Callable<?> loader) {
		this.begun = true;
		long before = knownBefore().join();
		Groups.@Nullable Watch watch = watchGroups().join();
		try {
			CompletableFuture<@Nullable Entry> entry = entry(before, watch, loader.call());
			this.loaded = entry;
			return entry.join();
		}
		catch (Exception ex) {
			throw new LoaderException(ex);
		}
	}

	/**
	 * Starts a loader; what it throws is the failure of its future. What a method throws
	 * before it returns its future comes wrapped by Spring, which takes it out again for
	 * callers that wait, and for no others.
	 */
	static <T> CompletableFuture<T> start(Supplier<CompletableFuture<T>> loader) {
		try {
			return loader.get();
		}
		catch (CacheOperationInvoker.ThrowableWrapper ex) {
			return CompletableFuture.failedFuture(ex.getOriginal());
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	/** Runs a loader that returns its value's future. */
	<T> CompletableFuture<@Nullable Entry> load(Supplier<CompletableFuture<T>> loader) {
		this.begun = true;
		CompletableFuture<@Nullable Entry> entry = knownBefore()
			.thenCompose((before) -> watchGroups().thenCompose((watch) -> {
				CompletableFuture<T> loading = start(loader);
				if (loading == null) {
					throw new IllegalStateException("The loader returned no future");
				}
				return loading
					.exceptionallyCompose((ex) -> CompletableFuture.failedFuture(failure(CachedValues.causeOf(ex))))
					.thenCompose((value) -> entry(before, watch, value));
			}));
		this.loaded = entry;
		return entry;
	}

	private static Throwable failure(Throwable ex) {
		return (ex instanceof LoaderGoneException) ? ex : new LoaderException(ex);
	}

	/**
	 * Watches whether groups are evicted during a load, if entries belong to some. Where
	 * that cannot be, an entry of a group is absent.
	 */
	private CompletableFuture<Groups.@Nullable Watch> watchGroups() {
		CompletableFuture<Groups.@Nullable Watch> nobody = CompletableFuture.completedFuture(null);
		return this.values.hasGroups()
				? resolve(() -> this.store.watchGroups(this.name)).exceptionallyCompose((ex) -> nobody) : nobody;
	}

	/** A loaded value's entry, in the generation and groups of before the load. */
	private CompletableFuture<@Nullable Entry> entry(long before, Groups.@Nullable Watch watch,
			@Nullable Object value) {
		Entry entry = this.values.entry(this.key, before, value);
		if (entry == null || watch == null || entry.groups().isEmpty()) {
			return CompletableFuture.completedFuture(entry);
		}
		GroupStamps known = watch.known(entry.groups());
		return (known != null) ? CompletableFuture.completedFuture(entry.in(known))
				: resolve(() -> entry.in(watch.find(entry.groups()))).exceptionally((ex) -> entry);
	}

	/** Whether this call's loader was called. */
	boolean hasBegun() {
		return this.begun;
	}

	/**
	 * What this call's loader returns, or {@code null} if it was not called, or is still
	 * running.
	 */
	@Nullable CompletableFuture<@Nullable Entry> loaded() {
		return this.loaded;
	}

	/**
	 * The generation for a value whose load has not begun. If memcached fails to tell it,
	 * it is the last one known, so that nobody sees the value if it is no longer in
	 * force.
	 */
	private CompletableFuture<Long> knownBefore() {
		return this.lost ? resolve(this.generation::fresh).exceptionally((ex) -> this.generation.known())
				: CompletableFuture.completedFuture(this.generation.known());
	}

	/** Also of an entry that is marked stale, which is not kept in this process. */
	@Override
	public void found() {
		if (this.near != null) {
			this.near.goneUnlessRead();
		}
		this.values.counters().hit();
		if (this.watcher != null) {
			this.watcher.found();
		}
	}

	@Override
	public void waiting() {
		goneNear();
		if (this.watcher != null) {
			this.watcher.waiting();
		}
	}

	@Override
	public void missed() {
		goneNear();
		this.values.counters().miss();
	}

	@Override
	public void stored() {
		dropNear();
		this.values.counters().put();
	}

	private void goneNear() {
		if (this.near != null) {
			this.near.gone();
		}
	}

	private void dropNear() {
		if (this.near != null) {
			this.near.drop();
		}
	}

	@Override
	public void notStored(RuntimeException cause) {
		dropNear();
		this.values.notKept(cause);
	}

	/** Where an entry in this process will do, it comes in the way of the loader. */
	@Override
	public void failed(MemcachedException ex) {
		this.values.failed(ex);
		if (this.near != null && this.near.isHeldWhenDown()) {
			throw ex;
		}
	}

}
