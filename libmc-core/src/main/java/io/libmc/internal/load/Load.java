package io.libmc.internal.load;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

import io.libmc.LoadListener;
import io.libmc.LoadPolicy;
import io.libmc.MemcachedException;
import io.libmc.MemcachedListener.LoadOutcome;
import io.libmc.MetaDelete;
import io.libmc.MetaReply.Status;
import io.libmc.RawValue;
import io.libmc.internal.call.Failed;
import io.libmc.internal.call.MetaAnswer;
import io.libmc.internal.call.ReadVersion;
import io.libmc.internal.call.Script;
import io.libmc.internal.call.Step;
import io.libmc.internal.call.Step.Awaiting;
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

	/**
	 * How often a value that is not good enough is removed, or not taken from another
	 * caller, and another one looked for.
	 */
	private static final int ATTEMPTS = 4;

	private final LoadPolicy policy;

	private final Loader loader;

	private final long askedAt;

	/** Until when others are waited for. */
	private final long waitUntil;

	private final SharedLoads shared;

	/** The first part, if it is none of a caller's. */
	private @Nullable Supplier<@Nullable Step> course;

	private Flight flight = new Flight();

	/** The flights tried, then the values that were not good enough. */
	private int attempts;

	/** The last question whether there is a value. */
	private @Nullable Question question;

	/** When what there is was surely the latest. */
	private long latestAt;

	/** Whether the listener knows if there was a value. */
	private volatile boolean told;

	private boolean waited;

	/** The lock item that this load holds, or null. */
	private @Nullable String lock;

	private @Nullable Throwable thrown;

	Load(LoadScripts scripts, SharedLoads shared, String key, LoadPolicy policy, Loader loader) {
		super(scripts, key);
		this.policy = policy;
		this.loader = loader;
		this.askedAt = System.nanoTime();
		this.waitUntil = this.askedAt + LoadScripts.nanos(policy.waiting());
		this.shared = shared;
	}

	/**
	 * What the application runs in here, such as the loader, may ask for the same key.
	 */
	@Override
	public @Nullable Step next() {
		Flight led = this.flight;
		led.enter();
		try {
			return super.next();
		}
		finally {
			led.exit();
		}
	}

	// Sharing with callers of this process

	@Override
	@Nullable Step begin() {
		return (this.course != null) ? this.course.get() : join();
	}

	private @Nullable Step join() {
		Flight running = this.shared.join(this.key, this.flight, this.askedAt);
		if (running == null) {
			return lead();
		}
		if (running.isOwn()) {
			return loadAlone();
		}
		CompletableFuture<Void> unused = running.found.thenAccept(this::followerKnows);
		tellWaiting();
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
			this.shared.leave(this.key, running);
			if (!running.serves(this.askedAt)) {
				return join();
			}
			return check((value != null) ? this.scripts.check(this.key, this.policy, value) : LoadScripts.YES,
					(good) -> {
						if (!good) {
							return (++this.attempts < ATTEMPTS) ? join() : loadAlone();
						}
						if (running.found.getNow(false)) {
							known(true);
						}
						this.latestAt = running.knownAt();
						return ended(LoadOutcome.WAITED, value);
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
		this.latestAt = System.nanoTime();
		this.flight.leave(this.latestAt);
		Question asking = new Question(this.scripts, this.key, this.policy.loadRequest(), this.policy);
		this.question = asking;
		return ask(asking, () -> judge(asking));
	}

	private @Nullable Step judge(Question asked) {
		Failed failed = asked.failure();
		if (failed != null) {
			MemcachedException ex = failed.exception();
			return LoadScripts.isUndecodable(ex) ? reject(MetaDelete.DELETE, () -> bypass(ex)) : bypass(ex);
		}
		MetaAnswer answer = asked.result();
		if (answer.status() == Status.UNSUPPORTED) {
			if (this.policy.elects() || LoadScripts.marks(this.policy)) {
				this.scripts.lacksElections(this.key);
			}
			return findPlain();
		}
		if (!asked.hasValue()) {
			return missing(answer);
		}
		Object value = asked.valueOrNull();
		CompletableFuture<Boolean> checking = this.scripts.check(this.key, this.policy, value);
		if (LoadScripts.isTrue(checking)) {
			return present(asked, value);
		}
		return check(checking, (good) -> good ? present(asked, value)
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

	/** The caller loads, if it was elected or nobody is, or waits for who was. */
	private @Nullable Step missing(MetaAnswer answer) {
		if (answer.won() || (!this.policy.elects() && answer.cas().isPresent())) {
			return load(answer, LoadOutcome.WON);
		}
		if (!this.policy.elects()) {
			return loadUnelected();
		}
		this.waited = true;
		known(false);
		tellWaiting();
		return pauseOr(this.waitUntil, this::find, () -> load(answer, LoadOutcome.TIMED_OUT));
	}

	/** The caller has the value, and loads it anew if it was elected to. */
	private @Nullable Step present(Question asked, @Nullable Object value) {
		MetaAnswer answer = asked.result();
		boolean counts = LoadScripts.tokenCounts(answer, this.policy, value);
		asked.tellRead(value);
		if (answer.won() && counts) {
			Object current = Objects.requireNonNull(value);
			this.shared.land(this.key, this.flight, current, this.latestAt);
			this.flight = new Flight();
			return Election.isRefresh(answer, this.policy) ? refresh(answer, current) : load(answer, LoadOutcome.WON);
		}
		known(true);
		if (this.waited) {
			this.scripts.ended(LoadOutcome.WAITED);
		}
		if (!answer.winTaken() || !counts) {
			return end(value, null);
		}
		land(value, null);
		return after(marking(this.policy, answer), () -> done(value));
	}

	/** Goes on with whether a value is good enough. */
	private @Nullable Step check(CompletableFuture<Boolean> checking, Function<Boolean, @Nullable Step> next) {
		return await(checking,
				(good, ex) -> (good != null) ? next.apply(good) : bypass(LoadScripts.failureOfCheck(this.key, ex)));
	}

	// Loading

	/**
	 * Loads, as the one elected, and stores unless something has happened to the item.
	 */
	private @Nullable Step load(MetaAnswer answer, LoadOutcome outcome) {
		known(false);
		Licence licence = licence(answer);
		return runLoader((value, ex) -> (ex != null) ? release(answer, licence, () -> end(null, ex))
				: keep(value, licence, outcome));
	}

	/** Loads and stores what nothing but this process guards. */
	private @Nullable Step loadUnelected() {
		known(false);
		this.shared.begin(this.key, this.flight);
		Licence licence = Licence.unguarded(this.scripts, this.key, this.flight);
		return runLoader((value, ex) -> (ex != null) ? end(null, ex)
				: (value != null) ? keep(value, licence, LoadOutcome.WON) : ended(LoadOutcome.WON, null));
	}

	private Licence licence(MetaAnswer read) {
		return Licence.of(this.scripts, this.key, Objects.requireNonNull(this.question).dialogue(), read);
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
		known(true);
		Licence licence = licence(answer);
		Executor executor = this.policy.refreshOn();
		if (executor == null) {
			return refreshHere(licence, current);
		}
		Load background = new Load(this.scripts, this.shared, this.key, this.policy, this.loader);
		background.course = () -> background.refreshHere(licence, current);
		Step.Elsewhere elsewhere = new Step.Elsewhere(executor, background);
		return after(elsewhere, () -> {
			if (elsewhere.refusal() != null) {
				this.scripts.refreshFailed(this.key, elsewhere.refusal());
			}
			return end(current, null);
		});
	}

	private @Nullable Step refreshHere(Licence licence, Object current) {
		return runLoader((value, ex) -> {
			if (ex != null) {
				this.scripts.refreshFailed(this.key, ex);
				return end(current, null);
			}
			return keep(value, licence, LoadOutcome.REFRESHED);
		});
	}

	private @Nullable Step runLoader(BiFunction<@Nullable Object, @Nullable Throwable, @Nullable Step> next) {
		this.latestAt = System.nanoTime();
		return await(this.loader.start(), next);
	}

	// Keeping

	/** Stores a value, or removes what it would replace if there is none. */
	private @Nullable Step keep(@Nullable Object value, Licence licence, LoadOutcome outcome) {
		long keptAt = System.nanoTime();
		Keeping keeping = new Keeping(this.scripts, this.key, this.policy, licence, value);
		return ask(keeping, () -> {
			boolean kept = keeping.result();
			if (kept && licence.guarded()) {
				this.latestAt = keptAt;
			}
			return ended((kept || value == null) ? outcome : LoadOutcome.LOST, value);
		});
	}

	/**
	 * Gives the token back: a placeholder goes, a stale value is marked again. Without a
	 * lease it stays, as others who load now need it to store, and nobody waits for it.
	 */
	private @Nullable Step release(MetaAnswer answer, Licence licence, Supplier<@Nullable Step> next) {
		if (!answer.hasValue() && !this.policy.elects()) {
			return next.get();
		}
		return !answer.hasValue() ? quietly(licence.removal(), next) : withState(answer, next,
				(state) -> state.cas().equals(answer.cas()) ? markAgain(state, next) : next.get());
	}

	// Without meta commands

	/** The caller that can add a lock loads; without a lease every caller does. */
	private @Nullable Step findPlain() {
		return findPlain(this::missedPlain);
	}

	private @Nullable Step findPlain(Supplier<@Nullable Step> missed) {
		this.latestAt = System.nanoTime();
		Script<@Nullable RawValue> reading = this.scripts.plain().getRaw(this.key);
		return ask(reading, () -> {
			Failed failed = reading.failure();
			if (failed != null && !LoadScripts.isUndecodable(failed.exception())) {
				return bypass(failed.exception());
			}
			Object value = (failed == null) ? this.scripts.valueOf(this.key, reading.result()) : null;
			return check(this.scripts.check(this.key, this.policy, value), (good) -> {
				if (!good) {
					return missed.get();
				}
				this.scripts.tellRead(this.policy, value, ReadVersion.UNKNOWN);
				known(true);
				return end(value, null);
			});
		});
	}

	private @Nullable Step missedPlain() {
		if (!this.policy.elects()) {
			return loadUnelected();
		}
		String lockItem = LoadScripts.lockOf(this.key);
		if (!this.scripts.isKey(lockItem)) {
			return loadUnelected();
		}
		Script<Boolean> locking = this.scripts.lock(lockItem, this.policy);
		return ask(locking, () -> {
			if (locking.failure() != null) {
				return bypass(locking.failure().exception());
			}
			if (locking.result()) {
				this.lock = lockItem;
				// who had it before may have stored since this caller looked
				return findPlain(this::loadUnelected);
			}
			known(false);
			tellWaiting();
			return pauseOr(this.waitUntil, this::findPlain, () -> {
				this.scripts.ended(LoadOutcome.TIMED_OUT);
				return loadAlone();
			});
		});
	}

	// Telling, and the end

	/** It is known whether there was a value, which is told once. */
	private void known(boolean found) {
		if (this.flight.found.complete(found)) {
			tellOnce(found);
		}
	}

	/** A value that its leader found may not be good for who follows. */
	private void followerKnows(boolean found) {
		if (!found) {
			known(false);
		}
	}

	private void tellOnce(boolean found) {
		if (!this.told) {
			this.told = true;
			this.scripts.tell(this.policy, found ? LoadListener::found : LoadListener::missed);
		}
	}

	private void tellWaiting() {
		this.scripts.tell(this.policy, LoadListener::waiting);
	}

	private @Nullable Step ended(LoadOutcome outcome, @Nullable Object value) {
		this.scripts.ended(outcome);
		return end(value, null);
	}

	/** Gives what there is to the callers that follow, and the lock back. */
	private @Nullable Step end(@Nullable Object value, @Nullable Throwable ex) {
		land(value, ex);
		String held = this.lock;
		return (held == null) ? done(value)
				: after(beside(
						(script) -> script.quietly(() -> this.scripts.plain().delete(held), () -> script.done(true))),
						() -> done(value));
	}

	private void land(@Nullable Object value, @Nullable Throwable ex) {
		this.thrown = ex;
		this.shared.end(this.key, this.flight);
		if (ex == null) {
			this.flight.end(value, this.latestAt);
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
