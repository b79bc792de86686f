package io.libmc.internal.connection;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A warning that many calls may give rise to. It is logged at once, and then once a
 * minute at most, with how many there were in between; those are logged at the level
 * {@code DEBUG}.
 */
public final class Recurring {

	static final Duration PAUSE = Duration.ofMinutes(1);

	private final LongSupplier nanoTime;

	/** From when on the next one is logged. */
	private final AtomicLong nextAt;

	/** How many were not. */
	private final AtomicLong unsaid = new AtomicLong();

	public Recurring() {
		this(System::nanoTime);
	}

	Recurring(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
		this.nextAt = new AtomicLong(nanoTime.getAsLong());
	}

	/** Warns, unless that was done just now. */
	public void warn(String sentence, Throwable thrown) {
		long next = this.nextAt.get();
		long now = this.nanoTime.getAsLong();
		if (now - next >= 0 && this.nextAt.compareAndSet(next, now + PAUSE.toNanos())) {
			long more = this.unsaid.getAndSet(0);
			Log.log(Level.WARNING,
					(more > 0) ? sentence + " (and " + more + " times more since this was last said)" : sentence,
					thrown);
		}
		else {
			this.unsaid.incrementAndGet();
			Log.log(Level.DEBUG, sentence, thrown);
		}
	}

}
