package io.libmc.sample.console;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.libmc.MemcachedClient;
import io.libmc.ServerSnapshot;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import org.jspecify.annotations.Nullable;

import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * What the page draws.
 */
@RestController
@RequestMapping("/api/console")
class ConsoleController {

	private static final String BOOKS = "books.byId:@L";

	private static final int SECONDS = 60;

	private final MemcachedClient memcached;

	private final ServerController servers;

	private final Outages outages;

	private final Lookups lookups;

	private final Stories stories;

	private final MeterRegistry meters;

	/** The last minute. */
	private final Deque<Moment> history = new ConcurrentLinkedDeque<>();

	private final List<SseEmitter> watchers = new CopyOnWriteArrayList<>();

	private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor((task) -> {
		Thread thread = new Thread(task, "console");
		thread.setDaemon(true);
		return thread;
	});

	private final ScheduledFuture<?> ticking;

	private Counts last;

	ConsoleController(MemcachedClient memcached, ServerController servers, Outages outages, Lookups lookups,
			Stories stories, MeterRegistry meters) {
		this.memcached = memcached;
		this.servers = servers;
		this.outages = outages;
		this.lookups = lookups;
		this.stories = stories;
		this.meters = meters;
		this.last = count();
		this.ticking = this.timer.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
	}

	/**
	 * The ring.
	 *
	 * @param points the servers' points
	 * @param books the books that were opened last
	 */
	record RingView(List<Ring.Point> points, List<Placed> books) {

	}

	/** What lies somewhere on the ring. */
	record Placed(String name, long hash, String server) {

	}

	/**
	 * Where a key lives.
	 *
	 * @param server its server
	 * @param up whether that takes operations
	 * @param next the server that comes after it on the ring, of those that take
	 * operations, or {@code null} if there is none
	 */
	record Place(String key, long hash, String server, boolean up, @Nullable String next) {

	}

	/**
	 * A server.
	 *
	 * @param number 1 for the first
	 * @param up whether the client takes it for one that takes operations
	 * @param reason why it is down, or {@code null} if it is not
	 * @param controllable whether it is within this application
	 * @param running whether it was not taken down here
	 * @param paused whether it was told to hang
	 */
	record Server(int number, String name, double share, boolean up, @Nullable String reason, @Nullable Instant since,
			boolean controllable, boolean running, boolean paused) {

		boolean answers() {
			return this.up && this.running && !this.paused;
		}

	}

	/**
	 * What happened in a second. Times are milliseconds; there is none where nothing was
	 * asked.
	 */
	record Moment(Instant time, @Nullable Double hitRatio, double operations, @Nullable Double lookupP50,
			@Nullable Double lookupP99, @Nullable Double memcachedP50, @Nullable Double memcachedP99, long inFlight) {

	}

	/**
	 * What happened in the last second, and how things stand.
	 *
	 * @param telling whether a story is being told
	 */
	record Live(Moment moment, boolean telling, List<Server> servers) {

	}

	private record Counts(double hits, double misses, double operations) {

	}

	@GetMapping("/ring")
	RingView ring() {
		List<Placed> books = Stream.of(this.lookups.opened()).map((id) -> placed(BOOKS + id)).toList();
		return new RingView(currentRing().points(), books);
	}

	private Placed placed(String key) {
		return new Placed(key, Ring.hash(key), this.memcached.serverFor(key));
	}

	private Ring currentRing() {
		return new Ring(this.memcached.servers().stream().map(ServerSnapshot::name).toList());
	}

	@GetMapping("/key")
	Place place(@RequestParam String key) {
		String server = this.memcached.serverFor(key);
		List<String> answering = servers().stream().filter(Server::answers).map(Server::name).toList();
		long hash = Ring.hash(key);
		return new Place(key, hash, server, answering.contains(server),
				currentRing().serverOf(hash, (other) -> !other.equals(server) && answering.contains(other)));
	}

	@GetMapping("/servers")
	List<Server> servers() {
		List<Server> servers = new ArrayList<>();
		for (ServerSnapshot server : this.memcached.servers()) {
			int number = servers.size() + 1;
			Instant since = this.servers.since(number);
			servers.add(new Server(number, server.name(), server.share(), server.isUp(), server.outage(),
					(since != null) ? since : this.outages.since(server.name()), this.servers.isControllable(number),
					this.servers.isRunning(number), this.servers.isPaused(number)));
		}
		return servers;
	}

	/** What happened in the last minute, and then what happens, every second. */
	@GetMapping("/live")
	SseEmitter watch() throws IOException {
		SseEmitter watcher = new SseEmitter(0L);
		watcher.onCompletion(() -> this.watchers.remove(watcher));
		watcher.onError((ex) -> this.watchers.remove(watcher));
		watcher.send(SseEmitter.event().name("history").data(List.copyOf(this.history)));
		this.watchers.add(watcher);
		return watcher;
	}

	private void tick() {
		Counts now = count();
		Counts before = this.last;
		this.last = now;
		double hits = now.hits - before.hits;
		double asked = hits + now.misses - before.misses;
		Moment moment = new Moment(Instant.now(), (asked > 0) ? hits / asked : null, now.operations - before.operations,
				lookup(0.5), lookup(0.99), percentile(this.outages.answers(), 0.5),
				percentile(this.outages.answers(), 0.99),
				this.memcached.servers().stream().mapToLong(ServerSnapshot::inFlight).sum());
		this.history.add(moment);
		if (this.history.size() > SECONDS) {
			this.history.remove();
		}
		if (!this.watchers.isEmpty()) {
			askAllServers();
		}
		Live live = new Live(moment, this.stories.isTelling(), servers());
		this.watchers.removeIf((watcher) -> !isSent(watcher, live));
	}

	private static boolean isSent(SseEmitter watcher, Live live) {
		try {
			watcher.send(live);
			return true;
		}
		catch (IOException | IllegalStateException ex) {
			return false;
		}
	}

	/**
	 * So that a server that is down, or back, is noticed though nobody wants anything of
	 * it.
	 */
	private void askAllServers() {
		CompletableFuture<?> unused = this.memcached.async().version();
	}

	private Counts count() {
		return new Counts(gets("hit"), gets("miss"), this.outages.answers().count());
	}

	private double gets(String result) {
		return this.meters.find("cache.gets")
			.tag("result", result)
			.functionCounters()
			.stream()
			.mapToDouble(FunctionCounter::count)
			.sum();
	}

	private @Nullable Double lookup(double which) {
		Double longest = null;
		for (Timer lookups : this.meters.find("http.server.requests")
			.tags("method", "GET", "uri", "/api/books/{id}", "status", "200")
			.timers()) {
			Double time = percentile(lookups, which);
			longest = (longest == null || (time != null && time > longest)) ? time : longest;
		}
		return longest;
	}

	private static @Nullable Double percentile(Timer timer, double which) {
		for (ValueAtPercentile value : timer.takeSnapshot().percentileValues()) {
			if (value.percentile() == which && value.value() > 0) {
				return value.value(TimeUnit.MILLISECONDS);
			}
		}
		return null;
	}

	/** Before the web server stops, which waits for requests that are under way. */
	@EventListener(ContextClosedEvent.class)
	void close() {
		this.ticking.cancel(true);
		this.timer.shutdownNow();
		this.watchers.forEach(SseEmitter::complete);
	}

}
