package io.libmc.internal.connection;

import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * Whether a server is dead, and who was told. What changes takes effect first and is told
 * then, on a thread of its own: a listener may block or throw, and nobody waits for it.
 * It is told of the changes in their order; those that were undone meanwhile, it is not.
 */
final class Standing {

	private final String server;

	private final Settings settings;

	private final AtomicReference<@Nullable Outage> outage = new AtomicReference<>();

	/** When the last outage ended. */
	private volatile long upSince;

	/** The outage that was told, or null. The teller's own. */
	private volatile @Nullable Outage told;

	private final AtomicBoolean telling = new AtomicBoolean();

	/**
	 * The time from the first failed attempt to the next successful one.
	 *
	 * @param since when the first attempt failed
	 * @param retryAt when the next one may be made
	 * @param reason why the last one failed
	 */
	private record Outage(long since, long retryAt, String reason) {

	}

	Standing(String server, Settings settings) {
		this.server = server;
		this.settings = settings;
	}

	/** Whether no attempt to connect may be made for now. */
	boolean isDead() {
		Outage current = this.outage.get();
		return current != null && current.retryAt() - System.nanoTime() > 0;
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
		long now = System.nanoTime();
		return "the server has been dead for " + millis(now - current.since()) + " ms (" + current.reason()
				+ "); the next attempt to connect is made in " + millis(Math.max(0, current.retryAt() - now))
				+ " ms at the earliest (retryTimeout)";
	}

	/** An attempt to connect has failed. */
	void down(String reason) {
		long now = System.nanoTime();
		this.outage.updateAndGet((before) -> new Outage((before != null) ? before.since() : now,
				now + this.settings.retryNanos(), reason));
		tell();
	}

	/** An attempt to connect has succeeded. */
	void up() {
		if (isDown()) {
			this.upSince = System.nanoTime();
			this.outage.set(null);
			tell();
		}
	}

	private boolean isUntold() {
		return isDown() != (this.told != null);
	}

	/** If there is no thread to be had, the next attempt tells. */
	private void tell() {
		if (!isUntold() || !this.telling.compareAndSet(false, true)) {
			return;
		}
		try {
			Threads.daemon("libmc-" + this.server + "-events", this::run).start();
		}
		catch (Throwable ex) {
			this.telling.set(false);
			Log.log(Level.WARNING, "nobody could be told of " + this.server, ex);
		}
	}

	private void run() {
		try {
			while (isUntold()) {
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
			Log.log(Level.WARNING, "memcached server " + this.server + " is down: " + current.reason()
					+ "; it is retried every " + millis(this.settings.retryNanos()) + " ms");
			this.settings.events().down(this.server, current.reason());
		}
		else if (before != null && current == null) {
			long downFor = this.upSince - before.since();
			Log.log(Level.INFO, "memcached server " + this.server + " is up again after " + millis(downFor) + " ms");
			this.settings.events().up(this.server, downFor);
		}
	}

	private static String millis(long nanos) {
		return Long.toString(nanos / 1_000_000);
	}

}
