package io.libmc.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

import io.libmc.faults.Trouble.Stage;
import io.libmc.testing.FaultProxy;

/**
 * Brings trouble upon servers at random, every 200 ms, for 50 to 800 ms each; one server
 * has one trouble at a time, and nothing keeps all of them from having theirs at once.
 * Only troubles that TCP allows: no byte is changed, repeated or left out with others
 * behind it, so that whatever is wrong with a value is the client's fault.
 */
final class Chaos implements Runnable {

	private static final long EVERY_NANOS = Duration.ofMillis(200).toNanos();

	private static final List<Trouble> TROUBLES = List.of(Trouble.REFUSED, Trouble.CONNECT_UNANSWERED, Trouble.KILLED,
			Trouble.STOPPED, Trouble.REQUESTS_SWALLOWED, Trouble.REPLIES_SWALLOWED, Trouble.REPLIES_HELD,
			Trouble.REPLIES_AFTER_THE_TIMEOUT, Trouble.REPLIES_DRIPPING, Trouble.REPLIES_CUT_IN_THE_VALUE,
			Trouble.REQUESTS_RESET, Trouble.REPLIES_RESET, Trouble.REQUESTS_HALF_CLOSED, Trouble.REPLIES_HALF_CLOSED,
			Trouble.ALL_BYTES_ONE_BY_ONE);

	private final List<Place> places = new ArrayList<>();

	private final Random random;

	private final Map<Trouble, Integer> counts = new EnumMap<>(Trouble.class);

	private volatile boolean over;

	Chaos(List<Stage> stages, long seed) {
		stages.forEach((stage) -> this.places.add(new Place(stage)));
		this.random = new Random(seed);
	}

	@Override
	public void run() {
		for (long next = System.nanoTime(); !this.over; next += EVERY_NANOS) {
			while (!this.over && next - System.nanoTime() > 0) {
				endWhatIsDue(System.nanoTime());
				LockSupport.parkNanos(10_000_000);
			}
			Place place = this.places.get(this.random.nextInt(this.places.size()));
			Trouble trouble = TROUBLES.get(this.random.nextInt(TROUBLES.size()));
			long nanos = Duration.ofMillis(50 + this.random.nextInt(750)).toNanos();
			if (!this.over && place.trouble == null) {
				place.begin(trouble, System.nanoTime() + nanos);
				this.counts.merge(trouble, 1, Integer::sum);
			}
		}
		this.places.forEach(Place::end);
	}

	/** Ends every trouble, soon. */
	void stop() {
		this.over = true;
	}

	/** How often each trouble came. Once the thread that ran it has ended. */
	Map<Trouble, Integer> counts() {
		return this.counts;
	}

	private void endWhatIsDue(long now) {
		for (Place place : this.places) {
			if (place.trouble != null && place.until - now <= 0) {
				place.end();
			}
		}
	}

	/** A server, and the trouble it has. */
	private static final class Place {

		private final Stage stage;

		private Trouble trouble;

		private long until;

		Place(Stage stage) {
			this.stage = stage;
		}

		void begin(Trouble begun, long ends) {
			this.trouble = begun;
			this.until = ends;
			begun.begin(this.stage);
		}

		/** With connections on which bytes are missing, they end. */
		void end() {
			if (this.trouble != null) {
				FaultProxy proxy = this.stage.proxy();
				switch (this.trouble) {
					case REQUESTS_SWALLOWED, REPLIES_SWALLOWED, REPLIES_CUT_IN_THE_VALUE, REQUESTS_HALF_CLOSED,
							REPLIES_HALF_CLOSED ->
						proxy.reset();
					default -> {
					}
				}
				this.trouble.end(this.stage);
				this.trouble = null;
			}
		}

	}

}
