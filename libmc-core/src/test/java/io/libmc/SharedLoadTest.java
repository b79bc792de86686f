package io.libmc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Callers of one process who share a load: who gets its value, and for how long it holds
 * them. Two clients stand for two processes.
 */
@Timeout(60)
@Memcached
class SharedLoadTest {

	private static final LoadPolicy POLICY = LoadPolicy.timeToLive(Duration.ofMinutes(5));

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private MemcachedClient mine;

	private MemcachedClient other;

	@BeforeEach
	void connect(MemcachedServer server) {
		this.mine = client(server.address());
		this.other = client(server.address());
	}

	@AfterEach
	void close() {
		this.mine.close();
		this.other.close();
		this.threads.shutdownNow();
	}

	@Test
	void whoComesAfterAChangeDoesNotGetWhatWasLoadedBefore() throws Exception {
		List<Runnable> changes = List.of(() -> this.mine.set("k", "x"), () -> this.mine.delete("k"),
				() -> this.mine.async().delete("k").join(), () -> this.mine.async().set("k", "x").join(),
				() -> this.mine.deleteMulti(List.of("k")), () -> this.mine.invalidate("k", Duration.ZERO),
				() -> this.mine.meta().delete("k", MetaDelete.DELETE));
		for (Runnable change : changes) {
			this.mine.delete("k");
			CountDownLatch loading = new CountDownLatch(1);
			CountDownLatch finish = new CountDownLatch(1);
			Future<String> slow = this.threads.submit(() -> this.mine.<String>getOrLoad("k", POLICY, () -> {
				loading.countDown();
				finish.await();
				return "old";
			}));
			loading.await();
			change.run();
			assertThat(this.mine.<String>getOrLoad("k", POLICY, () -> "new")).isIn("x", "new");
			finish.countDown();
			assertThat(slow.get(5, TimeUnit.SECONDS)).isEqualTo("old");
			assertThat(this.mine.<String>getOrLoad("k", POLICY, () -> "newer")).isIn("x", "new");
		}
	}

	@Test
	void withoutALeaseOneCallerOfAProcessLoadsAndAChangeOvertakesIt() throws Exception {
		LoadPolicy alone = POLICY.withoutLease();
		for (boolean async : List.of(false, true)) {
			this.mine.delete("k");
			CountDownLatch loading = new CountDownLatch(1);
			CompletableFuture<String> source = new CompletableFuture<>();
			Future<String> slow = async ? this.mine.async().getOrLoad("k", alone, () -> {
				loading.countDown();
				return source;
			}) : this.threads.submit(() -> this.mine.<String>getOrLoad("k", alone, () -> {
				loading.countDown();
				return source.join();
			}));
			loading.await();
			CompletableFuture<String> follower = this.mine.async().getOrLoad("k", alone, SharedLoadTest::unexpected);
			assertThat(this.other.<String>getOrLoad("k", alone, () -> "another process's"))
				.isEqualTo("another process's");
			this.mine.delete("k");
			source.complete("old");
			assertThat(slow.get(5, TimeUnit.SECONDS)).isEqualTo("old");
			assertThat(follower.join()).isEqualTo("old");
			assertThat(this.mine.<String>get("k", alone)).isNull();
			assertThat(this.mine.<String>getOrLoad("k", alone, () -> "new")).isEqualTo("new");
			assertThat(this.mine.<String>get("k", String.class)).isEqualTo("new");
		}
	}

	@Test
	void aCounterThatWasMadeMeanwhileIsNotOverwritten() throws Exception {
		LoadPolicy alone = POLICY.withoutLease();
		MetaArithmetic count = MetaArithmetic.INCREMENT.initial(7, Duration.ofMinutes(5));
		List<Runnable> counts = List.of(() -> this.mine.meta().arithmetic("k", count),
				() -> this.mine.async().meta().arithmetic("k", count).join());
		for (Runnable counting : counts) {
			this.mine.delete("k");
			CountDownLatch loading = new CountDownLatch(1);
			CompletableFuture<String> source = new CompletableFuture<>();
			Future<String> slow = this.threads.submit(() -> this.mine.<String>getOrLoad("k", alone, () -> {
				loading.countDown();
				return source.join();
			}));
			loading.await();
			counting.run();
			source.complete("old");
			assertThat(slow.get(5, TimeUnit.SECONDS)).isEqualTo("old");
			assertThat(this.mine.incr("k", 1)).hasValue(8);
		}
	}

	@Test
	void aLoaderThatAsksForItsOwnKeyElsewhereIsBoundedByTheWait() {
		LoadPolicy impatient = POLICY.wait(Duration.ofMillis(200));
		assertThat(this.mine.<String>getOrLoad("k", impatient,
				() -> "outer "
						+ this.threads.submit(() -> this.mine.<String>getOrLoad("k", impatient, () -> "inner")).get()))
			.isEqualTo("outer inner");
		assertThat(this.mine.async()
			.<String>getOrLoad("l", impatient,
					() -> CompletableFuture
						.supplyAsync(() -> this.mine.<String>getOrLoad("l", impatient, () -> "inner"), this.threads)
						.thenApply((inner) -> "outer " + inner))
			.join()).isEqualTo("outer inner");
	}

	@Test
	void anAsynchronousLoaderThatAsksForItsOwnKeyAtOnceDoesNotWait() {
		LoadPolicy patient = POLICY.wait(Duration.ofMinutes(5));
		assertThat(this.mine.async()
			.<String>getOrLoad("k", patient,
					() -> this.mine.async()
						.<String>getOrLoad("k", patient, () -> done("inner"))
						.thenApply((inner) -> "outer " + inner))
			.join()).isEqualTo("outer inner");
	}

	@Test
	void anAsynchronousLoaderThatNeverEndsDoesNotHoldTheKeyForEver() {
		LoadPolicy impatient = POLICY.wait(Duration.ofMillis(200));
		CompletableFuture<String> never = this.mine.async().getOrLoad("k", impatient, CompletableFuture::new);
		assertThat(this.mine.<String>getOrLoad("k", impatient, () -> "own")).isEqualTo("own");
		assertThat(never).isNotDone();
		this.mine.delete("k");
		assertThat(this.mine.<String>getOrLoad("k", POLICY, () -> "new")).isEqualTo("new");
	}

	private static <T> CompletableFuture<T> done(T value) {
		return CompletableFuture.completedFuture(value);
	}

	private static <T> T unexpected() {
		throw new AssertionError("nobody should load");
	}

	private static MemcachedClient client(String server) {
		return MemcachedClient.builder().servers(server).pollTimeout(Duration.ofSeconds(5)).build();
	}

}
