package io.libmc.internal.connection;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Whether a server is dead, and who was told. What changes takes effect first and is told
 * then, on a thread of its own: a listener may block or throw, and nobody waits for it.
 * It is told of the changes in their order; those that were undone meanwhile, it is not.
 * <p>
 * The log is told when a server goes down, and that it is up again once that has lasted:
 * one that goes down again and again is two lines, the second with how often it did. Each
 * change is logged at the level {@code DEBUG}.
 */
final class Standing implements Watched {

	/** How long a server has to be up for that to be a state and not a pause. */
	static final Duration LASTING = Duration.ofSeconds(30);

	/** When to look again whether a thread could be started. */
	private static final long AFTER_TELLING = 1_000_000_000;

	private final String server;

	/** Whether the log is told of it by somebody else. */
	private final boolean quiet;

	private final Settings settings;

	private final Watchdog watchdog;

	private final LongSupplier nanoTime;

	private final AtomicReference<@Nullable Outage> outage = new AtomicReference<>();

	/** When the last outage ended. */
	private volatile long upSince;

	/** The outage that was told, or null. The teller's own. */
	private volatile @Nullable Outage told;

	private final AtomicBoolean telling = new AtomicBoolean();

	private final Recurring unable = new Recurring();

	/** How many outages there were since the log was told of one. The teller's own. */
	private final AtomicInteger outages = new AtomicInteger();

	/** When the first of these began. The teller's own. */
	private long troubledSince;

	/** Whether the watchdog looks whether the server stays up. */
	private final AtomicBoolean watched = new AtomicBoolean();

	private volatile boolean closed;

	/**
	 * The time from the first failed attempt to the next successful one.
	 *
	 * @param since when the first attempt failed
	 * @param retryAt when the next one may be made
	 * @param reason why the last one failed
	 */
	private record Outage(long since, long retryAt, String reason) {

	}

	Standing(Endpoint endpoint, Settings settings, Watchdog watchdog) {
		this(endpoint.name(), endpoint.isUnknown(), settings, watchdog, System::nanoTime);
	}

	Standing(String server, boolean quiet, Settings settings, Watchdog watchdog, LongSupplier nanoTime) {
		this.server = server;
		this.quiet = quiet;
		this.settings = settings;
		this.watchdog = watchdog;
		this.nanoTime = nanoTime;
	}

	/** Whether no attempt to connect may be made for now. */
	boolean isDead() {
		Outage current = this.outage.get();
		return current != null && current.retryAt() - this.nanoTime.getAsLong() > 0;
	}

	/** Whether the last attempt to connect failed. */
	boolean isDown() {
		return this.outage.get() != null;
	}

	/** Why the last attempt to connect failed, or null unless it did. */
	@Nullable String reason() {
		Outage current = this.outage.get();
		return (current != null) ? current.reason() : null;
	}

	/** What operations are told that are not tried. */
	String explanation() {
		Outage current = this.outage.get();
		if (current == null) {
			return "the server is being connected to";
		}
		long now = this.nanoTime.getAsLong();
		return "the server has been dead for " + millis(now - current.since()) + " ms (" + current.reason()
				+ "); the next attempt to connect is made in " + millis(Math.max(0, current.retryAt() - now))
				+ " ms at the earliest (retryTimeout)";
	}

	/** An attempt to connect has failed. */
	void down(String reason) {
		long now = this.nanoTime.getAsLong();
		boolean wasUp = !isDown();
		if (wasUp) {
			// before anybody can see it
			this.settings.events().goesDown();
		}
		Outage before = this.outage.getAndUpdate(
				(last) -> new Outage((last != null) ? last.since() : now, now + this.settings.retryNanos(), reason));
		if (before == null && !wasUp) {
			this.settings.events().goesDown();
		}
		tell();
	}

	/** An attempt to connect has succeeded. */
	void up() {
		if (isDown()) {
			this.upSince = this.nanoTime.getAsLong();
			this.outage.set(null);
			tell();
		}
	}

	private boolean isUntold() {
		return isDown() != (this.told != null);
	}

	/** Whether the server has been up long enough for the log. */
	private boolean hasRecovered() {
		return this.outages.get() > 0 && !isDown() && this.nanoTime.getAsLong() - this.upSince >= LASTING.toNanos();
	}

	private boolean hasToTell() {
		return isUntold() || hasRecovered();
	}

	/** If there is no thread to be had, the next attempt tells. */
	private void tell() {
		if (!hasToTell() || !this.telling.compareAndSet(false, true)) {
			return;
		}
		try {
			Threads.daemon("libmc-" + this.server + "-events", this::run).start();
		}
		catch (Throwable ex) {
			this.telling.set(false);
			this.unable.warn("nobody could be told of " + this.server, ex);
		}
	}

	private void run() {
		try {
			while (hasToTell()) {
				tellOne();
			}
		}
		catch (Throwable ex) {
			Log.log(Level.WARNING, "telling of " + this.server + " failed", ex);
		}
		finally {
			this.telling.set(false);
		}
		// one may have come just then
		tell();
	}

	private void tellOne() {
		Outage before = this.told;
		Outage current = this.outage.get();
		this.told = current;
		if (before == null && current != null) {
			wentDown(current);
			this.settings.events().down(this.server, current.reason());
		}
		else if (before != null && current == null) {
			long downFor = this.upSince - before.since();
			Log.log(Level.DEBUG, "memcached server " + this.server + " is up after " + millis(downFor) + " ms");
			this.settings.events().up(this.server, downFor);
			awaitRecovery();
		}
		else if (hasRecovered()) {
			recovered();
		}
	}

	private void wentDown(Outage current) {
		boolean first = this.outages.getAndIncrement() == 0;
		if (first) {
			this.troubledSince = current.since();
		}
		Log.log((first && !this.quiet) ? Level.WARNING : Level.DEBUG, "memcached server " + this.server + " is down: "
				+ current.reason() + "; it is retried every " + millis(this.settings.retryNanos()) + " ms");
	}

	private void recovered() {
		int times = this.outages.getAndSet(0);
		String trouble = millis(this.upSince - this.troubledSince) + " ms"
				+ ((times > 1) ? ", in which it went down " + times + " times" : "");
		Log.log(Level.INFO, "memcached server " + this.server + " is up again after " + trouble + ", and has been for "
				+ LASTING.toSeconds() + " s");
	}

	/** The watchdog's part: no operation may come that would find it out. */
	private void awaitRecovery() {
		if (!this.closed && this.watched.compareAndSet(false, true)) {
			try {
				this.watchdog.add(this);
			}
			catch (Throwable ex) {
				this.watched.set(false);
				throw ex;
			}
		}
	}

	@Override
	public long check(long now) {
		if (this.closed || this.outages.get() == 0 || isDown()) {
			this.watched.set(false);
			return GONE;
		}
		long left = this.upSince + LASTING.toNanos() - this.nanoTime.getAsLong();
		if (left > 0) {
			return left;
		}
		tell();
		return AFTER_TELLING;
	}

	/** Whether the server stays up is nobody's affair any more. */
	@Override
	public void close() {
		this.closed = true;
	}

	private static String millis(long nanos) {
		return Long.toString(nanos / 1_000_000);
	}

}
