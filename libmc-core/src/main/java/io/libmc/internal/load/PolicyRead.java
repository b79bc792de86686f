package io.libmc.internal.load;

import java.time.Duration;

import io.libmc.LoadPolicy;
import io.libmc.MetaGet;
import io.libmc.MetaReply.Status;
import io.libmc.internal.call.Failed;
import io.libmc.internal.call.MetaAnswer;
import io.libmc.internal.call.ReadVersion;
import io.libmc.internal.call.Step;
import org.jspecify.annotations.Nullable;

/**
 * Reads a value that others load: a placeholder is a miss, and so is a value that this
 * caller was elected to load anew, where values are.
 */
final class PolicyRead extends LoadSteps<@Nullable Object> {

	private final LoadPolicy policy;

	private final Question question;

	PolicyRead(LoadScripts scripts, String key, LoadPolicy policy) {
		super(scripts, key);
		this.policy = policy;
		this.question = new Question(scripts, key, policy.readRequest(), policy);
	}

	@Override
	@Nullable Step begin() {
		return ask(this.question, this::read);
	}

	private @Nullable Step read() {
		Failed failed = this.question.failure();
		if (failed != null) {
			return fail(failed);
		}
		MetaAnswer answer = this.question.result();
		if (answer.status() == Status.UNSUPPORTED) {
			if (LoadScripts.marks(this.policy)) {
				this.scripts.lacksElections(this.key);
			}
			return ask(this.scripts.plain().get(this.key), (value) -> {
				this.scripts.tellRead(this.policy, value, ReadVersion.UNKNOWN);
				return done(value);
			});
		}
		if (!this.question.hasValue()) {
			return done(null);
		}
		Object value = answer.won() ? this.question.valueOrNull() : this.question.value();
		boolean counts = LoadScripts.tokenCounts(answer, this.policy, value);
		if (answer.won() && counts) {
			return done(null);
		}
		this.question.tellRead(value);
		Duration idle = (value != null && !answer.won()) ? this.policy.idleTime(value) : null;
		if (idle != null && idle.toSeconds() > answer.ttl().orElse(-1) && answer.ttl().orElse(-1) >= 0) {
			return after(prolonging(Duration.ofSeconds(idle.toSeconds())), () -> done(value));
		}
		return (answer.winTaken() && counts) ? after(marking(this.policy, answer), () -> done(value)) : done(value);
	}

	private Step prolonging(Duration life) {
		return beside((script) -> script.quietly(() -> this.scripts.meta().get(this.key, MetaGet.NO_VALUE.touch(life)),
				() -> script.done(true)));
	}

}
