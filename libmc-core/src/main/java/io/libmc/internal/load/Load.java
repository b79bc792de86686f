package io.libmc.internal.load;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import io.libmc.ErrorCode;
import io.libmc.LoadListener;
import io.libmc.LoadPolicy;
import io.libmc.MemcachedException;
import io.libmc.MemcachedListener.LoadOutcome;
import io.libmc.MemcachedServerException;
import io.libmc.MetaDelete;
import io.libmc.RawValue;
import io.libmc.internal.call.Failed;
import io.libmc.internal.call.MetaAnswer;
import io.libmc.internal.call.Script;
import io.libmc.internal.call.Step;
import io.libmc.internal.call.Step.Awaiting;
import io.libmc.internal.load.Election.Verdict;
import io.libmc.internal.load.SharedLoads.Flight;
import org.jspecify.annotations.Nullable;

/**
 * Finds a value or loads it, once in the whole cluster. Callers of one key in this
 * process share one {@linkplain SharedLoads flight}; its leader takes part in memcached's
 * {@link Election} among the processes. Whatever happens to memcached or to another
 * process, a caller gets a value: at the latest after the policy's waiting time it runs
 * its own loader.
 * <p>
 * Wherever memcached fails before there is a value, it is <em>bypassed</em>: the loader
 * runs, and its value is not kept. Once there is one, nothing can cost the caller it.
 */
final class Load extends LoadSteps<@Nullable Object> {

	private static final long FIRST_PAUSE = 2_000_000;

	private static final long LONGEST_PAUSE = 50_000_000;

	/**
	 * How often a value that is not good enough is removed, or not taken from another
	 * caller, and another one looked for.
	 */
	private static final int ATTEMPTS = 4;

	final LoadPolicy policy;

	private final Loader loader;

	/** Until when others are waited for. */
	private final long waitUntil;

	private final SharedLoads shared;

	/** The first part, if it is none of a caller's. */
	private @Nullable Supplier<@Nullable Step> course;

	private Flight flight = new Flight();

	/** The flights tried, then the values that were not good enough. */
	private int attempts;

	private boolean waited;

	private long pause = FIRST_PAUSE;

	/** The lock item that this load holds, or null. */
	private @Nullable String lock;

	private @Nullable Throwable thrown;

	Load(LoadScripts scripts, SharedLoads shared, String key, LoadPolicy policy, Loader loader) {
		super(scripts, key);
		this.policy = policy;
		this.loader = loader;
		this.waitUntil = System.nanoTime() + policy.waiting().toNanos();
		this.shared = shared;
	}

	// Sharing with callers of this process

	@Override
	@Nullable Step begin() {
		return (this.course != null) ? this.course.get() : join();
	}

	private @Nullable Step join() {
		Flight running = this.shared.join(this.key, this.flight);
		if (running == null) {
			return lead();
		}
		if (running.isOwn()) {
			return loadAlone();
		}
		CompletableFuture<Void> unused = running.found
			.thenAccept((found) -> tell(found ? LoadListener::found : LoadListener::missed));
		Awaiting arrival = new Awaiting(running.result, this.waitUntil - System.nanoTime());
		return after(arrival, () -> followed(running, arrival));
	}

	private @Nullable Step followed(Flight running, Awaiting arrival) {
		if (!running.result.isDone()) {
			if (!arrival.isInterrupted()) {
				this.scripts.ended(LoadOutcome.TIMED_OUT);
				this.shared.leave(this.key, running);
			}
			return loadAlone();
		}
		return await(running.result, (value, ex) -> {
			if (ex != null) {
				return end(null, ex);
			}
			return check((value != null) ? this.scripts.check(this.policy, value) : LoadScripts.YES, (good) -> {
				if (good) {
					this.scripts.ended(LoadOutcome.WAITED);
					return end(value, null);
				}
				this.shared.leave(this.key, running);
				return (++this.attempts < ATTEMPTS) ? join() : loadAlone();
			});
		});
	}

	// Taking part in the election

	private @Nullable Step lead() {
		this.attempts = 0;
		MemcachedException failure = this.scripts.ask(this.policy, LoadListener::asking);
		return (failure != null) ? bypass(failure) : find();
	}

	private @Nullable Step find() {
		Script<MetaAnswer> question = this.scripts.question(this.key, this.policy, this.policy.loadRequest());
		return ask(question, () -> judge(question));
	}

	private @Nullable Step judge(Script<MetaAnswer> question) {
		Failed failed = question.failure();
		if (failed != null) {
			MemcachedException ex = failed.exception();
			return LoadScripts.isUndecodable(ex) ? reject(MetaDelete.DELETE, () -> bypass(ex)) : bypass(ex);
		}
		MetaAnswer answer = question.result();
		if (!answer.hasValue()) {
			return act(answer, null);
		}
		Object value = this.scripts.valueOf(this.key, answer.value());
		CompletionStage<Boolean> checking = this.scripts.check(this.policy, value);
		if (LoadScripts.isTrue(checking)) {
			return act(answer, value);
		}
		return check(checking, (good) -> good ? act(answer, value)
				: reject(Election.removal(answer), () -> load(answer, LoadOutcome.WON)));
	}

