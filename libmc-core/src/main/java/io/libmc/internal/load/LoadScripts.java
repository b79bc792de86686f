package io.libmc.internal.load;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

import io.libmc.ErrorCode;
import io.libmc.ItemVersion;
import io.libmc.LoadListener;
import io.libmc.LoadPolicy;
import io.libmc.MemcachedException;
import io.libmc.MemcachedListener.LoadOutcome;
import io.libmc.RawValue;
import io.libmc.codec.EncodedValue;
import io.libmc.internal.call.Failed;
import io.libmc.internal.call.MetaAnswer;
import io.libmc.internal.call.MetaDialogue;
import io.libmc.internal.call.MetaScriptFactory;
import io.libmc.internal.call.OperationEvents;
import io.libmc.internal.call.Script;
import io.libmc.internal.call.ScriptFactory;
import io.libmc.internal.call.SideBySide;
import org.jspecify.annotations.Nullable;

/**
 * Makes the scripts of keys whose values are loaded: what these ask of memcached, what
 * they make of its replies, and whom they tell.
 */
public final class LoadScripts {

	static final CompletableFuture<Boolean> YES = CompletableFuture.completedFuture(true);

	private static final CompletableFuture<Boolean> NO = CompletableFuture.completedFuture(false);

	private static final String LOCK_SUFFIX = "/lock";

	/** A lock's item, which any client reads as 1. */
	private static final RawValue LOCK = new RawValue(4, new byte[] { '1' });

	/** So long that nobody sees its end, and short enough to be added to the clock. */
	private static final Duration LONGEST = Duration.ofDays(100 * 365);

	private final ScriptFactory plain;

	private final MetaScriptFactory meta;

	private final OperationEvents events;

	private final SharedLoads shared;

	private final Election election = new Election();

	/**
	 * Creates a factory.
	 * @param plain makes scripts that await every reply
	 */
	public LoadScripts(ScriptFactory plain, OperationEvents events, SharedLoads shared) {
		this.plain = plain;
		this.meta = plain.meta().numbered();
		this.events = events;
		this.shared = shared;
	}

	/** A time in nanoseconds, or as long as can be told. */
	static long nanos(Duration time) {
		return (time.compareTo(LONGEST) < 0) ? time.toNanos() : LONGEST.toNanos();
	}

	/** Finds a value or loads it. */
	public Script<@Nullable Object> getOrLoad(String key, LoadPolicy policy, Loader loader) {
		Objects.requireNonNull(policy, "policy");
		this.plain.check(key);
		if (policy.beside() != null) {
			this.plain.check(policy.beside());
		}
		return new Load(this, this.shared, key, policy, loader);
	}

	/** The value if there is one and this caller is not the one to load another. */
	public Script<@Nullable Object> get(String key, LoadPolicy policy) {
		return new PolicyRead(this, key, policy);
	}

	/** Takes a value back. */
	public Script<Boolean> invalidate(String key, Duration staleFor) {
		Objects.requireNonNull(staleFor, "staleFor");
		if (staleFor.isNegative()) {
			throw new IllegalArgumentException("staleFor: " + staleFor + " is negative; give zero to delete at once");
		}
		return staleFor.isZero() ? this.plain.delete(key) : new Invalidation(this, key, staleFor);
	}

	// What is asked of memcached

	MetaScriptFactory meta() {
		return this.meta;
	}

	ScriptFactory plain() {
		return this.plain;
	}

	Election election() {
		return this.election;
	}

	/** Asks for a value, and for what is read beside it. */
	Script<MetaAnswer> withBeside(String key, MetaDialogue question, LoadPolicy policy) {
		String beside = policy.beside();
		return (beside != null) ? withBeside(key, question, beside, policy) : question;
	}

	private Script<MetaAnswer> withBeside(String key, Script<MetaAnswer> question, String beside, LoadPolicy policy) {
		Script<@Nullable RawValue> reading = this.plain.getRawBeside(key, beside);
		return new SideBySide<>(question, reading).then((answer) -> {
			Failed failed = reading.failure();
			if (failed != null && !isUndecodable(failed.exception())) {
				return Script.failed(failed, answer);
			}
			Object value = (failed == null) ? valueOf(beside, reading.result()) : null;
			tell(policy, (listener) -> listener.beside(value));
			return Script.done(answer);
		});
	}

	Script<Boolean> lock(String lock, LoadPolicy policy) {
		return this.plain.addRaw(lock, LOCK, policy.lease());
	}

