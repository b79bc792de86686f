package io.libmc.testing;

import java.io.IOException;
import java.time.Duration;
import java.util.Random;

/**
 * What becomes of the bytes of one direction of a connection through {@link FaultProxy}.
 */
@FunctionalInterface
public interface Fault {

	/** Longer than any test. */
	Duration FOREVER = Duration.ofHours(1);

	/**
	 * Does it to a piece, as large or small as the network made it.
	 * @param pump where the piece would go on
	 * @param bytes holds the piece, and may be overwritten
	 * @param count how many bytes it has
	 * @throws IOException if the connection is gone
	 */
	void pass(Pump pump, byte[] bytes, int count) throws IOException;

	/**
	 * Passes everything on.
	 * @return no fault
	 */
	static Fault none() {
		return (pump, bytes, count) -> pump.write(bytes, 0, count);
	}

	/**
	 * Holds each piece for a while, or until another fault is in force.
	 * @param delay for how long
	 * @return a slow network
	 */
	static Fault delay(Duration delay) {
		return (pump, bytes, count) -> {
			pump.awaitChange(delay);
			pump.write(bytes, 0, count);
		};
	}

	/**
	 * Holds each piece until another fault is in force, and then passes it on.
	 * @return a network that has come to a halt
	 */
	static Fault hold() {
		return delay(FOREVER);
	}

	/**
	 * Passes bytes on one by one, as packets of their own.
	 * @return the smallest of pipes
	 */
	static Fault trickle() {
		return (pump, bytes, count) -> {
			for (int i = 0; i < count; i++) {
				pump.write(bytes, i, 1);
			}
		};
	}

	/**
	 * Passes bytes on one by one, with a pause after each until another fault is in
	 * force.
	 * @param pause how long
	 * @return the slowest of pipes
	 */
	static Fault drip(Duration pause) {
		return (pump, bytes, count) -> {
			for (int i = 0; i < count; i++) {
				pump.write(bytes, i, 1);
				if (pump.awaitChange(pause)) {
					pump.write(bytes, i + 1, count - i - 1);
					return;
				}
			}
		};
	}

	/**
	 * Passes nothing on.
	 * @return a network that loses everything
	 */
	static Fault swallow() {
		return (pump, bytes, count) -> {
		};
	}

	/**
	 * Resets the connection.
	 * @return a peer that died
	 */
	static Fault reset() {
		return (pump, bytes, count) -> pump.reset();
	}

	/**
	 * Tells the receiver that no more bytes come, and swallows those that do.
	 * @return a peer that closed its half of the connection
	 */
	static Fault halfClose() {
		return (pump, bytes, count) -> pump.end();
	}

	/**
	 * Changes one bit of each piece.
	 * @param random which bit
	 * @return a network with broken memory
	 */
	static Fault corrupt(Random random) {
		return (pump, bytes, count) -> {
			bytes[random.nextInt(count)] ^= (byte) (1 << random.nextInt(8));
			pump.write(bytes, 0, count);
		};
	}

	/**
	 * Passes each piece on twice.
	 * @return a network that repeats itself
	 */
	static Fault duplicate() {
		return (pump, bytes, count) -> {
			pump.write(bytes, 0, count);
			pump.write(bytes, 0, count);
		};
	}

	/**
	 * Passes the first bytes on and does something to the rest. Counts from when it is
	 * made, on all connections it is used on together: for one connection.
	 * @param bytes how many are passed on
	 * @param then what is done to the rest
	 * @return a fault that begins within a reply
	 */
	static Fault after(int bytes, Fault then) {
		int[] left = { bytes };
		return (pump, piece, count) -> {
			int passed = Math.min(left[0], count);
			left[0] -= passed;
			if (passed > 0) {
				pump.write(piece, 0, passed);
			}
			if (passed < count) {
				System.arraycopy(piece, passed, piece, 0, count - passed);
				then.pass(pump, piece, count - passed);
			}
		};
	}

}
