package io.libmc.internal.call;

import io.libmc.MetaReply.Status;
import io.libmc.RawValue;
import io.libmc.internal.connection.Failure;
import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Node.MetaSupport;
import io.libmc.internal.connection.Operation;
import io.libmc.internal.connection.Operation.Progress;
import io.libmc.internal.connection.ServerRun;
import io.libmc.internal.protocol.Command;
import io.libmc.internal.protocol.Answer;
import org.jspecify.annotations.Nullable;

/**
 * One meta command on the server of its key. A server that is not known to speak them is
 * asked first, with a no-op: sent blindly, the data of a set would be taken for commands.
 * twemproxy hangs up on it instead of answering. Where that matters the server's version
 * is next, which tells whether it takes {@linkplain ItemNumbers numbers} of the client's,
 * and if it does not, which run of the server it is. The chunks of a split value are read
 * and joined.
 */
public final class MetaDialogue extends Leg implements Script<MetaAnswer> {

	private final Cluster cluster;

	private final byte[] key;

	/** Whether the item is to bear a number of the client's where it can. */
	private final boolean numbered;

	/** What is sent once it is known to be understood. */
	private Operation command;

	/** Whether it was to go by one connection before this knew of it. */
	private final boolean bound;

	private Attempts attempts = Attempts.NONE;

	private boolean begun;

	private int hangUps;

	private boolean late;

	private @Nullable MetaAnswer answer;

	private @Nullable Failed failure;

	private @Nullable ChunkedValue chunks;

	MetaDialogue(Cluster cluster, byte[] key, Operation command, boolean numbered) {
		this(cluster, key, cluster.nodeFor(key), command, numbered);
	}

	MetaDialogue(Cluster cluster, byte[] key, Node node, Operation command, boolean numbered) {
		super(node, command);
		this.cluster = cluster;
		this.key = key;
		this.command = command;
		this.bound = command.isBound();
		this.numbered = numbered;
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
		if (this.answer != null) {
			learnRun();
			return join(this.answer);
		}
		if (this.operation != this.command) {
			return learn();
		}
		return (this.operation.failure() != null) ? askAgain() : take();
	}

	private @Nullable Step ask() {
		return ask(this.node.metaSupport(this.command));
	}

	/** The command, or the question whether it is understood. */
	private @Nullable Step ask(MetaSupport support) {
		switch (support) {
			case UNKNOWN -> this.operation = question(Command.MN);
			case NO -> {
				this.answer = MetaAnswer.UNSUPPORTED;
				return null;
			}
			case YES -> this.operation = wantsToKnowMore() ? question(Command.MN) : this.command;
			case COUNTING, NUMBERED -> {
				if (this.numbered) {
					this.command.itemNumber((support == MetaSupport.NUMBERED) ? ItemNumbers.next() : 0);
				}
				this.operation = this.command;
			}
		}
		return this;
	}

	/** A no-op finds out all there is. */
	private boolean wantsToKnowMore() {
		return this.numbered || this.command.command() == Command.MN;
	}

	/** A question that takes the way of the command. */
	private Operation question(Command asking) {
		Operation question = Operation.of(asking, this.command.startedAt(), this.command.deadline(), this.key);
		if (this.command.isBound()) {
			question.follow(this.command);
		}
		return question;
	}

	/** A question that is for the server that has just answered, and no other. */
	private Step askFurther(Command asking, Operation answered) {
		this.operation = question(asking);
		this.operation.follow(answered);
		return this;
	}

	/** Takes what is learnt about the server. */
	private @Nullable Step learn() {
		Operation asked = this.operation;
		if (asked.failure() != null) {
			return isUnanswered() ? askOnceMore() : askAgain();
		}
		if (asked.command() == Command.GET) {
			return askFurther(Command.MN, asked);
		}
		MetaSupport learnt = MetaSupport.COUNTING;
		if (Failures.isUnauthenticated(asked.text()) || isRefused(asked)) {
			this.failure = this;
			return null;
		}
		switch (asked.command()) {
			case MN -> {
				this.node.answersMeta();
				learnt = (asked.answer() == Answer.DONE) ? MetaSupport.YES : MetaSupport.NO;
				if (learnt == MetaSupport.YES && wantsToKnowMore()) {
					asked.metaSupport(learnt);
					return askFurther(Command.VERSION, asked);
				}
			}
			case VERSION -> {
				if (!ItemNumbers.areKnownTo(asked.text())) {
					return askFurther(Command.STATS, asked);
				}
				learnt = MetaSupport.NUMBERED;
			}
			default -> learnRun();
		}
		asked.metaSupport(learnt);
		if (this.command.command() == Command.MN && learnt != MetaSupport.NO) {
			this.answer = MetaAnswer.NOOP;
			return null;
		}
		if (this.command.command().carriesData() && !this.command.isBound()) {
			this.command.follow(asked);
		}
		return ask(learnt);
	}