	/** Removes what is no good, unless it has changed, so that one is elected to load. */
	private @Nullable Step reject(MetaDelete removal, Supplier<@Nullable Step> atLast) {
		if (++this.attempts == ATTEMPTS) {
			return atLast.get();
		}
		Script<MetaAnswer> removing = this.scripts.meta().delete(this.key, removal);
		return ask(removing, () -> (removing.failure() != null) ? bypass(removing.failure().exception()) : find());
	}

	private @Nullable Step act(MetaAnswer answer, @Nullable Object value) {
		Verdict verdict = this.scripts.verdict(this.key, this.policy, answer);
		switch (verdict) {
			case HAS_VALUE -> {
				found();
				if (this.waited) {
					this.scripts.ended(LoadOutcome.WAITED);
				}
				return answer.winTaken() ? markIfAbandoned(this.policy, answer, () -> end(value, null))
						: end(value, null);
			}
			case LOADS -> {
				return load(answer, LoadOutcome.WON);
			}
			case LOADS_UNELECTED -> {
				return loadUnelected();
			}
			case RELOADS, REFRESHES -> {
				Object current = Objects.requireNonNull(value);
				this.shared.land(this.key, this.flight, current);
				this.flight = new Flight();
				return Election.isRefresh(verdict, this.policy) ? refresh(answer, current)
						: load(answer, LoadOutcome.WON);
			}
			case UNSUPPORTED -> {
				return findPlain();
			}
			default -> {
				this.waited = true;
				missed();
				return pauseOr(this::find, () -> load(answer, LoadOutcome.TIMED_OUT));
			}
		}
	}

	private @Nullable Step pauseOr(Supplier<@Nullable Step> again, Supplier<@Nullable Step> late) {
		if (System.nanoTime() - this.waitUntil >= 0) {
			return late.get();
		}
		Awaiting rest = Awaiting.pause(this.pause);
		this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
		return after(rest, () -> rest.isInterrupted() ? late.get() : again.get());
	}

	/** Goes on with whether a value is good enough. */
	private @Nullable Step check(CompletionStage<Boolean> checking, Function<Boolean, @Nullable Step> next) {
		return await(Loader.settled(checking),
				(good, ex) -> (good != null) ? next.apply(good)
						: bypass((ex instanceof MemcachedException failure) ? failure
								: new MemcachedException(ErrorCode.PROGRAMMING_ERROR, null,
										"whether the value of \"" + this.key + "\" is good enough was not told: " + ex,
										ex)));
	}

	// Loading

	/**
	 * Loads, as the one elected, and stores unless something has happened to the item.
	 */
	private @Nullable Step load(MetaAnswer answer, LoadOutcome outcome) {
		missed();
		return runLoader((value, ex) -> (ex != null) ? release(answer, () -> end(null, ex))
				: keep(value, Licence.of(this, answer), outcome));
	}

	/** Loads and stores what nothing but this process guards. */
	private @Nullable Step loadUnelected() {
		missed();
		Licence licence = Licence.unguarded(this, this.flight);
		return runLoader((value, ex) -> (ex != null || value == null) ? ended(LoadOutcome.WON, value, ex)
				: keep(value, licence, LoadOutcome.WON));
	}

	/** Loads what nobody is told of. */
	private @Nullable Step loadAlone() {
		return runLoader(this::end);
	}

	private @Nullable Step bypass(MemcachedException failure) {
		MemcachedException thrownOn = this.scripts.bypassed(this.key, this.policy, failure);
		return (thrownOn != null) ? end(null, thrownOn) : loadAlone();
	}

	/** Loads a value anew that is still good, and goes on with it if that fails. */
	private @Nullable Step refresh(MetaAnswer answer, Object current) {
		found();
		Executor executor = this.policy.refreshOn();
		if (executor == null) {
			return refreshHere(answer, current);
		}
		Load background = new Load(this.scripts, this.shared, this.key, this.policy, this.loader);
		background.course = () -> background.refreshHere(answer, current);
		Step.Elsewhere elsewhere = new Step.Elsewhere(executor, background);
		return after(elsewhere, () -> {
			if (elsewhere.refusal() != null) {
				this.scripts.refreshFailed(this.key, elsewhere.refusal());
			}
			return end(current, null);
		});
	}

	private @Nullable Step refreshHere(MetaAnswer answer, Object current) {
		return runLoader((value, ex) -> {
			if (ex != null) {
				this.scripts.refreshFailed(this.key, ex);
				return end(current, null);
			}
			return keep(value, Licence.of(this, answer), LoadOutcome.REFRESHED);
		});
	}

