package io.libmc.stampede;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.libmc.LoadPolicy;
import io.libmc.MemcachedClient;
import io.libmc.testing.Caller;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A JVM of its own whose threads all ask for the same key at once. Its loader counts in
 * memcached how often it runs. It ends after a minute at the latest.
 */
final class LoadingProcess implements AutoCloseable {

	private static final Duration LONGEST_LIFE = Duration.ofMinutes(1);

	private final Process process;

	private final BufferedReader output;

	private LoadingProcess(Process process) {
		this.process = process;
		this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
	}

	/**
	 * Starts one, which then waits to be told to {@link #go()}.
	 * @param caller how its threads ask
	 * @param load how long its loader takes
	 * @param lease of the policy, in seconds, as are the two after it
	 */
	static LoadingProcess start(Caller caller, String server, String key, int threads, Duration load, int lease,
			int refreshAhead, int timeToLive) throws IOException {
		ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xshare:auto", "-cp", System.getProperty("java.class.path"), LoadingProcess.class.getName(), server,
				key, String.valueOf(threads), String.valueOf(load.toMillis()), String.valueOf(lease),
				String.valueOf(refreshAhead), String.valueOf(timeToLive), caller.name());
		return new LoadingProcess(builder.redirectError(ProcessBuilder.Redirect.INHERIT).start());
	}

	/** The key under which loads are counted, once there is a number. */
	static String loadsOf(String key) {
		return "loads-of-" + key;
	}

	void await(String line) throws IOException {
		assertThat(this.output.readLine()).isEqualTo(line);
	}

	void go() throws IOException {
		this.process.getOutputStream().write('\n');
		this.process.getOutputStream().flush();
	}

	/** What its callers got, once all have. */
	List<String> values() {
		return this.output.lines()
			.filter((line) -> line.startsWith("value "))
			.map((line) -> line.substring("value ".length()))
			.toList();
	}

	/** Kills it (SIGKILL). */
	void kill() throws InterruptedException {
		this.process.destroyForcibly().waitFor();
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

	/** What the process does. */
	public static void main(String[] args) throws Exception {
		Thread end = new Thread(LoadingProcess::endInTime);
		end.setDaemon(true);
		end.start();
		String key = args[1];
		int threads = Integer.parseInt(args[2]);
		long loadMillis = Long.parseLong(args[3]);
		LoadPolicy policy = LoadPolicy.timeToLive(seconds(args[6]))
			.lease(seconds(args[4]))
			.refreshAhead(seconds(args[5]));
		Caller caller = Caller.valueOf(args[7]);
		ExecutorService callers = Executors.newFixedThreadPool(threads);
		ExecutorService loaders = Executors.newCachedThreadPool();
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(args[0])
			.connectTimeout(Duration.ofSeconds(2))
			.pollTimeout(Duration.ofSeconds(5))
			.build()) {
			client.version();
			CountDownLatch start = new CountDownLatch(1);
			CountDownLatch ended = new CountDownLatch(threads);
			for (int i = 0; i < threads; i++) {
				callers.execute(() -> {
					try {
						start.await();
						System.out.println("value "
								+ caller.getOrLoad(client, key, policy, loaders, () -> load(client, key, loadMillis)));
					}
					catch (Exception ex) {
						throw new IllegalStateException(ex);
					}
					finally {
						ended.countDown();
					}
				});
			}
			System.out.println("ready");
			System.in.read();
			start.countDown();
			ended.await();
		}
		finally {
			callers.shutdown();
			loaders.shutdown();
		}
	}

	private static String load(MemcachedClient client, String key, long millis) throws InterruptedException {
		client.incr(loadsOf(key), 1);
		System.out.println("loading");
		TimeUnit.MILLISECONDS.sleep(millis);
		return "loaded by " + ProcessHandle.current().pid();
	}

	private static Duration seconds(String number) {
		return Duration.ofSeconds(Long.parseLong(number));
	}

	private static void endInTime() {
		try {
			TimeUnit.NANOSECONDS.sleep(LONGEST_LIFE.toNanos());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		Runtime.getRuntime().halt(1);
	}

}