	/**
	 * Whether a server does not answer for now, as one that has too many connections,
	 * which says nothing of what it understands.
	 */
	private static boolean isRefused(Operation asked) {
		String text = asked.text();
		return asked.command() == Command.MN && text != null
				&& (asked.answer() == Answer.SERVER_ERROR || text.startsWith("ERROR "));
	}

	/** Its connection is told which run of the server it leads to. */
	private void learnRun() {
		Operation asked = this.operation;
		if (asked.failure() == null) {
			asked.serverRun(ServerRun.of(asked.stats(), asked.startedAt()));
		}
	}

	/**
	 * Whether the server hung up on the question, as a proxy does, or for another reason.
	 */
	private boolean isUnanswered() {
		Failure lost = this.operation.failure();
		return this.operation.command() == Command.MN && lost != null && lost.kind() == Failure.Kind.LOST
				&& this.operation.progress() == Progress.SENT && this.operation.hasTime();
	}

	/**
	 * A server that ends hangs up on every question, as does what stands before one that
	 * is not there. A proxy answers one for the key, and then hangs up again.
	 */
	private @Nullable Step askOnceMore() {
		if (this.hangUps++ == 0) {
			this.operation = Operation.of(Command.GET, this.command.startedAt(), this.command.deadline(), this.key);
			return this;
		}
		this.node.hangsUpOnMeta();
		MetaSupport known = this.node.metaSupport(this.command);
		return (known == MetaSupport.NO) ? ask(known) : askAgain();
	}

	private @Nullable Step askAgain() {
		this.hangUps = 0;
		if (cameTooLate()) {
			return repeat();
		}
		this.attempts = this.attempts.and(this);
		Node next = this.cluster.next(this.key, this, this.attempts);
		if (next == null) {
			this.failure = this;
			return null;
		}
		this.node = next;
		return repeat();
	}

	/** Whether the connection of which this knew had ended before the command came. */
	private boolean cameTooLate() {
		Failure lost = this.operation.failure();
		boolean first = !this.late;
		this.late = !this.bound && this.command.isBound() && lost != null && lost.kind() == Failure.Kind.LOST
				&& this.operation.progress() == Progress.UNSENT;
		return first && this.late;
	}

	private @Nullable Step repeat() {
		this.command = this.command.again();
		if (!this.bound) {
			this.command.unbind();
		}
		return ask();
	}

	private @Nullable Step take() {
		Operation done = this.operation;
		if (isRefused(done)) {
			this.failure = this;
			return null;
		}
		if (done.command() == Command.MN) {
			boolean understood = done.answer() == Answer.DONE;
			if (!understood) {
				done.metaSupport(MetaSupport.NO);
			}
			this.answer = understood ? MetaAnswer.NOOP : MetaAnswer.UNSUPPORTED;
			return null;
		}
		if (hasFailed()) {
			if (done.answer() == Answer.CLIENT_ERROR && done.hasItemNumber() && !done.command().carriesData()) {
				// a proxy's own version says nothing of the servers behind it
				done.metaSupport(MetaSupport.COUNTING);
				return repeat();
			}
			this.failure = this;
			return null;
		}
		Status status = switch (done.answer()) {
			case NOT_FOUND -> Status.NOT_FOUND;
			case NOT_STORED -> Status.NOT_STORED;
			case EXISTS -> Status.EXISTS;
			default -> Status.DONE;
		};
		MetaAnswer taken = MetaAnswer.of(status, done);
		this.answer = taken;
		if (taken.won() && !ItemNumbers.isUnique(taken.cas().orElse(0)) && done.serverRun() == null) {
			return askFurther(Command.STATS, done);
		}
		return join(taken);
	}

	private @Nullable Step join(MetaAnswer taken) {
		RawValue value = taken.value();
		Item item = (value != null) ? new Item(value.flags(), value.bytes(), 0) : null;
		if (item == null || !item.isChunked()) {
			return null;
		}
		this.chunks = new ChunkedValue(this.cluster, this.key, item, this.command);
		return this.chunks.next();
	}

	/** The command as it was answered. */
	Operation answered() {
		return this.command;
	}

	/** Remembers that the server sends values although they have not changed. */
	public void ignoresComparison() {
		this.node.setIgnoresComparison();
	}

	/** Which version of the item it has found, or null if that was not told. */
	public @Nullable ReadVersion version() {
		MetaAnswer found = this.answer;
		if (found == null || found.cas().isEmpty()) {
			return null;
		}
		return ReadVersion.of(found.cas().getAsLong(), found.ttl(), this.command.connectionMark());
	}

	/** Whether it surely found the same run of the same server. */
	boolean isWhere(MetaDialogue before) {
		return this.node == before.node && this.command.isBeside(before.command);
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
