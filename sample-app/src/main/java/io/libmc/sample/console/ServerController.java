package io.libmc.sample.console;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.libmc.MemcachedClient;
import io.libmc.embedded.EmbeddedMemcached;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.convert.converter.Converter;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * The memcached servers over HTTP. Those that are within this application can be taken
 * down and brought back, to see what it does then.
 */
@RestController
@RequestMapping("/api/servers")
class ServerController {

	private final MemcachedClient memcached;

	private final List<EmbeddedMemcached> embedded;

	/** Since when those are stopped or paused that are. */
	private final Map<Integer, Instant> since = new ConcurrentHashMap<>();

	ServerController(MemcachedClient memcached, ObjectProvider<EmbeddedMemcached> embedded) {
		this.memcached = memcached;
		this.embedded = embedded.stream().toList();
	}

	/** Versions by server; one that does not answer is absent. */
	@GetMapping
	Map<String, String> versions() {
		return this.memcached.version();
	}

	/**
	 * Does something to a server that is within this application.
	 * @param number 1 for the first
	 */
	@PostMapping("/{number}/{action}")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	synchronized void act(@PathVariable int number, @PathVariable Action action) {
		if (this.embedded.isEmpty()) {
			throw new ResponseStatusException(HttpStatus.CONFLICT,
					"The servers are others' (libmc.servers): this application cannot " + action + " them.");
		}
		if (number < 1 || number > this.embedded.size()) {
			throw new ResponseStatusException(HttpStatus.NOT_FOUND,
					"There is no server " + number + ", only 1 to " + this.embedded.size() + ".");
		}
		action.on(this.embedded.get(number - 1));
		if (action == Action.PAUSE || !isRunning(number)) {
			this.since.putIfAbsent(number, Instant.now());
		}
		else {
			this.since.remove(number);
		}
	}

	/**
	 * Whether a server is within this application, so that something can be done to it.
	 */
	boolean isControllable(int number) {
		return number <= this.embedded.size();
	}

	boolean isRunning(int number) {
		return !isControllable(number) || this.embedded.get(number - 1).isRunning();
	}

	boolean isPaused(int number) {
		return this.since.containsKey(number) && isRunning(number);
	}

	/** Since when it is stopped or paused, or {@code null} if it is neither. */
	@Nullable Instant since(int number) {
		return this.since.get(number);
	}

	/** What can be done to a server. */
	enum Action {

		/** It refuses connections, and forgets everything. */
		STOP,

		/** It is there again, and empty. */
		RESTART,

		/** It hangs. */
		PAUSE,

		/** It answers again. */
		RESUME;

		void on(EmbeddedMemcached server) {
			switch (this) {
				case STOP -> server.stop();
				case RESTART -> server.restart();
				case PAUSE -> server.pause();
				case RESUME -> server.resume();
			}
		}

		@Override
		public String toString() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

	/** Lets paths say {@code /servers/1/stop}. */
	@Component
	static class ActionConverter implements Converter<String, Action> {

		@Override
		public Action convert(String name) {
			return Action.valueOf(name.toUpperCase(Locale.ROOT));
		}

	}

}
