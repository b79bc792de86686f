package io.libmc.internal.load;

import java.util.function.Consumer;

import io.libmc.LoadListener;
import io.libmc.LoadPolicy;
import io.libmc.MemcachedTimeoutException;
import io.libmc.internal.call.GuardedStore.End;
import io.libmc.internal.call.Script;
import io.libmc.internal.call.Step;
import org.jspecify.annotations.Nullable;

/**
 * Stores a loaded value, or removes what it would replace if there is none. One that is
 * refused for a reason of its own leaves no older one behind, and nobody waits for one
 * that will not come. The result is whether it was done, and nothing had happened to the
 * item as far as its licence tells.
 */
final class Keeping extends LoadSteps<Boolean> {

	private final LoadPolicy policy;

	private final Licence licence;

	private final @Nullable Object value;

	Keeping(LoadScripts scripts, String key, LoadPolicy policy, Licence licence, @Nullable Object value) {
		super(scripts, key);
		this.policy = policy;
		this.licence = licence;
		this.value = value;
	}

	@Override
	@Nullable Step begin() {
		if (this.value == null) {
			return askQuietly(this.licence.removal(), (unchanged) -> done(Boolean.TRUE.equals(unchanged)));
		}
		if (this.licence.overtaken().getAsBoolean()) {
			return done(false);
		}
		Script<End> storing;
		try {
			storing = this.licence.store()
				.apply(this.scripts.encode(this.key, this.value), this.policy.nextTimeToLive(this.value));
		}
		catch (RuntimeException ex) {
			return failed(ex);
		}
		return ask(storing,
				() -> (storing.failure() != null) ? failed(storing.failure().exception()) : ended(storing.result()));
	}

	private @Nullable Step ended(End end) {
		if (end == End.REFUSED) {
			return done(false);
		}
		if (end == End.STORED) {
			tell(LoadListener::stored);
			if (!this.licence.overtaken().getAsBoolean()) {
				return done(true);
			}
		}
		return remove();
	}

	/** A server that did not answer in time would not do so again. */
	private @Nullable Step failed(RuntimeException ex) {
		tell((listener) -> listener.notStored(ex));
		boolean silent = ex instanceof MemcachedTimeoutException;
		return silent ? done(false) : remove();
	}

	private @Nullable Step remove() {
		return quietly(this.licence.removal(), () -> done(false));
	}

	private void tell(Consumer<LoadListener> event) {
		this.scripts.tell(this.policy, event);
	}

}
