package io.libmc.internal.load;

import java.lang.System.Logger.Level;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

import io.libmc.LoadPolicy;
import io.libmc.internal.call.Failed;
import io.libmc.internal.call.MetaAnswer;
import io.libmc.internal.call.OperationEvents;
import io.libmc.internal.call.Script;
import io.libmc.internal.call.Step;
import io.libmc.internal.call.Step.Awaiting;
import org.jspecify.annotations.Nullable;

/**
 * A script about a key whose value is loaded, told as it goes: each part asks memcached,
 * or somebody else, and says which part comes after. Parts return the step to take, or
 * null once the next one has been named; a loop in {@link #next()} runs them, so that
 * their number grows no stack.
 *
 * @param <T> what the API method returns
 */
abstract class LoadSteps<T extends @Nullable Object> implements Script<T> {

	private static final long FIRST_PAUSE = 2_000_000;

	private static final long LONGEST_PAUSE = 50_000_000;

	final LoadScripts scripts;

	final String key;

	/** What is asked of memcached just now, or null for nothing. */
	private @Nullable Script<?> asked;

	/** The part that comes after; null before the first and after the last. */
	private @Nullable Supplier<@Nullable Step> then;

	private boolean begun;

	private long pause = FIRST_PAUSE;

	private @Nullable Failed failure;

	private @Nullable T result;

	LoadSteps(LoadScripts scripts, String key) {
		this.scripts = scripts;
		this.key = key;
	}

	/** The first part. */
	abstract @Nullable Step begin();

	@Override
	public @Nullable Step next() {
		Step step = null;
		if (!this.begun) {
			this.begun = true;
			step = begin();
		}
		while (step == null && this.then != null) {
			step = (this.asked != null) ? this.asked.next() : null;
			if (step == null) {
				this.asked = null;
				step = this.then.get();
			}
		}
		return step;
	}

	@Override
	public @Nullable Failed failure() {
		return this.failure;
	}

	@Override
	// it is null only if T includes null
	@SuppressWarnings("NullAway")
	public T result() {
		return this.result;
	}

	// How parts end

	/** Takes a step, and goes on with another part. */
	final Step after(Step step, Supplier<@Nullable Step> next) {
		this.then = next;
		return step;
	}

	/** Asks memcached, and goes on with another part, which looks at what came of it. */
	final @Nullable Step ask(Script<?> script, Supplier<@Nullable Step> next) {
		this.asked = script;
		this.then = next;
		return null;
	}

	/** Asks memcached for what the rest can do without. */
	final @Nullable Step quietly(Supplier<? extends Script<?>> asking, Supplier<@Nullable Step> next) {
		return askQuietly(asking, (ignored) -> next.get());
	}

	/** As {@link #quietly}, with what came of it; null if it failed. */
	final <S> @Nullable Step askQuietly(Supplier<? extends Script<? extends S>> asking,
			Function<@Nullable S, @Nullable Step> next) {
		Script<? extends S> script;
		try {
			script = asking.get();
		}
		catch (RuntimeException ex) {
			// the client was closed
			OperationEvents.log(Level.DEBUG, "what was to be done beside a load was not", ex);
			return next.apply(null);
		}
		return ask(script, () -> {
			Failed failed = script.failure();
			if (failed != null) {
				OperationEvents.log(Level.DEBUG, "memcached failed beside a load", failed.exception());
			}
			return next.apply((failed == null) ? script.result() : null);
		});
	}

	/** Goes on with what a future completes with, its value or its failure. */
	final <V extends @Nullable Object> @Nullable Step await(CompletableFuture<V> future,
			BiFunction<@Nullable V, @Nullable Throwable, @Nullable Step> next) {
		if (!future.isDone()) {
			return after(Awaiting.completionOf(future), () -> await(future, next));
		}
		Throwable thrown = future.handle((value, ex) -> ex).join();
		return next.apply((thrown == null) ? future.join() : null, thrown);
	}

	/** Pauses, for longer each time, or goes on otherwise where there is no time left. */
	final @Nullable Step pauseOr(long until, Supplier<@Nullable Step> again, Supplier<@Nullable Step> late) {
		if (System.nanoTime() - until >= 0) {
			return late.get();
		}
		Awaiting rest = Awaiting.pause(this.pause);
		this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
		return after(rest, () -> rest.isInterrupted() ? late.get() : again.get());
	}

	/** As {@link #ask}, where a failure is the whole script's. */
	final <S> @Nullable Step ask(Script<S> script, Function<S, @Nullable Step> next) {
		return ask(script, () -> (script.failure() != null) ? fail(script.failure()) : next.apply(script.result()));
	}

	final @Nullable Step done(@Nullable T value) {
		this.result = value;
		this.then = null;
		return null;
	}

	final @Nullable Step fail(Failed why) {
		this.failure = why;
		this.then = null;
		return null;
	}

	// Beside

	/**
	 * Does what no caller has to wait for; one that waits anyway does it itself.
	 */
	final Step beside(Function<LoadSteps<Boolean>, @Nullable Step> work) {
		return new Step.Elsewhere(Runnable::run, new LoadSteps<Boolean>(this.scripts, this.key) {

			@Override
			@Nullable Step begin() {
				return work.apply(this);
			}

		});
	}

	/**
	 * A caller that finds the token of a good value taken looks whether that has been so
	 * for a lease: then its winner is gone, and the item is marked for another one.
	 */
	final Step marking(LoadPolicy policy, MetaAnswer answer) {
		return beside((script) -> script.withState(answer, () -> script.done(true),
				(state) -> this.scripts.election().noteTaken(this.key, state, policy.lease())
						? script.markAgain(state, () -> script.done(true)) : script.done(true)));
	}

	/** Goes on with an answer that has all that is needed to mark its item. */
	final @Nullable Step withState(MetaAnswer answer, Supplier<@Nullable Step> unknown,
			Function<MetaAnswer, @Nullable Step> next) {
		if (answer.cas().isPresent() && answer.ttl().isPresent()) {
			return next.apply(answer);
		}
		return askQuietly(() -> this.scripts.meta().get(this.key, Election.STATE),
				(state) -> (state != null) ? next.apply(state) : unknown.get());
	}

	/** Marks an item stale, so that one caller is elected anew. */
	final @Nullable Step markAgain(MetaAnswer state, Supplier<@Nullable Step> next) {
		OptionalLong cas = state.cas();
		return cas.isEmpty() ? next.get() : quietly(
				() -> this.scripts.meta().delete(this.key, Election.markAgain(cas.getAsLong(), state.ttl().orElse(-1))),
				next);
	}

}
