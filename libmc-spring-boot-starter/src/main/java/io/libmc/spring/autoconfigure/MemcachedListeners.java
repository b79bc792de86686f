package io.libmc.spring.autoconfigure;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.libmc.MemcachedListener;

/**
 * Several listeners as one.
 */
final class MemcachedListeners implements MemcachedListener {

	private final MemcachedListener[] listeners;

	MemcachedListeners(List<MemcachedListener> listeners) {
		this.listeners = listeners.toArray(MemcachedListener[]::new);
	}

	@Override
	public @Nullable Object operationStarted(String command, String server) {
		@Nullable Object[] started = null;
		for (int i = 0; i < this.listeners.length; i++) {
			Object own = this.listeners[i].operationStarted(command, server);
			if (own != null) {
				started = (started != null) ? started : new Object[this.listeners.length];
				started[i] = own;
			}
		}
		return started;
	}

	@Override
	public void operationStopped(String command, String server, Outcome outcome, Duration elapsed,
			@Nullable Object started) {
		@Nullable Object[] each = (@Nullable Object[]) started;
		for (int i = 0; i < this.listeners.length; i++) {
			this.listeners[i].operationStopped(command, server, outcome, elapsed, (each != null) ? each[i] : null);
		}
	}

	@Override
	public void loadEnded(LoadOutcome outcome) {
		for (MemcachedListener listener : this.listeners) {
			listener.loadEnded(outcome);
		}
	}

	@Override
	public void serverDown(String server, String reason) {
		for (MemcachedListener listener : this.listeners) {
			listener.serverDown(server, reason);
		}
	}

	@Override
	public void serverUp(String server, Duration downFor) {
		for (MemcachedListener listener : this.listeners) {
			listener.serverUp(server, downFor);
		}
	}

	@Override
	public void serversAsked(ListOutcome outcome, Duration elapsed) {
		for (MemcachedListener listener : this.listeners) {
			listener.serversAsked(outcome, elapsed);
		}
	}

	@Override
	public void serversChanged(List<String> servers) {
		for (MemcachedListener listener : this.listeners) {
			listener.serversChanged(servers);
		}
	}

}
