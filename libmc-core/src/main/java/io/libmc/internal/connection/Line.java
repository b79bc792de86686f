package io.libmc.internal.connection;

import java.util.function.Consumer;

import io.libmc.internal.connection.Failure.Kind;
import io.libmc.internal.protocol.Command;
import org.jspecify.annotations.Nullable;

/**
 * The operations of one connection that wait for their reply, first in, first out, and
 * how much room they take. Appended to under the connection's mutex, advanced by the
 * thread that holds its reading role, looked through by any: a linked list whose first
 * node is the last operation that left it.
 */
@SuppressWarnings("NonAtomicVolatileUpdate")
final class Line {

	/** So many operations without a reply are followed by one with. */
	private static final int BARRIER_DISTANCE = 512;

	private final int maxOperations;

	private final long maxBytes;

	/** The last one that left; written by the reader. */
	private volatile Operation head = placeholder();

	private volatile boolean cleared;

	/** Guarded by the connection's mutex. */
	private Operation tail = this.head;

	/** Guarded by the connection's mutex. */
	private int sinceBarrier;

	private volatile long entered;

	private volatile long left;

	private volatile long bytesEntered;

	private volatile long bytesLeft;

	Line(int maxOperations, long maxBytes) {
		this.maxOperations = maxOperations;
		this.maxBytes = maxBytes;
	}

	private static Operation placeholder() {
		return Operation.admin(Command.VERSION, 0, 0, "");
	}

	/** The one whose reply comes next, or null. */
	@Nullable Operation first() {
		return this.head.next;
	}

	/** The first one that was asked to be replied to, or null. */
	@Nullable Operation firstAwaited() {
		Operation start;
		Operation operation;
		do {
			start = this.head;
			operation = start.next;
			while (operation != null && operation.isNoReply()) {
				operation = operation.next;
			}
		}
		while (operation == null && start != this.head);
		return operation;
	}

	boolean isEmpty() {
		return this.entered == this.left;
	}

	long entered() {
		return this.entered;
	}

	long length() {
		return this.entered - this.left;
	}

	/** How many bytes of requests, rounded up, have no reply yet. */
	long bytes() {
		return this.bytesEntered - this.bytesLeft;
	}

	/** Whether there is room for it; an empty line has room for anything. */
	boolean hasRoomFor(Operation operation) {
		return isEmpty() || (length() < this.maxOperations && bytes() + operation.maxEncodedLength() <= this.maxBytes);
	}

	/**
	 * Whether the operation without a reply that was just appended needs one behind it.
	 */
	boolean isBarrierDue() {
		this.sinceBarrier++;
		boolean due = this.sinceBarrier >= Math.min(BARRIER_DISTANCE, this.maxOperations / 2)
				|| bytes() >= this.maxBytes / 2;
		this.sinceBarrier = due ? 0 : this.sinceBarrier;
		return due;
	}

	/** Why an operation fails for which there was no room. */
	Failure noRoom() {
		return new Failure(Kind.NO_ROOM,
				"there is no room among the " + this.maxOperations + " operations and " + this.maxBytes
						+ " bytes that may be in flight on a connection (maxInFlightOperations, maxInFlightBytes)",
				null);
	}

	void append(Operation operation) {
		this.bytesEntered = this.bytesEntered + operation.maxEncodedLength();
		this.tail.next = operation;
		this.tail = operation;
		this.entered = this.entered + 1;
	}

	/** Takes the first one out. */
	void removeFirst(Operation first) {
		Operation previous = this.head;
		this.head = first;
		previous.next = null;
		if (this.cleared) {
			this.head = placeholder();
		}
		this.bytesLeft = this.bytesLeft + first.maxEncodedLength();
		this.left = this.left + 1;
	}

	/** Drops those that nobody waits for any more. Only while nobody can read. */
	void dropLost() {
		Operation operation = this.head.next;
		this.head = placeholder();
		this.tail = this.head;
		this.left = this.entered;
		this.bytesLeft = this.bytesEntered;
		while (operation != null) {
			Operation next = operation.next;
			operation.next = null;
			if (!operation.isLost()) {
				append(operation);
			}
			operation = next;
		}
	}

	/**
	 * Lets go of all in it, and each of the others, as no reply can come any more. Under
	 * the mutex.
	 */
	void clear() {
		this.cleared = true;
		Operation operation = this.head;
		this.head = placeholder();
		this.tail = this.head;
		while (operation != null) {
			Operation next = operation.next;
			operation.next = null;
			operation = next;
		}
	}

	/**
	 * Goes through the line while it may be moving on: what is left of it is visited,
	 * some perhaps twice.
	 */
	void forEach(Consumer<Operation> visitor) {
		Operation start;
		do {
			start = this.head;
			for (Operation operation = start.next; operation != null; operation = operation.next) {
				visitor.accept(operation);
			}
		}
		while (start != this.head);
	}

}
