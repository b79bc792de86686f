package io.libmc.faults;

import java.time.Duration;
import java.util.Random;
import java.util.function.Consumer;

import io.libmc.testing.Fault;
import io.libmc.testing.FaultProxy;
import io.libmc.testing.MemcachedServer;

/**
 * What happens to a server, or on the way to it, and how it ends.
 */
@SuppressWarnings("ImmutableEnumChecker") // what they do changes the stage
enum Trouble {

	REFUSED((stage) -> stage.proxy().refuse()),

	CONNECT_UNANSWERED((stage) -> stage.proxy().ignore()),

	KILLED((stage) -> stage.server().kill(), (stage) -> stage.server().restart()),

	STOPPED((stage) -> stage.server().pause(), (stage) -> stage.server().resume()),

	REQUESTS_SWALLOWED((stage) -> stage.proxy().requests(Fault.swallow())),

	REPLIES_SWALLOWED((stage) -> stage.proxy().replies(Fault.swallow())),

	REPLIES_HELD((stage) -> stage.proxy().replies(Fault.hold())),

	REPLIES_AFTER_THE_TIMEOUT((stage) -> stage.proxy().replies(Fault.delay(stage.poll().multipliedBy(3).dividedBy(2)))),

	REPLIES_DRIPPING((stage) -> stage.proxy().replies(Fault.drip(Duration.ofMillis(5)))),

	REPLIES_CUT_IN_THE_VALUE((stage) -> stage.proxy().replies(Fault.after(50, Fault.swallow()))),

	REQUESTS_RESET((stage) -> stage.proxy().requests(Fault.reset())),

	REPLIES_RESET((stage) -> stage.proxy().replies(Fault.reset())),

	REQUESTS_HALF_CLOSED((stage) -> stage.proxy().requests(Fault.halfClose())),

	REPLIES_HALF_CLOSED((stage) -> stage.proxy().replies(Fault.halfClose())),

	REPLIES_CORRUPTED((stage) -> stage.proxy().replies(Fault.corrupt(new Random(stage.seed())))),

	REPLIES_TWICE((stage) -> stage.proxy().replies(Fault.duplicate())),

	REQUESTS_TWICE((stage) -> stage.proxy().requests(Fault.duplicate())),

	ALL_BYTES_ONE_BY_ONE((stage) -> {
		stage.proxy().requests(Fault.trickle());
		stage.proxy().replies(Fault.trickle());
	});

	private final Consumer<Stage> begin;

	private final Consumer<Stage> end;

	/** Whether it is the server's own, with no proxy between. */
	private final boolean direct;

	/**
	 * Where it happens.
	 *
	 * @param server the server
	 * @param proxy the way to it
	 * @param poll what a caller waits at most
	 * @param seed for what is left to chance
	 */
	record Stage(MemcachedServer server, FaultProxy proxy, Duration poll, long seed) {

	}

	Trouble(Consumer<Stage> begin) {
		this.begin = begin;
		this.end = (stage) -> stage.proxy().heal();
		this.direct = false;
	}

	Trouble(Consumer<Stage> begin, Consumer<Stage> end) {
		this.begin = begin;
		this.end = end;
		this.direct = true;
	}

	void begin(Stage stage) {
		this.begin.accept(stage);
	}

	void end(Stage stage) {
		this.end.accept(stage);
	}

	/** The address at which a client has this trouble. */
	String address(Stage stage) {
		return this.direct ? stage.server().address() : stage.proxy().address();
	}

	/** Whether every call fails, at the latest the second. */
	boolean isTotal() {
		return switch (this) {
			case REPLIES_CORRUPTED, REPLIES_TWICE, REQUESTS_TWICE, ALL_BYTES_ONE_BY_ONE, REPLIES_CUT_IN_THE_VALUE,
					REPLIES_DRIPPING ->
				false;
			default -> true;
		};
	}

}
