package io.libmc;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.libmc.codec.EncodedValue;
import io.libmc.codec.Transcoder;
import io.libmc.testing.Caller;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.ScriptedServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What neither the application's own code, where a load runs it, nor anything beside a
 * load may cost its callers.
 */
@Timeout(60)
@Memcached
class LoadFaultsTest {

	private static final LoadPolicy POLICY = LoadPolicy.timeToLive(Duration.ofMinutes(5));

	private static final Duration SOON = Duration.ofSeconds(2);

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private MemcachedClient mine;

	@BeforeEach
	void connect(MemcachedServer server) {
		this.mine = client(server.address());
	}

	@AfterEach
	void close() {
		this.mine.close();
		this.threads.shutdownNow();
	}

	@ParameterizedTest
	@EnumSource
	void aValueThatCannotBeEncodedForAnErrorIsItsCallers(Caller caller) throws Exception {
		MemcachedClient failing = this.mine.withTranscoder(new Transcoder() {

			@Override
			public EncodedValue encode(Object value) {
				throw new StackOverflowError();
			}

			@Override
			public Object decode(int flags, byte[] bytes) {
				return bytes;
			}

		});
		assertThat(caller.<String>getOrLoad(failing, "k", POLICY, () -> "loaded")).isEqualTo("loaded");
		assertThat(this.mine.getRaw("k")).as("no placeholder is left").isNull();
	}

	@ParameterizedTest
	@EnumSource
	void aCheckMayAskForItsOwnKey(Caller caller) throws Exception {
		this.mine.set("k", "old");
		LoadPolicy curious = POLICY.accepting((value) -> CompletableFuture.completedFuture(
				!"old".equals(this.mine.<String>getOrLoad("k", POLICY.wait(Duration.ofMinutes(5)), () -> "old"))));
		long start = System.nanoTime();
		assertThat(caller.<String>getOrLoad(this.mine, "k", curious, () -> "new")).isEqualTo("new");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
	}

	@Test
	void blockingFollowersOfAnAsynchronousLoadThatFailsGetAnExceptionTheyCanExpect() throws Exception {
		CompletableFuture<String> source = new CompletableFuture<>();
		CountDownLatch loading = new CountDownLatch(1);
		CompletableFuture<String> leader = this.mine.async().getOrLoad("k", POLICY, () -> {
			loading.countDown();
			return source;
		});
		loading.await();
		CountDownLatch missed = new CountDownLatch(1);
		Future<String> follower = this.threads
			.submit(() -> this.mine.getOrLoad("k", POLICY.listener(new LoadListener() {

				@Override
				public void missed() {
					missed.countDown();
				}

			}), () -> "own"));
		missed.await();
		source.completeExceptionally(new IOException("disk"));
		assertThatExceptionOfType(java.util.concurrent.ExecutionException.class)
			.isThrownBy(() -> follower.get(5, TimeUnit.SECONDS))
			.withCauseInstanceOf(LoadException.class)
			.havingRootCause()
			.isInstanceOf(IOException.class);
		assertThat(leader).failsWithin(Duration.ofSeconds(5));
	}

	@ParameterizedTest
	@EnumSource
	void aBadKeyBesideIsFoundAtOnce(Caller caller) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> caller.getOrLoad(this.mine, "k", POLICY.beside("a b"), () -> "v"));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.mine.async().getOrLoad("k", POLICY.beside("a b"), () -> done("v")));
	}

	@ParameterizedTest
	@EnumSource
	void whatCannotBeDecodedBesideIsTakenForNothingAndLeavesTheValueAlone(Caller caller) throws Exception {
		List<String> told = new CopyOnWriteArrayList<>();
		LoadPolicy policy = POLICY.beside("g").listener(new LoadListener() {

			@Override
			public void beside(@Nullable Object value) {
				told.add(String.valueOf(value));
			}

		});
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.introduce();
			connection.expect("get g\r\nmg k k v f c N10\r\n");
			connection.reply("VALUE g 4096 3\r\nabc\r\nEND\r\nVA 1 kk f4 c1\r\n1\r\n");
			connection.expect("get g\r\nmg k k v f c N10\r\n");
			connection.reply("VALUE g 32 3\r\nabc\r\nEND\r\nVA 1 kk f4 c1\r\n2\r\n");
		}); MemcachedClient client = client(server.address())) {
			client.meta().noop("k");
			assertThat(caller.<Long>getOrLoad(client, "k", policy, () -> 0L)).isEqualTo(1);
			assertThat(caller.<Long>getOrLoad(client, "k", policy, () -> 0L)).isEqualTo(2);
			server.awaitScripts();
		}
		assertThat(told).containsExactly("null", "null");
	}

	/** The caller has its value while the server keeps silent about the rest. */
	@Test
	void anAsynchronousCallerDoesNotWaitForWhatIsDoneBesideItsValue() throws Exception {
		CountDownLatch asked = new CountDownLatch(1);
		CountDownLatch over = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.introduce();
			connection.expect("mg k k v f c N10\r\n");
			connection.reply("VA 1 kk f4 c1 X Z\r\n1\r\n");
			connection.expect("mg k k c t\r\n");
			asked.countDown();
			over.await();
		}); MemcachedClient client = client(server.address())) {
			CompletableFuture<Long> value = client.async().getOrLoad("k", POLICY, () -> done(0L));
			assertThat(value.orTimeout(SOON.toMillis(), TimeUnit.MILLISECONDS).join()).isEqualTo(1);
			asked.await();
			over.countDown();
		}
	}

	/** A thread of a pool that helped would run what waits for this very load. */
	@Test
	void aCallerThatWaitsDoesNobodyElsesWork() throws Exception {
		this.mine.meta().get("k", MetaGet.VALUE.vivify(Duration.ofSeconds(30)));
		List<String> order = new CopyOnWriteArrayList<>();
		ForkJoinPool pool = new ForkJoinPool(1);
		try {
			pool.submit(() -> {
				CompletableFuture<Void> unused = CompletableFuture.runAsync(() -> order.add("another's"), pool);
				this.mine.getOrLoad("k", POLICY.wait(Duration.ofMillis(300)), () -> "own");
				order.add("its own");
			}).get(10, TimeUnit.SECONDS);
		}
		finally {
			pool.shutdown();
			assertThat(pool.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
		}
		assertThat(order).containsExactly("its own", "another's");
	}

	private static <T> CompletableFuture<T> done(T value) {
		return CompletableFuture.completedFuture(value);
	}

	private static MemcachedClient client(String server) {
		return MemcachedClient.builder().servers(server).pollTimeout(Duration.ofSeconds(5)).build();
	}

}
