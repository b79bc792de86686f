package io.libmc.sample.console;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

import io.libmc.LoadPolicy;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.sample.console.Callers.Call;
import io.libmc.sample.console.Callers.How;
import io.libmc.sample.console.Callers.Query;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.convert.converter.Converter;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

import io.libmc.sample.SampleProperties;
import io.libmc.spring.autoconfigure.LibmcConnectionDetails;

/**
 * What happens to 200 callers of one value: when it is missing, when it expires, when it
 * is evicted and when the process that loads it dies. Each story can be told without what
 * protects from it.
 */
@RestController
@RequestMapping("/api/stories")
class Stories implements DisposableBean {

	static final Duration LONG = Duration.ofMinutes(10);

	private static final int CALLERS = 200;

	private static final Duration LEASE = Duration.ofSeconds(2);

	private final MemcachedClient memcached;

	private final List<String> servers;

	private final Duration slowQuery;

	private final Callers callers;

	private final ExecutorService threads = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "story");
		thread.setDaemon(true);
		return thread;
	});

	private final AtomicInteger told = new AtomicInteger();

	/** Fair, so that stories are told in the order they were wanted in. */
	private final ReentrantLock telling = new ReentrantLock(true);

	private volatile @Nullable Outcome latest;

	private volatile @Nullable OtherProcess other;

	Stories(MemcachedClient memcached, LibmcConnectionDetails connection, SampleProperties properties) {
		this.memcached = memcached;
		this.servers = connection.getServers();
		this.slowQuery = properties.slowQuery();
		this.callers = new Callers(memcached, this.slowQuery);
	}

	/** One load in the cluster for a missing value. */
	static LoadPolicy protection() {
		return LoadPolicy.timeToLive(LONG);
	}

	/** What is told. */
	enum Story {

		STAMPEDE, EXPIRY, EVICTION, KILL

	}

	/**
	 * What came of it.
	 *
	 * @param loads how often the database was asked
	 * @param waits how many callers did not get the value at once
	 * @param slowest how long the slowest took, in milliseconds
	 * @param inWords the same as a sentence
	 */
	record Outcome(List<Call> calls, long loads, long waits, long slowest, String inWords) {

	}

	boolean isTelling() {
		return this.telling.isLocked();
	}

	/** What came of the latest story, or nothing. */
	@GetMapping("/latest")
	ResponseEntity<Outcome> latest() {
		Outcome outcome = this.latest;
		return (outcome != null) ? ResponseEntity.ok(outcome) : ResponseEntity.noContent().build();
	}

	/** Tells one, after those that are being told. */
	@PostMapping("/{story}")
	Outcome tell(@PathVariable Story story,
			@RequestParam(name = "protected", defaultValue = "true") boolean isProtected) throws InterruptedException {
		this.telling.lockInterruptibly();
		try {
			this.latest = null;
			String key = "story:" + this.told.incrementAndGet();
			List<Call> calls = new ArrayList<>(switch (story) {
				case STAMPEDE -> stampede(key, isProtected);
				case EXPIRY -> expiry(key, isProtected);
				case EVICTION -> eviction(key, isProtected);
				case KILL -> kill(key);
			});
			calls.sort(Comparator.comparingLong(Call::start));
			Outcome outcome = outcome(story, isProtected, calls, this.memcached.serverFor(key));
			this.latest = outcome;
			return outcome;
		}
		catch (IOException ex) {
			throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE,
					"The story could not be told: " + ex.getMessage() + ".", ex);
		}
		finally {
			this.telling.unlock();
		}
	}

	/** A value is missing, and callers of two processes want it at once. */
	private List<Call> stampede(String key, boolean isProtected) throws IOException {
		OtherProcess process = other();
		long begin = soon();
		process.ask(key, "new", isProtected, CALLERS / 2, begin);
		Query query = new Query(key, "new", isProtected ? protection() : null, LONG);
		List<Call> calls = new ArrayList<>(this.callers.ask(query, CALLERS / 2, begin, Duration.ZERO, 1));
		calls.addAll(process.calls());
		return calls;
	}

	/** A value expires while callers come one after the other. */
	private List<Call> expiry(String key, boolean isProtected) {
		LoadPolicy policy = LoadPolicy.timeToLive(Duration.ofSeconds(4));
		LoadPolicy protection = isProtected ? policy.refreshAhead(Duration.ofSeconds(1)) : policy;
		this.memcached.getOrLoad(key, protection, () -> "new");
		return this.callers.ask(new Query(key, "new", protection, LONG), CALLERS, soon(), Duration.ofMillis(20), 1);
	}

	/** A value is evicted while callers come one after the other. */
	private List<Call> eviction(String key, boolean isProtected) {
		LoadPolicy policy = isProtected ? protection().staleFor(Duration.ofSeconds(30)) : protection();
		this.memcached.getOrLoad(key, policy, () -> "old");
		CompletableFuture<Long> evicting = CompletableFuture.supplyAsync(() -> {
			long now = Callers.now();
			try {
				this.memcached.invalidate(key, policy);
			}
			catch (MemcachedException ex) {
				// as the callers will see
			}
			return now;
		}, CompletableFuture.delayedExecutor(700, TimeUnit.MILLISECONDS, this.threads));
		List<Call> calls = this.callers.ask(new Query(key, "new", policy, LONG), CALLERS, soon(), Duration.ofMillis(10),
				1);
		long evicted = evicting.join();
		return calls.stream().map((call) -> (call.start() < evicted) ? call.found() : call).toList();
	}

	/** The process that loads a value is killed while the callers wait for it. */
	private List<Call> kill(String key) throws IOException {
		OtherProcess process = other();
		process.load(key, LEASE);
		CompletableFuture<Void> killing = CompletableFuture.runAsync(process::kill,
				CompletableFuture.delayedExecutor(700, TimeUnit.MILLISECONDS, this.threads));
		this.other = null;
		Query query = new Query(key, "new", protection().lease(LEASE), LONG);
		List<Call> calls = this.callers.ask(query, CALLERS, soon(), Duration.ZERO, 1);
		killing.join();
		return calls;
	}

	/** When all callers are there. */
	private static long soon() {
		return Callers.now() + 300_000;
	}

	private OtherProcess other() throws IOException {
		OtherProcess present = this.other;
		if (present == null || !present.isAlive()) {
			present = OtherProcess.start(this.servers, this.slowQuery);
			this.other = present;
		}
		return present;
	}

	private static Outcome outcome(Story story, boolean isProtected, List<Call> calls, String server) {
		long failed = count(calls, How.FAILED);
		long loads = count(calls, How.LOADED) + failed;
		long waits = count(calls, How.WAITED) + loads;
		long slowest = calls.stream().mapToLong((call) -> call.end() - call.start()).max().orElse(0) / 1000;
		String queries = (loads == 1) ? "The database was asked once" : "The database was asked " + loads + " times";
		String facts = switch (story) {
			case STAMPEDE -> queries + " for " + calls.size() + " callers in two processes. ";
			case EXPIRY, EVICTION -> queries + ", and " + people(waits) + " waited for it. ";
			case KILL ->
				queries + " after the process that was loading had been killed. The slowest got its value after "
						+ slowest + " ms. ";
		};
		String why = (failed == 0) ? why(story, isProtected)
				: "The value lives on " + server + ", which " + people(failed)
						+ " could not reach: that was a query each"
						+ ((waits > loads) ? ", whose answer others in their process got." : ".");
		return new Outcome(calls, loads, waits, slowest, facts + why);
	}

	private static String why(Story story, boolean isProtected) {
		return switch (story) {
			case STAMPEDE -> isProtected ? "One loads, all others get its value." : "Nothing tells them of each other.";
			case EXPIRY ->
				isProtected ? "The value is loaded anew before it expires, by one; the others get the present one."
						: "All who come while it is loaded wait.";
			case EVICTION -> isProtected ? "Until the new value is there, the others get the old one."
					: "All who come meanwhile wait.";
			case KILL -> "Its lease of " + LEASE.toSeconds() + " s ends, and one of those who wait takes over.";
		};
	}

	private static String people(long number) {
		return (number == 1) ? "1 caller" : number + " callers";
	}

	private static long count(List<Call> calls, How how) {
		return calls.stream().filter((call) -> call.how() == how).count();
	}

	@Override
	public void destroy() {
		this.threads.shutdownNow();
		if (this.other != null) {
			this.other.close();
		}
	}

	/** Lets paths say {@code /stories/stampede}. */
	@Component
	static class StoryConverter implements Converter<String, Story> {

		@Override
		public Story convert(String name) {
			return Story.valueOf(name.toUpperCase(Locale.ROOT));
		}

	}

}
