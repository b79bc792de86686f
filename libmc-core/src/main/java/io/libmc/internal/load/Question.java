package io.libmc.internal.load;

import io.libmc.LoadPolicy;
import io.libmc.MetaGet;
import io.libmc.MetaReply.Status;
import io.libmc.internal.call.Failed;
import io.libmc.internal.call.MetaAnswer;
import io.libmc.internal.call.MetaDialogue;
import io.libmc.internal.call.ReadVersion;
import io.libmc.internal.call.Script;
import io.libmc.internal.call.Step;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a value, and for what is read beside it. One that the caller has already is
 * not sent if it has not changed: a server that knows the flag {@code C} leaves it out by
 * itself, and others are asked for the item's number first. That does not elect anybody,
 * so that policies that do so have the value sent.
 */
final class Question implements Script<MetaAnswer> {

	private final LoadScripts scripts;

	private final String key;

	private final MetaGet request;

	private final LoadPolicy policy;

	/** The version that the caller has, or null. */
	private final @Nullable ReadVersion known;

	private MetaDialogue dialogue;

	private Script<MetaAnswer> asking;

	/** Whether it asks for no value at all. */
	private boolean probing;

	private boolean unchanged;

	/** Whether the next answer is taken, whatever it is. */
	private boolean last;

	Question(LoadScripts scripts, String key, MetaGet request, LoadPolicy policy) {
		this.scripts = scripts;
		this.key = key;
		this.request = request;
		this.policy = policy;
		this.known = (policy.knownVersion() instanceof ReadVersion version) ? version : null;
		this.last = this.known == null;
		this.dialogue = scripts.meta().get(key, (this.known != null) ? comparing(this.known) : request);
		this.asking = scripts.withBeside(key, this.dialogue, policy);
	}

	private MetaGet comparing(ReadVersion version) {
		if (!this.scripts.meta().ignoresComparison(this.key)) {
			return this.request.compare(version.cas());
		}
		this.probing = !LoadScripts.marks(this.policy);
		return this.probing ? MetaGet.NO_VALUE.cas().ttl() : this.request;
	}

	@Override
	public @Nullable Step next() {
		Step step = this.asking.next();
		if (step != null || this.last) {
			return step;
		}
		this.last = true;
		if (failure() != null || hasSettled(result())) {
			return null;
		}
		this.dialogue = this.scripts.meta().get(this.key, this.request);
		this.asking = this.scripts.withBeside(this.key, this.dialogue, this.policy);
		return this.asking.next();
	}

	/** Whether an answer tells what was asked for, value or not. */
	private boolean hasSettled(MetaAnswer answer) {
		boolean same = this.known != null && this.known.isSameAs(this.dialogue.version());
		boolean sent = answer.value() != null;
		if (sent && same) {
			this.dialogue.ignoresComparison();
		}
		if (!sent && answer.status() == Status.DONE && !answer.stale()) {
			this.unchanged = same;
		}
		return sent || this.unchanged || answer.won() || answer.status() == Status.UNSUPPORTED
				|| (!this.probing && answer.status() != Status.DONE);
	}

	/** What has asked for it. */
	MetaDialogue dialogue() {
		return this.dialogue;
	}

	/**
	 * The value that was sent, or that the caller has; null if there is none.
	 * @throws io.libmc.MemcachedException if it cannot be decoded
	 */
	@Nullable Object value() {
		return this.unchanged ? this.policy.knownValue() : this.scripts.decode(this.key, result().value());
	}

	/** As {@link #value()}; one that cannot be decoded counts as none. */
	@Nullable Object valueOrNull() {
		return this.unchanged ? this.policy.knownValue() : this.scripts.valueOf(this.key, result().value());
	}

	/** Whether there is more than the empty item of an election. */
	boolean hasValue() {
		return this.unchanged || result().hasValue();
	}

	/** Tells of a good value, if that is asked for. */
	void tellRead(@Nullable Object value) {
		ReadVersion version = this.policy.isVersioned() ? this.dialogue.version() : null;
		if (version != null && !result().stale()) {
			this.scripts.tellRead(this.policy, value, version);
		}
	}

	@Override
	public @Nullable Failed failure() {
		return this.asking.failure();
	}

	@Override
	public MetaAnswer result() {
		return this.asking.result();
	}

}
