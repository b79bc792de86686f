package io.libmc.stampede;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.libmc.LoadPolicy;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedClientBuilder;
import io.libmc.MemcachedListener;
import io.libmc.MemcachedServerException;
import io.libmc.MetaGet;
import io.libmc.MetaReply;
import io.libmc.testing.Caller;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Without meta commands: a real proxy that has none.
 */
@Timeout(60)
@Memcached(servers = 3)
@EnabledIf(value = "io.libmc.stampede.Twemproxy#isThere",
		disabledReason = "there is no twemproxy (nutcracker) on the PATH; ./test gets it where apt can")
class TwemproxyTest {

	private static final LoadPolicy POLICY = LoadPolicy.timeToLive(Duration.ofMinutes(5));

	private static final int QUESTIONS = 2;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final List<MemcachedClient> clients = new ArrayList<>();

	private final AtomicInteger loads = new AtomicInteger();

	private final AtomicInteger questions = new AtomicInteger();

	private Twemproxy proxy;

	@BeforeEach
	void start(List<MemcachedServer> servers, @TempDir Path directory) throws Exception {
		this.proxy = Twemproxy.before(servers, directory);
		for (int i = 0; i < 4; i++) {
			this.clients.add(builder(this.proxy).build());
		}
	}

	@AfterEach
	void close() {
		this.threads.shutdownNow();
		this.clients.forEach(MemcachedClient::close);
		this.proxy.close();
	}

