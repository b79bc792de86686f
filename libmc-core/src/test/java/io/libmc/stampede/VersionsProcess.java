package io.libmc.stampede;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.libmc.LoadPolicy;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.testing.Caller;

/**
 * A JVM of its own that changes versions, takes back what is cached of them, and reads
 * them through the cache. It says which reads returned a version that had been taken back
 * before they began. It ends when the versions say that it is over, and after ten minutes
 * at the latest.
 */
final class VersionsProcess implements AutoCloseable {

	private static final LoadPolicy POLICY = LoadPolicy.timeToLive(Duration.ofMinutes(5))
		.lease(Duration.ofSeconds(2))
		.wait(Duration.ofSeconds(2));

	private static final int READERS = 6;

	private static final int LONGEST_LIFE_MINUTES = 10;

	private final Process process;

	/** How often what was said. */
	private final Map<String, Long> counts = new ConcurrentHashMap<>();

	private final List<String> violations = new ArrayList<>();

	private final Thread listening;

	private VersionsProcess(Process process) {
		this.process = process;
		this.listening = new Thread(this::listen, "listening to process " + process.pid());
		this.listening.setDaemon(true);
		this.listening.start();
	}

	static VersionsProcess start(Path versions, int number, List<String> servers) throws IOException {
		ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xshare:auto", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
				VersionsProcess.class.getName(), versions.toString(), String.valueOf(number),
				String.join(",", servers));
		return new VersionsProcess(builder.redirectError(ProcessBuilder.Redirect.INHERIT).start());
	}

	private void listen() {
		try (BufferedReader said = new BufferedReader(
				new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8))) {
			for (String line = said.readLine(); line != null; line = said.readLine()) {
				int space = line.indexOf(' ');
				if (line.startsWith("violation ")) {
					synchronized (this.violations) {
						this.violations.add(line);
					}
				}
				else if (space > 0) {
					this.counts.merge(line.substring(0, space), Long.parseLong(line.substring(space + 1)), Long::sum);
				}
			}
		}
		catch (IOException ex) {
			// it was killed
		}
	}

	List<String> violations() {
		synchronized (this.violations) {
			return List.copyOf(this.violations);
		}
	}

	long count(String what) {
		return this.counts.getOrDefault(what, 0L);
	}

	void awaitEnd() throws InterruptedException {
		if (!this.process.waitFor(30, TimeUnit.SECONDS)) {
			this.process.destroyForcibly();
		}
		this.listening.join(TimeUnit.SECONDS.toMillis(10));
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

	/** What the process does. */
	public static void main(String[] args) throws Exception {
		Thread end = new Thread(VersionsProcess::endInTime);
		end.setDaemon(true);
		end.start();
		Versions versions = new Versions(Path.of(args[0]));
		List<String> servers = List.of(args[2].split(",", -1));
		ExecutorService threads = Executors.newCachedThreadPool();
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(servers)
			.failover(true)
			.connectTimeout(Duration.ofSeconds(1))
			.pollTimeout(Duration.ofSeconds(1))
			.retryTimeout(Duration.ofMillis(100))
			.build()) {
			new Work(versions, Integer.parseInt(args[1]), client, threads).run(servers);
		}
		threads.shutdownNow();
	}

	private static void endInTime() {
		try {
			TimeUnit.MINUTES.sleep(LONGEST_LIFE_MINUTES);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		Runtime.getRuntime().halt(1);
	}

	/** What its threads do. */
	private record Work(Versions versions, int number, MemcachedClient client, ExecutorService threads,
			AtomicLong reads, AtomicLong loads, AtomicLong changes) {

		Work(Versions versions, int number, MemcachedClient client, ExecutorService threads) {
			this(versions, number, client, threads, new AtomicLong(), new AtomicLong(), new AtomicLong());
		}

		void run(List<String> servers) throws Exception {
			List<Thread> workers = new ArrayList<>();
			workers.add(new Thread(this::change));
			for (int i = 0; i < READERS; i++) {
				Caller caller = (i % 2 == 0) ? Caller.BLOCKING : Caller.ASYNC;
				workers.add(new Thread(() -> read(caller)));
			}
			workers.forEach(Thread::start);
			List<String> keys = servers.stream().map(this::keyOf).toList();
			while (!this.versions.isOver()) {
				long alive = 0;
				for (int i = 0; i < servers.size(); i++) {
					alive += servers.get(i).equals(this.client.liveServerFor(keys.get(i))) ? 1 : 0;
				}
				this.versions.alive(this.number, alive);
				TimeUnit.MILLISECONDS.sleep(20);
				if (ThreadLocalRandom.current().nextInt(20) == 0) {
					this.client.quit();
				}
			}
			for (Thread worker : workers) {
				worker.join();
			}
			System.out.println("reads " + this.reads);
			System.out.println("loads " + this.loads);
			System.out.println("changes " + this.changes);
		}

		private String keyOf(String server) {
			int i = 0;
			while (!this.client.serverFor("probe-" + i).equals(server)) {
				i++;
			}
			return "probe-" + i;
		}

		private void change() {
			while (!this.versions.isOver()) {
				boolean stopped = this.versions.areChangesStopped();
				this.versions.idle(this.number, stopped);
				if (!stopped) {
					int key = ThreadLocalRandom.current().nextInt(Versions.KEYS);
					long version = this.versions.change(key);
					if (takeBack(key)) {
						this.versions.takenBack(key, version);
						this.changes.incrementAndGet();
					}
				}
				pause(10);
			}
		}

		/** Once it was answered, whatever was cached before is taken back. */
		private boolean takeBack(int key) {
			try {
				this.client.invalidate("key-" + key, Duration.ZERO);
				return true;
			}
			catch (MemcachedException ex) {
				return false;
			}
		}

		private void read(Caller caller) {
			while (!this.versions.isOver()) {
				int key = ThreadLocalRandom.current().nextInt(Versions.KEYS);
				boolean loads = ThreadLocalRandom.current().nextInt(4) != 0;
				long oldest = this.versions.oldest(key);
				Long version;
				try {
					version = loads
							? caller.<Long>getOrLoad(this.client, "key-" + key, POLICY, this.threads, () -> load(key))
							: caller.<Long>get(this.client, "key-" + key, POLICY);
				}
				catch (MemcachedException ex) {
					continue;
				}
				catch (Exception ex) {
					System.out.println("violation of key " + key + ": " + ex);
					continue;
				}
				this.reads.incrementAndGet();
				if (version != null && version < oldest) {
					System.out.println(
							"violation of key " + key + ": " + (loads ? "loaded " : "read ") + version + ", though "
									+ oldest + " had been taken back, by " + caller + " in process " + this.number);
				}
			}
		}

		private Long load(int key) {
			this.loads.incrementAndGet();
			long version = this.versions.latest(key);
			pause(ThreadLocalRandom.current().nextInt(10) == 0 ? 200 : 10);
			return version;
		}

		private static void pause(int most) {
			try {
				TimeUnit.MICROSECONDS.sleep(ThreadLocalRandom.current().nextInt(most * 1000));
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

}