	private @Nullable Step runLoader(BiFunction<@Nullable Object, @Nullable Throwable, @Nullable Step> next) {
		Flight loading = this.flight;
		loading.beginLoading();
		CompletableFuture<@Nullable Object> loaded = this.loader.start();
		loading.stopLoading();
		return await(loaded, next);
	}

	// Keeping

	/**
	 * Stores a value, or removes what it would replace if there is none. One that is
	 * refused for a reason of its own leaves no older one behind.
	 */
	private @Nullable Step keep(@Nullable Object value, Licence licence, LoadOutcome outcome) {
		if (value == null) {
			return quietly(licence::removal, () -> ended(outcome, null, null));
		}
		if (licence.isOvertaken()) {
			return ended(LoadOutcome.LOST, value, null);
		}
		Script<Boolean> storing;
		try {
			storing = licence.store(this.scripts.encode(this.key, value));
		}
		catch (RuntimeException ex) {
			return notStored(value, ex, licence);
		}
		return ask(storing, () -> {
			if (storing.failure() != null) {
				return notStored(value, storing.failure().exception(), licence);
			}
			if (!storing.result()) {
				return ended(LoadOutcome.LOST, value, null);
			}
			tell(LoadListener::stored);
			return licence.isOvertaken() ? quietly(licence::removal, () -> ended(LoadOutcome.LOST, value, null))
					: ended(outcome, value, null);
		});
	}

	private @Nullable Step notStored(Object value, RuntimeException ex, Licence licence) {
		tell((listener) -> listener.notStored(ex));
		boolean refused = !(ex instanceof MemcachedException) || ex instanceof MemcachedServerException;
		Supplier<@Nullable Step> next = () -> ended(LoadOutcome.LOST, value, null);
		return refused ? quietly(licence::removal, next) : next.get();
	}

	/** Gives the token back: a placeholder goes, a stale value is marked again. */
	private @Nullable Step release(MetaAnswer answer, Supplier<@Nullable Step> next) {
		return !answer.hasValue() ? quietly(Licence.of(this, answer)::removal, next) : withState(answer, next,
				(state) -> state.cas().equals(answer.cas()) ? markAgain(state, next) : next.get());
	}

	// Without meta commands

	/** The caller that can add a lock loads; without a lease every caller does. */
	private @Nullable Step findPlain() {
		Script<@Nullable RawValue> reading = this.scripts.plain().getRaw(this.key);
		return ask(reading, () -> {
			Failed failed = reading.failure();
			if (failed != null && !LoadScripts.isUndecodable(failed.exception())) {
				return bypass(failed.exception());
			}
			Object value = (failed == null) ? this.scripts.valueOf(this.key, reading.result()) : null;
			return check(this.scripts.check(this.policy, value), (good) -> {
				if (!good) {
					return missedPlain();
				}
				found();
				return end(value, null);
			});
		});
	}

	private @Nullable Step missedPlain() {
		if (!this.policy.elects()) {
			return loadUnelected();
		}
		String lockItem = LoadScripts.lockOf(this.key);
		Script<Boolean> locking = this.scripts.lock(lockItem, this.policy);
		return ask(locking, () -> {
			if (locking.failure() != null) {
				return bypass(locking.failure().exception());
			}
			if (locking.result()) {
				this.lock = lockItem;
				return loadUnelected();
			}
			missed();
			return pauseOr(this::findPlain, () -> {
				this.scripts.ended(LoadOutcome.TIMED_OUT);
				return loadAlone();
			});
		});
	}

	// Telling, and the end

	private void found() {
		if (this.flight.found.complete(true)) {
			tell(LoadListener::found);
		}
	}

	private void missed() {
		if (this.flight.found.complete(false)) {
			tell(LoadListener::missed);
		}
	}

	private void tell(Consumer<LoadListener> event) {
		this.scripts.tell(this.policy, event);
	}

	private @Nullable Step ended(LoadOutcome outcome, @Nullable Object value, @Nullable Throwable ex) {
		if (ex == null) {
			this.scripts.ended(outcome);
		}
		return end(value, ex);
	}

	/** Gives the lock back, if there is one, and what there is to those that follow. */
	private @Nullable Step end(@Nullable Object value, @Nullable Throwable ex) {
		String held = this.lock;
		if (held != null) {
			this.lock = null;
			return quietly(() -> this.scripts.plain().delete(held), () -> end(value, ex));
		}
		land(value, ex);
		return done(value);
	}

	private void land(@Nullable Object value, @Nullable Throwable ex) {
		this.thrown = ex;
		this.shared.leave(this.key, this.flight);
		if (ex == null) {
			this.flight.result.complete(value);
		}
		else {
			this.flight.result.completeExceptionally(ex);
		}
	}

	@Override
	public void broken(Throwable ex) {
		land(null, ex);
	}

	/** The value; throws what the loader threw. */
	@Override
	// it does not see that this type variable includes null
	@SuppressWarnings("NullAway")
	public @Nullable Object result() {
		if (this.thrown != null) {
			Loader.<RuntimeException>rethrow(this.thrown);
		}
		return super.result();
	}

}
