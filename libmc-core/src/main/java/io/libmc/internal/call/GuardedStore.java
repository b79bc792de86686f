package io.libmc.internal.call;

import io.libmc.MetaReply.Status;
import io.libmc.internal.connection.Failure;
import io.libmc.internal.connection.Operation;
import io.libmc.internal.connection.ServerRun;
import io.libmc.internal.protocol.Command;
import org.jspecify.annotations.Nullable;

/**
 * Stores a loaded value while the number that its loader was given means what it meant
 * then. A unique one always does. One that the server counted does on the connection by
 * which it came, and on another one only if that leads to the same run of the server:
 * otherwise nothing is stored. What was lost on the way is stored once more: the number
 * makes sure that it counts once.
 */
public final class GuardedStore extends Leg implements Script<GuardedStore.End> {

	/** What became of it. */
	public enum End {

		STORED,

		/** Something had happened to the item. */
		REFUSED,

		/** Nobody can tell whether something has, and nothing was stored. */
		VOID

	}

	private final Cluster cluster;

	private final byte[] key;

	private final MetaDialogue elected;

	private final boolean unique;

	/** The store under way, or the one before the run was asked. */
	private MetaDialogue store;

	private boolean begun;

	private boolean repeated;

	private boolean asking;

	private boolean isVoid;

	/**
	 * Creates a store.
	 * @param elected how the number was got
	 * @param number that the item must have
	 */
	GuardedStore(Cluster cluster, byte[] key, Operation command, MetaDialogue elected, long number) {
		super(elected.node, command);
		this.cluster = cluster;
		this.key = key;
		this.elected = elected;
		this.unique = ItemNumbers.isUnique(number);
		if (!this.unique) {
			command.follow(elected.answered());
		}
		this.store = dialogue(command);
	}

	private MetaDialogue dialogue(Operation command) {
		return this.unique ? new MetaDialogue(this.cluster, this.key, command, true)
				: new MetaDialogue(this.cluster, this.key, this.elected.node, command, true);
	}

	@Override
	public @Nullable Step next() {
		if (!this.begun) {
			this.begun = true;
			if (!this.unique && this.cluster.nodeFor(this.key) != this.elected.node) {
				return voided();
			}
		}
		if (this.asking) {
			return goOn();
		}
		Step step = this.store.next();
		if (step != null || this.store.failure() == null || this.repeated || !isLost(this.store)) {
			return step;
		}
		this.repeated = true;
		if (this.unique) {
			return storeAgain();
		}
		this.asking = true;
		this.operation = Operation.admin(Command.STATS, this.operation.startedAt(), this.operation.deadline(), "");
		return this;
	}

	/** Goes on if the answer is that of the run that elected. */
	private @Nullable Step goOn() {
		this.asking = false;
		if (hasFailed()) {
			// the server is gone: the store has failed, and not its licence
			return null;
		}
		ServerRun before = this.elected.answered().serverRun();
		if (before == null) {
			return voided();
		}
		ServerRun told = ServerRun.of(this.operation.stats(), this.operation.startedAt());
		this.operation.serverRun(told);
		return before.isStill(this.elected.answered().startedAt(), told) ? storeAgain() : voided();
	}

	private @Nullable Step storeAgain() {
		Operation again = this.store.answered().again();
		if (this.unique) {
			again.unbind();
		}
		else {
			again.follow(this.operation);
		}
		this.store = dialogue(again);
		return this.store.next();
	}

	private @Nullable Step voided() {
		this.isVoid = true;
		return null;
	}

	private static boolean isLost(MetaDialogue store) {
		Failure failure = store.operation.failure();
		return failure != null && failure.kind() == Failure.Kind.LOST && store.operation.hasTime();
	}

	@Override
	public @Nullable Failed failure() {
		return this.isVoid ? null : this.store.failure();
	}

	@Override
	public End result() {
		return this.isVoid ? End.VOID : (this.store.result().status() == Status.DONE) ? End.STORED : End.REFUSED;
	}

}
