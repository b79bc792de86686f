package io.libmc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.ScriptedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
@Memcached
class AsyncGetOrLoadTest {

	private static final LoadPolicy POLICY = LoadPolicy.timeToLive(Duration.ofMinutes(5));

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
	}

	@Test
	void ofManyCallersInSeveralProcessesOneLoadsAndAllGetItsValue() {
		AtomicInteger loads = new AtomicInteger();
		CompletableFuture<String> loader = new CompletableFuture<>();
		List<CompletableFuture<String>> calls = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			MemcachedClient client = (i % 2 == 0) ? this.mine : this.other;
			calls.add(client.async().getOrLoad("k", POLICY, () -> {
				loads.incrementAndGet();
				return loader.completeOnTimeout("value", 300, TimeUnit.MILLISECONDS);
			}));
		}
		calls.forEach((call) -> assertThat(get(call)).isEqualTo("value"));
		assertThat(loads).hasValue(1);
		assertThat(get(this.other.async().<String>getOrLoad("k", POLICY, AsyncGetOrLoadTest::unexpected)))
			.isEqualTo("value");
	}

	@Test
	void cancellingOneCallersFutureCancelsNobodyElses() {
		CompletableFuture<String> loader = new CompletableFuture<>();
		CompletableFuture<Void> loading = new CompletableFuture<>();
		CompletableFuture<String> first = this.mine.async().getOrLoad("k", POLICY, () -> {
			loading.complete(null);
			return loader;
		});
		CompletableFuture<String> second = this.mine.async().getOrLoad("k", POLICY, AsyncGetOrLoadTest::unexpected);
		get(loading);
		CompletableFuture<String> third = this.other.async().getOrLoad("k", POLICY, AsyncGetOrLoadTest::unexpected);
		assertThat(first.cancel(true)).isTrue();
		loader.complete("value");
		assertThat(get(second)).isEqualTo("value");
		assertThat(get(third)).isEqualTo("value");
	}

	@Test
	void loaderThatFailsDoesSoAtOnceAndTheNextCallerLoads() {
		assertThatExceptionOfType(CompletionException.class)
			.isThrownBy(() -> this.mine.async()
				.getOrLoad("k", POLICY, () -> CompletableFuture.failedFuture(new IllegalStateException("no database")))
				.join())
			.withCauseInstanceOf(IllegalStateException.class);
		assertThatThrownBy(() -> this.mine.async().getOrLoad("k", POLICY, () -> {
			throw new IllegalStateException("not even started");
		}).join()).hasRootCauseMessage("not even started");
		assertThat(get(this.other.async().getOrLoad("k", POLICY, () -> done("value")))).isEqualTo("value");
		assertThat(get(this.other.async().<String>getOrLoad("none", POLICY, () -> done(null)))).isNull();
		assertThat(get(this.mine.async().getOrLoad("none", POLICY, () -> done("now")))).isEqualTo("now");
	}

	@Test
	void loadThatAnInvalidationOvertookIsReturnedButNotStored() {
		CompletableFuture<String> loader = new CompletableFuture<>();
		CompletableFuture<Void> started = new CompletableFuture<>();
		CompletableFuture<String> slow = this.mine.async().getOrLoad("k", POLICY, () -> {
			started.complete(null);
			return loader;
		});
		get(started);
		this.other.invalidate("k", Duration.ZERO);
		assertThat(get(this.other.async().getOrLoad("k", POLICY, () -> done("new")))).isEqualTo("new");
		loader.complete("old");
		assertThat(get(slow)).isEqualTo("old");
		assertThat(this.mine.<String>get("k", String.class)).isEqualTo("new");
	}

	@Test
	void staleValueIsReloadedByOneWhileTheOthersGetIt() {
		get(this.mine.async().getOrLoad("k", POLICY, () -> done("old")));
		this.mine.invalidate("k", Duration.ofSeconds(30));
		CompletableFuture<String> loader = new CompletableFuture<>();
		CompletableFuture<Void> started = new CompletableFuture<>();
		CompletableFuture<String> elected = this.mine.async().getOrLoad("k", POLICY, () -> {
			started.complete(null);
			return loader;
		});
		get(started);
		assertThat(get(this.other.async().<String>getOrLoad("k", POLICY, AsyncGetOrLoadTest::unexpected)))
			.isEqualTo("old");
		loader.complete("new");
		assertThat(get(elected)).isEqualTo("new");
	}

	@Test
	void waitersWaitNoLongerThanTheirPolicySays(MemcachedServer server) {
		this.other.meta().get("k", MetaGet.VALUE.vivify(Duration.ofSeconds(30)));
		LoadPolicy impatient = POLICY.wait(Duration.ofMillis(200));
		CompletableFuture<String> first = this.mine.async().getOrLoad("k", impatient, () -> done("first's own"));
		assertThat(get(first)).isEqualTo("first's own");
		server.kill();
		assertThat(get(this.mine.async().getOrLoad("k", POLICY, () -> done("without memcached"))))
			.isEqualTo("without memcached");
	}

	@Test
	void withoutMetaCommandsALockElects() {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("mn\r\n");
			connection.reply("ERROR\r\n");
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
			connection.expect("add k/lock 4 10 1\r\n1\r\n");
			connection.reply("NOT_STORED\r\n");
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
			connection.expect("add k/lock 4 10 1\r\n1\r\n");
			connection.reply("STORED\r\n");
			connection.expect("set k 4 300 1\r\n7\r\n");
			connection.reply("STORED\r\n");
			connection.expect("delete k/lock\r\n");
			connection.reply("DELETED\r\n");
		}); MemcachedClient client = client(server.address())) {
			assertThat(get(client.async().getOrLoad("k", POLICY, () -> done(7L)))).isEqualTo(7);
			server.awaitScripts();
		}
	}

	private static <T> CompletableFuture<T> done(T value) {
		return CompletableFuture.completedFuture(value);
	}

	private static <T> CompletableFuture<T> unexpected() {
		throw new AssertionError("nobody should load");
	}

	private static <T> T get(CompletableFuture<T> future) {
		return future.orTimeout(20, TimeUnit.SECONDS).join();
	}

	private static MemcachedClient client(String server) {
		return MemcachedClient.builder().servers(server).pollTimeout(Duration.ofSeconds(5)).build();
	}

}
