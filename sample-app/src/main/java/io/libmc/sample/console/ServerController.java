package io.libmc.sample.console;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.libmc.MemcachedClient;
import io.libmc.embedded.EmbeddedMemcached;

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

	private final Set<Integer> paused = ConcurrentHashMap.newKeySet();

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
	void act(@PathVariable int number, @PathVariable Action action) {
		if (this.embedded.isEmpty()) {
			throw new ResponseStatusException(HttpStatus.CONFLICT,
					"The servers are others' (libmc.servers): this application cannot " + action + " them.");
		}
		if (number < 1 || number > this.embedded.size()) {
			throw new ResponseStatusException(HttpStatus.NOT_FOUND,
					"There is no server " + number + ", only 1 to " + this.embedded.size() + ".");
		}
		action.on(this.embedded.get(number - 1));
		if (action == Action.PAUSE) {
			this.paused.add(number);
		}
		else {
			this.paused.remove(number);
		}
	}

	/**
	 * Whether a server is within this application, so that something can be done to it.
	 */
	boolean isControllable(int number) {
		return number <= this.embedded.size();
	}

	boolean isPaused(int number) {
		return this.paused.contains(number);
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
