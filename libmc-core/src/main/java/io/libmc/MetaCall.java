package io.libmc;

import java.util.List;

import io.libmc.MetaReply.Status;
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
final class MetaCall implements Call<MetaReply> {

	private final Cluster cluster;

	private final byte[] key;

	private Operation operation;

	private Node node;

	private Attempts attempts = Attempts.NONE;

	/** The leg under way, or the last one. */
	private @Nullable Leg leg;

	private int hangUps;

	private @Nullable MetaReply reply;

	/** A flag of the reply that is no number. */
	private @Nullable NumberFormatException nonsense;

	private @Nullable ChunksCall chunks;

	MetaCall(Cluster cluster, byte[] key, Operation operation) {
		this.cluster = cluster;
		this.key = key;
		this.operation = operation;
		this.node = cluster.nodeFor(key);
	}

	@Override
	public List<Leg> next() {
		if (this.chunks != null) {
			return this.chunks.next();
		}
		Leg ended = this.leg;
		if (ended == null) {
			return ask();
		}
		if (ended.operation.failure() != null) {
			if (ended.operation.command() == Command.MN && isUnanswered(ended.operation)) {
				return askOnceMore();
			}
			return askAgain(ended);
		}
		if (ended.operation.command() == Command.MN) {
			boolean understood = ended.operation.answer() == Answer.DONE;
			this.node.metaSupport(understood ? MetaSupport.YES : MetaSupport.NO);
			if (this.operation.command() == Command.MN) {
				this.reply = understood ? MetaReply.NOOP : MetaReply.UNSUPPORTED;
				return List.of();
			}
			return ask();
		}
		return take(ended);
	}

	/**
	 * Whether the server hung up on the question, as a proxy does, or for another reason.
	 */
	private static boolean isUnanswered(Operation question) {
		Failure failure = question.failure();
		return failure != null && failure.kind() == Failure.Kind.LOST && question.progress() == Progress.SENT
				&& question.hasTime();
	}

	/** A server that has just ended is not there the second time; a proxy is. */
	private List<Leg> askOnceMore() {
		this.hangUps++;
		if (this.hangUps > 1) {
			this.cluster.hangsUp(this.node);
		}
		return ask();
	}

	/** The command, or the question whether it is understood. */
	private List<Leg> ask() {
		Operation next = switch (this.cluster.metaSupport(this.node)) {
			case YES -> this.operation;
			case UNKNOWN -> Operation.admin(Command.MN, this.operation.startedAt(), this.operation.deadline(), "");
			case NO -> null;
		};
		if (next == null) {
			this.reply = MetaReply.UNSUPPORTED;
			return List.of();
		}
		this.leg = new Leg(this.node, next);
		return List.of(this.leg);
	}

	private List<Leg> askAgain(Leg failed) {
		this.attempts = this.attempts.and(failed.operation, this.node);
		Node next = this.cluster.next(this.key, failed.operation, this.node, this.attempts);
		if (next == null) {
			return List.of();
		}
		this.node = next;
		this.operation = this.operation.again();
		return ask();
	}

	private List<Leg> take(Leg answered) {
		MemcachedException failed = answered.failure();
		if (failed != null) {
			return List.of();
		}
		Operation done = answered.operation;
		Status status = switch (done.answer()) {
			case NOT_FOUND -> Status.NOT_FOUND;
			case NOT_STORED -> Status.NOT_STORED;
			case EXISTS -> Status.EXISTS;
			default -> Status.DONE;
		};
		String flags = (done.text() != null) ? done.text() : "";
		MetaReply whole;
		try {
			whole = MetaReply.of(done.command(), status, flags, done.takeValue(0));
		}
		catch (NumberFormatException ex) {
			this.nonsense = ex;
			return List.of();
		}
		this.reply = whole;
		RawValue value = whole.value();
		Item item = (value != null) ? new Item(value.flags(), value.bytes(), 0) : null;
		if (item == null || !item.isChunked()) {
			return List.of();
		}
		this.chunks = new ChunksCall(this.cluster, this.key, item, done.startedAt(), done.deadline());
		return this.chunks.next();
	}

	@Override
	public MetaReply result() {
		MetaReply whole = this.reply;
		Leg last = this.leg;
		if (whole == null) {
			if (this.nonsense != null) {
				throw new MemcachedProtocolException(ErrorCode.RECV_ERROR, this.node.name(),
						this.node.name() + " answered " + this.operation.command() + " with flags that make no sense",
						this.nonsense);
			}
			MemcachedException failed = (last != null) ? last.failure() : null;
			throw (failed != null) ? failed : new IllegalStateException("not performed yet");
		}
		if (this.chunks == null) {
			return whole;
		}
		Item item = this.chunks.result();
		return (item != null) ? whole.with(new RawValue(item.flags(), item.bytes())) : whole.broken();
	}

}
