package io.libmc.internal.call;

import io.libmc.MetaReply.Status;
import io.libmc.RawValue;
import io.libmc.internal.connection.Failure;
import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Node.MetaSupport;
import io.libmc.internal.connection.Operation;
import io.libmc.internal.connection.Operation.Progress;
import io.libmc.internal.protocol.Command;
import io.libmc.internal.protocol.Exchange.Answer;
import org.jspecify.annotations.Nullable;

/**
 * One meta command on the server of its key. A server that is not known to speak them is
 * asked first, with a no-op: sent blindly, the data of a set would be taken for commands.
 * twemproxy hangs up on it instead of answering. The chunks of a split value are read and
 * joined.
 */
final class MetaDialogue extends Leg implements Script<MetaAnswer> {

	private final Cluster cluster;

	private final byte[] key;

	/** What is sent once it is known to be understood. */
	private Operation command;

	private Attempts attempts = Attempts.NONE;

	private boolean begun;

	private int hangUps;

	private @Nullable MetaAnswer answer;

	private @Nullable Failed failure;

	private @Nullable ChunkedValue chunks;

	MetaDialogue(Cluster cluster, byte[] key, Operation command) {
		super(cluster.nodeFor(key), command);
		this.cluster = cluster;
		this.key = key;
		this.command = command;
	}

	@Override
	public @Nullable Step next() {
		if (this.chunks != null) {
			return this.chunks.next();
		}
		if (!this.begun) {
			this.begun = true;
			return ask();
		}
		boolean question = this.operation.command() == Command.MN;
		if (this.operation.failure() != null) {
			return (question && isUnanswered()) ? askOnceMore() : askAgain();
		}
		if (!question) {
			return take();
		}
		if (Failures.isUnauthenticated(this.operation.text())) {
			this.failure = this;
			return null;
		}
		boolean understood = this.operation.answer() == Answer.DONE;
		this.node.metaSupport(understood ? MetaSupport.YES : MetaSupport.NO);
		if (this.command.command() == Command.MN) {
			this.answer = understood ? MetaAnswer.NOOP : MetaAnswer.UNSUPPORTED;
			return null;
		}
		return ask();
	}

	/**
	 * Whether the server hung up on the question, as a proxy does, or for another reason.
	 */
	private boolean isUnanswered() {
		Failure lost = this.operation.failure();
		return lost != null && lost.kind() == Failure.Kind.LOST && this.operation.progress() == Progress.SENT
				&& this.operation.hasTime();
	}

	/** A server that has just ended is not there the second time; a proxy is. */
	private @Nullable Step askOnceMore() {
		this.hangUps++;
		if (this.hangUps > 1) {
			this.cluster.hangsUp(this.node);
		}
		return ask();
	}

	/** The command, or the question whether it is understood. */
	private @Nullable Step ask() {
		switch (this.cluster.metaSupport(this.node)) {
			case YES -> this.operation = this.command;
			case UNKNOWN ->
				this.operation = Operation.admin(Command.MN, this.command.startedAt(), this.command.deadline(), "");
			case NO -> {
				this.answer = MetaAnswer.UNSUPPORTED;
				return null;
			}
		}
		return this;
	}

	private @Nullable Step askAgain() {
		this.attempts = this.attempts.and(this);
		Node next = this.cluster.next(this.key, this, this.attempts);
		if (next == null) {
			this.failure = this;
			return null;
		}
		this.node = next;
		this.command = this.command.again();
		return ask();
	}

	private @Nullable Step take() {
		if (hasFailed()) {
			this.failure = this;
			return null;
		}
		Operation done = this.operation;
		Status status = switch (done.answer()) {
			case NOT_FOUND -> Status.NOT_FOUND;
			case NOT_STORED -> Status.NOT_STORED;
			case EXISTS -> Status.EXISTS;
			default -> Status.DONE;
		};
		this.answer = MetaAnswer.of(status, done);
		RawValue value = this.answer.value();
		Item item = (value != null) ? new Item(value.flags(), value.bytes(), 0) : null;
		if (item == null || !item.isChunked()) {
			return null;
		}
		this.chunks = new ChunkedValue(this.cluster, this.key, item, done);
		return this.chunks.next();
	}

	@Override
	public @Nullable Failed failure() {
		return (this.chunks != null) ? this.chunks.failure() : this.failure;
	}

	@Override
	public MetaAnswer result() {
		MetaAnswer whole = this.answer;
		if (whole == null) {
			throw new IllegalStateException("not performed yet");
		}
		return (this.chunks != null) ? whole.withChunks(this.chunks.result()) : whole;
	}

}
