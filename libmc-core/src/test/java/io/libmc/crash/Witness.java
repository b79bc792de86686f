package io.libmc.crash;

import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;

/**
 * A caller beside the one that something is thrown into: it counts and stores under keys
 * of its own, and looks at what it gets. Its calls may fail with a
 * {@link MemcachedException}; anything else is told.
 */
final class Witness implements Runnable {

	/** So that no two have counters or values that could pass for each other's. */
	private static final AtomicLong WITNESSES = new AtomicLong();

	private static final long APART = 1_000_000_000;

	/** So late may memcached execute what came on a connection that was lost. */
	private static final long LATE_NANOS = 500_000_000;

	private final MemcachedClient client;

	private final String name = "witness-" + WITNESSES.incrementAndGet();

	private final Queue<String> wrong;

	private final LongAccumulator longest;

	private volatile boolean over;

	private final AtomicLong answered = new AtomicLong();

	private long calls;

	private long counted = WITNESSES.get() * APART;

	/** How many calls that failed may have counted, or may yet. */
	private long doubts;

	private boolean exists;

	private String stored = "";

	/** Until when an earlier value may overwrite the one stored. */
	private long unsureUntil = System.nanoTime();

	Witness(MemcachedClient client, Queue<String> wrong, LongAccumulator longest) {
		this.client = client;
		this.wrong = wrong;
		this.longest = longest;
	}

	void stop() {
		this.over = true;
	}

	/** How many of its calls brought an answer. */
	long answered() {
		return this.answered.get();
	}

	@Override
	public void run() {
		while (!this.over) {
			long start = System.nanoTime();
			try {
				call();
				this.answered.incrementAndGet();
			}
			catch (MemcachedException ex) {
				Thread.onSpinWait();
			}
			catch (Throwable ex) {
				this.wrong.add("a caller beside got " + CrashRun.describe(ex));
			}
			this.longest.accumulate(System.nanoTime() - start);
		}
	}

	private void call() {
		switch ((int) (this.calls++ % 3)) {
			case 0 -> count();
			case 1 -> store();
			default -> read();
		}
	}

	private void count() {
		if (!this.exists) {
			this.client.set(this.name, this.counted);
			this.exists = true;
		}
		this.doubts++;
		long number = this.client.incr(this.name, 1).orElse(-1);
		long more = number - this.counted;
		if (more < 1 || more > this.doubts) {
			this.wrong.add("WRONG VALUE: incr of " + this.name + " says " + number + " after " + this.counted
					+ ", with " + (this.doubts - 1) + " in doubt");
		}
		this.doubts -= more;
		this.counted = number;
	}

	private void store() {
		String value = valueStart() + this.calls + " " + "x".repeat((int) (this.calls % 300));
		boolean done = false;
		try {
			this.client.set(this.name + "-value", value);
			this.stored = value;
			done = true;
		}
		finally {
			if (!done) {
				this.unsureUntil = Long.MAX_VALUE;
			}
			else if (this.unsureUntil == Long.MAX_VALUE) {
				this.unsureUntil = System.nanoTime() + LATE_NANOS;
			}
		}
	}

	private void read() {
		String value = this.client.get(this.name + "-value");
		boolean sure = this.unsureUntil != Long.MAX_VALUE && System.nanoTime() - this.unsureUntil > 0;
		boolean right = sure ? this.stored.equals(value) : (value == null || value.startsWith(valueStart()));
		if (!right) {
			this.wrong.add("WRONG VALUE: " + this.name + "-value should be " + this.stored + " and is " + value);
		}
	}

	private String valueStart() {
		return this.name + " ";
	}

}