	/** Whether a name is short enough, which one made of a good key may not be. */
	boolean isKey(String name) {
		try {
			this.plain.check(name);
			return true;
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

	static String lockOf(String key) {
		return key + LOCK_SUFFIX;
	}

	// What the replies mean

	/**
	 * Whether values are refreshed, served stale or prolonged, which takes a server with
	 * meta commands.
	 */
	static boolean marks(LoadPolicy policy) {
		return !policy.refreshAhead().isZero() || !policy.staleFor().isZero() || policy.prolongs();
	}

	/**
	 * Whether it matters who has a value's token: it does not for one that was not taken
	 * back and is not refreshed.
	 */
	static boolean tokenCounts(MetaAnswer answer, LoadPolicy policy, @Nullable Object value) {
		return answer.stale() || value == null || policy.refreshes(value);
	}

	/** More was wanted of a key's server than it can do. */
	void lacksElections(String key) {
		this.events.lacksElections(this.plain.servers().serverFor(key));
	}

	/** A value that was read; null if there is none or it cannot be decoded. */
	@Nullable Object valueOf(String key, @Nullable RawValue raw) {
		try {
			return decode(key, raw);
		}
		catch (MemcachedException ex) {
			OperationEvents.log(Level.DEBUG, "a value that cannot be decoded counts as none", ex);
			return null;
		}
	}

	/**
	 * A value that was read; null if there is none.
	 * @throws MemcachedException if it cannot be decoded
	 */
	@Nullable Object decode(String key, @Nullable RawValue raw) {
		return (raw != null) ? this.plain.values().decode(key, raw.flags(), raw.bytes()) : null;
	}

	/**
	 * Asks whether a value is good enough, which none is not; most often that is known.
	 */
	CompletableFuture<Boolean> check(String key, LoadPolicy policy, @Nullable Object value) {
		Function<Object, ? extends CompletionStage<Boolean>> accepting = policy.accepting();
		if (value == null || accepting == null) {
			return (value != null) ? YES : NO;
		}
		try {
			CompletionStage<Boolean> answer = accepting.apply(value);
			return (answer instanceof CompletableFuture<Boolean> known && isTrue(known)) ? known
					: Loader.settled("the check of \"" + key + "\"", answer);
		}
		catch (Throwable ex) {
			// it is the application's
			return CompletableFuture.failedFuture(ex);
		}
	}

	/** What a check that said nothing counts as. */
	static MemcachedException failureOfCheck(String key, @Nullable Throwable ex) {
		return (ex instanceof MemcachedException failure) ? failure
				: new MemcachedException(ErrorCode.PROGRAMMING_ERROR, null,
						"whether the value of \"" + key + "\" is good enough was not told: " + ex, ex);
	}

	static boolean isTrue(CompletableFuture<Boolean> checked) {
		return checked.isDone() && !checked.isCompletedExceptionally() && Boolean.TRUE.equals(checked.join());
	}

	EncodedValue encode(String key, Object value) {
		EncodedValue encoded;
		try {
			encoded = this.plain.values().encode(key, value);
		}
		catch (Error ex) {
			// such as a stack overflow: its caller has the value, and keeps it
			throw new IllegalArgumentException("the value of \"" + key + "\" cannot be encoded: " + ex, ex);
		}
		if (encoded.bytes().length == 0) {
			throw new IllegalArgumentException("the value of \"" + key
					+ "\" is empty, which is what memcached's own placeholders are; it is not stored");
		}
		return encoded;
	}

	/** Whether it is the item that fails, not the server. */
	static boolean isUndecodable(MemcachedException ex) {
		return ex.code() == ErrorCode.INCOMPLETE_BUFFER_ERROR;
	}

	// Whom to tell

	void ended(LoadOutcome outcome) {
		this.events.loaded(outcome);
	}

	/** What a listener throws is its own, and logged. */
	void tell(LoadPolicy policy, Consumer<LoadListener> event) {
		MemcachedException thrown = ask(policy, event);
		if (thrown != null) {
			this.events.loadListenerThrew(thrown);
		}
	}

	/** Tells of a good value, if its version is asked for. */
	void tellRead(LoadPolicy policy, @Nullable Object value, ItemVersion version) {
		if (value != null && policy.isVersioned()) {
			tell(policy, (listener) -> listener.read(value, version));
		}
	}

	/** As {@link #tell}, but a failure that it wants to count is returned. */
	@Nullable MemcachedException ask(LoadPolicy policy, Consumer<LoadListener> event) {
		try {
			event.accept(policy.listener());
		}
		catch (MemcachedException ex) {
			return ex;
		}
		catch (Throwable ex) {
			this.events.loadListenerThrew(ex);
		}
		return null;
	}

	void refreshFailed(String key, Throwable ex) {
		this.events.refreshFailed(key, ex);
		ended(LoadOutcome.REFRESH_FAILED);
	}

	/**
	 * memcached failed, and the value is loaded without it, unless the policy's listener
	 * wants the caller to get the failure that is returned.
	 */
	@Nullable MemcachedException bypassed(String key, LoadPolicy policy, MemcachedException failure) {
		MemcachedException thrown = ask(policy, (listener) -> listener.failed(failure));
		if (thrown == null) {
			OperationEvents.log(Level.DEBUG, "memcached fails; \"" + key + "\" is loaded and not kept", failure);
			ended(LoadOutcome.BYPASSED);
		}
		return thrown;
	}

}
