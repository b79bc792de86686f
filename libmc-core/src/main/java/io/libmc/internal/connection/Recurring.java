package io.libmc.internal.connection;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * A warning that many calls may give rise to. It is logged at once, and then once a
 * minute at most, with how many there were in between; those are logged at the level
 * {@code DEBUG}.
 */
public final class Recurring {

	static final Duration PAUSE = Duration.ofMinutes(1);

	private final LongSupplier nanoTime;

	private final AtomicReference<Quiet> quiet;

	public Recurring() {
		this(System::nanoTime);
	}

	Recurring(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
		this.quiet = new AtomicReference<>(new Quiet(nanoTime.getAsLong(), 0));
	}

	/** Warns, unless that was done just now. */
	public void warn(String sentence, Throwable thrown) {
		long now = this.nanoTime.getAsLong();
		Quiet before = this.quiet.getAndUpdate((quiet) -> quiet.after(now));
		if (before.isOver(now)) {
			Log.log(Level.WARNING, (before.unsaid > 0)
					? sentence + " (and " + before.unsaid + " times more since this was last said)" : sentence, thrown);
		}
		else {
			Log.log(Level.DEBUG, sentence, thrown);
		}
	}

	/** Until when nothing is logged, and how many were not. */
	private record Quiet(long until, long unsaid) {

		boolean isOver(long now) {
			return now - this.until >= 0;
		}

		Quiet after(long now) {
			return isOver(now) ? new Quiet(now + PAUSE.toNanos(), 0) : new Quiet(this.until, this.unsaid + 1);
		}

	}

}