	@ParameterizedTest
	@EnumSource
	void ofManyCallersInSeveralProcessesOneLoadsAndAllGetItsValue(Caller caller) throws Exception {
		CyclicBarrier start = new CyclicBarrier(200);
		List<Future<String>> calls = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			MemcachedClient client = this.clients.get(i % 4);
			calls.add(this.threads.submit(() -> {
				start.await();
				return caller.<String>getOrLoad(client, "k", POLICY, this.threads, this::load);
			}));
		}
		for (Future<String> call : calls) {
			assertThat(call.get(20, TimeUnit.SECONDS)).isEqualTo("value 1");
		}
		assertThat(this.loads).hasValue(1);
	}

	@ParameterizedTest
	@EnumSource
	void theProxyIsAskedForMetaCommandsOnceByEachClientUntilItQuitsAndServesEverythingElse(Caller caller)
			throws Exception {
		MemcachedClient client = this.clients.get(0);
		client.set("k", "v");
		for (int i = 0; i < 5; i++) {
			assertThat(client.meta().get("k", MetaGet.VALUE).status()).isEqualTo(MetaReply.Status.UNSUPPORTED);
			assertThat(client.meta().noop("k").status()).isEqualTo(MetaReply.Status.UNSUPPORTED);
			assertThat(client.get("k", String.class)).isEqualTo("v");
			assertThat(caller.<String>getOrLoad(client, "k", POLICY, TwemproxyTest::unexpected)).isEqualTo("v");
		}
		assertThat(this.questions).hasValue(QUESTIONS);
		assertThat(caller.<String>getOrLoad(this.clients.get(1), "k", POLICY, TwemproxyTest::unexpected))
			.isEqualTo("v");
		assertThat(this.questions).hasValue(2 * QUESTIONS);
		client.quit();
		assertThat(client.meta().noop("k").status()).isEqualTo(MetaReply.Status.UNSUPPORTED);
		assertThat(this.questions).hasValue(3 * QUESTIONS);
	}

	@ParameterizedTest
	@EnumSource
	void winnerThatDiedIsReplacedWhenItsLockExpires(Caller caller) throws Exception {
		this.clients.get(1).add("k/lock", 1, Duration.ofSeconds(1));
		long start = System.nanoTime();
		assertThat(caller.<String>getOrLoad(this.clients.get(0), "k", POLICY, this.threads, this::load))
			.isEqualTo("value 1");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
	}

	@ParameterizedTest
	@EnumSource
	void whatIsTakenBackIsGoneAtOnceAndNothingIsRefreshedAhead(Caller caller) throws Exception {
		LoadPolicy policy = POLICY.refreshAhead(Duration.ofMinutes(5).minusSeconds(1)).staleFor(Duration.ofMinutes(1));
		MemcachedClient client = this.clients.get(0);
		caller.getOrLoad(client, "k", policy, this.threads, this::load);
		client.touch("k", Duration.ofSeconds(10));
		assertThat(caller.<String>getOrLoad(this.clients.get(1), "k", policy, TwemproxyTest::unexpected))
			.isEqualTo("value 1");
		assertThat(caller.invalidate(client, "k", policy)).isTrue();
		assertThat(client.get("k", String.class)).isNull();
		assertThat(caller.<String>getOrLoad(client, "k", policy, this.threads, this::load)).isEqualTo("value 2");
	}

	/**
	 * Gets that come together share a command, and the proxy answers server by server
	 * rather than in the order of the keys.
	 */
	@Test
	void concurrentGetsEachGetTheirOwnValueInWhateverOrderTheProxyAnswers() throws Exception {
		MemcachedClient client = this.clients.get(0);
		for (int i = 0; i < 64; i += 2) {
			client.set("key" + i, i);
		}
		long before = client.servers().get(0).bytesWritten();
		List<Future<Void>> calls = new ArrayList<>();
		for (int i = 0; i < 64; i++) {
			int number = i;
			calls.add(this.threads.submit(() -> {
				for (int j = 0; j < 500; j++) {
					int other = (number + j) % 64;
					assertThat(client.get("key" + other, Integer.class)).isEqualTo((other % 2 == 0) ? other : null);
				}
				return null;
			}));
		}
		for (Future<Void> call : calls) {
			call.get(30, TimeUnit.SECONDS);
		}
		assertThat(client.servers().get(0).bytesWritten() - before).as("sharing saves five bytes a get")
			.isLessThan(500 * (64 * "get key10\r\n".length() - 10) - 10_000);
	}

	/**
	 * The proxy answers a command with an error as soon as one of its keys cannot be
	 * read. Whoever shared it is not to suffer; what else was under way on the connection
	 * that is given up then is what {@code maxRetries} is for.
	 */
	@Test
	void concurrentGetsOnHealthyServersBehindTheProxyDoNotFailForADeadOne(@TempDir Path directory) throws Exception {
		try (MemcachedServer healthy = MemcachedServer.start();
				MemcachedServer dead = MemcachedServer.start();
				Twemproxy both = Twemproxy.before(List.of(healthy, dead), directory);
				MemcachedClient client = builder(both).maxRetries(1).build()) {
			for (int i = 0; i < 64; i++) {
				client.set("key" + i, i);
			}
			dead.kill();
			Set<Integer> lost = new HashSet<>();
			for (int i = 0; i < 64; i++) {
				if (!isThere(client, i)) {
					lost.add(i);
				}
			}
			assertThat(lost).hasSizeBetween(1, 63);
			List<Future<Void>> calls = new ArrayList<>();
			for (int i = 0; i < 64; i++) {
				int number = i;
				calls.add(this.threads.submit(() -> {
					for (int j = 0; j < 100; j++) {
						int other = (number + j) % 64;
						assertThat(isThere(client, other)).isEqualTo(!lost.contains(other));
					}
					return null;
				}));
			}
			for (Future<Void> call : calls) {
				call.get(30, TimeUnit.SECONDS);
			}
		}
	}

	private static boolean isThere(MemcachedClient client, int number) {
		try {
			assertThat(client.get("key" + number, Integer.class)).isEqualTo(number);
			return true;
		}
		catch (MemcachedServerException ex) {
			return false;
		}
	}

	private String load() throws InterruptedException {
		int number = this.loads.incrementAndGet();
		TimeUnit.MILLISECONDS.sleep(300);
		return "value " + number;
	}

	private static <T> T unexpected() {
		throw new AssertionError("nobody should load");
	}

	private MemcachedClientBuilder builder(Twemproxy asked) {
		return MemcachedClient.builder()
			.servers(asked.address())
			.connectTimeout(Duration.ofSeconds(1))
			.pollTimeout(Duration.ofSeconds(5))
			.listener(new MemcachedListener() {

				@Override
				public @Nullable Object operationStarted(String command, String server) {
					if (command.equals("mn")) {
						TwemproxyTest.this.questions.incrementAndGet();
					}
					return null;
				}

			});
	}

}
