package io.libmc.internal.load;

import java.time.Duration;

import io.libmc.MetaDelete;
import io.libmc.MetaGet;
import io.libmc.MetaReply.Status;
import io.libmc.internal.call.MetaAnswer;
import io.libmc.internal.call.Script;
import io.libmc.internal.call.Step;
import org.jspecify.annotations.Nullable;

/**
 * Takes a value back that may still be served for a while: marks it stale, so that one
 * caller loads it anew, but never lets it live longer than it would have. What cannot be
 * marked is deleted.
 */
final class Invalidation extends LoadSteps<Boolean> {

	private final Duration staleFor;

	private final Script<MetaAnswer> question;

	Invalidation(LoadScripts scripts, String key, Duration staleFor) {
		super(scripts, key);
		this.staleFor = staleFor;
		this.question = scripts.meta().get(key, Election.STATE.size());
	}

	@Override
	@Nullable Step begin() {
		return ask(this.question, this::mark);
	}

	private @Nullable Step mark(MetaAnswer state) {
		if (state.status() == Status.NOT_FOUND) {
			return done(false);
		}
		if (state.status() == Status.DONE && state.size().orElse(0) > 0) {
			long left = state.ttl().orElse(-1);
			Duration rest = (left >= 0 && left < this.staleFor.toSeconds()) ? Duration.ofSeconds(Math.max(left, 1))
					: this.staleFor;
			return ask(this.scripts.meta().delete(this.key, MetaDelete.DELETE.invalidate(rest)),
					(marked) -> done(marked.status() == Status.DONE));
		}
		if (state.status() == Status.UNSUPPORTED) {
			this.scripts.lacksElections(this.key);
		}
		return ask(this.scripts.plain().delete(this.key), this::done);
	}

}
