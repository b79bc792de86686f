package io.libmc.internal.load;

import io.libmc.LoadPolicy;
import io.libmc.MetaReply.Status;
import io.libmc.internal.call.Failed;
import io.libmc.internal.call.MetaAnswer;
import io.libmc.internal.call.ReadVersion;
import io.libmc.internal.call.Step;
import org.jspecify.annotations.Nullable;

/**
 * Reads a value that others load: a placeholder is a miss, and so is a value that this
 * caller was elected to load anew.
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
		if (!this.question.hasValue() || answer.won()) {
			return done(null);
		}
		Object value = this.question.value();
		this.question.tellRead(value);
		return answer.winTaken() ? after(marking(this.policy, answer), () -> done(value)) : done(value);
	}

}
