package io.libmc;

import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;

import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.ScriptedServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A value that the caller has already, and that is sent only if it has changed.
 */
@Timeout(60)
@Memcached
class KnownValueTest {

	private final Deque<Read> reads = new ConcurrentLinkedDeque<>();

	private final LoadPolicy policy = LoadPolicy.timeToLive(Duration.ofMinutes(5))
		.versioned()
		.listener(new LoadListener() {

			@Override
			public void read(Object value, ItemVersion version) {
				KnownValueTest.this.reads.add(new Read(value, version));
			}

		});

	/** What the listener was told. */
	private record Read(Object value, ItemVersion version) {

	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aServerThatComparesLeavesOutWhatHasNotChanged(boolean async) {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.introduce();
			connection.expect("mg k k v f c t\r\n");
			connection.reply("VA 1 kk f4 c7 t10\r\n1\r\n");
			connection.expect("mg k k v f c t C7\r\n");
			connection.reply("HD kk f4 c7 t9\r\n");
			connection.expect("mg k k v f c t C7\r\n");
			connection.reply("VA 1 kk f4 c8 t-1\r\n2\r\n");
			connection.expect("mg k k v f c t C8\r\n");
			connection.reply("EN\r\n");
		}); MemcachedClient client = client(server)) {
			client.meta().noop("k");
			assertThat(get(client, async, this.policy)).isEqualTo(1L);
			Read first = this.reads.getLast();
			assertThat(first.version().timeLeft()).isEqualTo(Duration.ofSeconds(9));
			Object mine = new Object();
			assertThat(get(client, async, this.policy.knowing(mine, first.version()))).isSameAs(mine);
			Read second = this.reads.getLast();
			assertThat(second.value()).isSameAs(mine);
			assertThat(second.version().timeLeft()).isEqualTo(Duration.ofSeconds(8));
			assertThat(get(client, async, this.policy.knowing(mine, second.version()))).isEqualTo(2L);
			assertThat(this.reads.getLast().version().timeLeft()).isNull();
			assertThat(get(client, async, this.policy.knowing(mine, this.reads.getLast().version()))).isNull();
			assertThat(this.reads).hasSize(3);
			server.awaitScripts();
		}
	}

	@Test
	void aServerThatDoesNotIsAskedForTheNumberAlone() {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.introduce();
			connection.expect("mg k k v f c t\r\n");
			connection.reply("VA 1 kk f4 c7 t10\r\n1\r\n");
			connection.expect("mg k k v f c t C7\r\n");
			connection.reply("VA 1 kk f4 c7 t10\r\n1\r\n");
			connection.expect("mg k k c t\r\n");
			connection.reply("HD kk c7 t9\r\n");
			connection.expect("mg k k c t\r\n");
			connection.reply("HD kk c8 t9\r\n");
			connection.expect("mg k k v f c t\r\n");
			connection.reply("VA 1 kk f4 c8 t9\r\n2\r\n");
		}); MemcachedClient client = client(server)) {
			client.meta().noop("k");
			assertThat(get(client, false, this.policy)).isEqualTo(1L);
			assertThat(getKnown(client, "a")).isEqualTo(1L);
			assertThat(getKnown(client, "b")).isEqualTo("b");
			assertThat(getKnown(client, "c")).isEqualTo(2L);
			server.awaitScripts();
		}
	}

	/** Its numbers are those of other items. */
	@Test
	void anotherRunOfTheServerIsNotTakenForTheSame() {
		try (MemcachedServer restarted = MemcachedServer.start();
				MemcachedClient client = MemcachedClient.builder().servers(restarted.address()).build()) {
			client.set("k", "first");
			for (int i = 0; i < 2; i++) {
				get(client, false, this.policy);
			}
			long cas = client.gets("k").cas();
			restarted.restart();
			try (MemcachedClient other = MemcachedClient.builder().servers(restarted.address()).build()) {
				do {
					other.set("k", "second");
				}
				while (other.gets("k").cas() < cas);
				assertThat(other.gets("k").cas()).isEqualTo(cas);
			}
			await().ignoreExceptions().untilAsserted(() -> client.version());
			assertThat(getKnown(client, "mine")).isEqualTo("second");
		}
	}

	@Test
	void whoIsElectedToLoadAnewDoesSoFromWhatItKnows() {
		LoadPolicy refreshing = this.policy.refreshAhead(Duration.ofSeconds(30));
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.introduce();
			connection.expect("mg k k v f c t N10 R31\r\n");
			connection.reply("VA 1 kk f4 c7 t10\r\n1\r\n");
			connection.expect("mg k k v f c t N10 R31 C7\r\n");
			connection.reply("HD kk f4 c7 t9 W\r\n");
			connection.expect("ms k 1 k T300 C7 F4\r\n5\r\n");
			connection.reply("HD kk\r\n");
		}); MemcachedClient client = client(server)) {
			client.meta().noop("k");
			AtomicInteger loads = new AtomicInteger();
			assertThat(client.<Object>getOrLoad("k", refreshing, loads::incrementAndGet)).isEqualTo(1L);
			LoadPolicy knowing = refreshing.knowing("mine", this.reads.getLast().version());
			assertThat(client.<Object>getOrLoad("k", knowing, () -> 5L)).isEqualTo(5L);
			assertThat(loads).hasValue(0);
			server.awaitScripts();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void holdsOnTheServer(boolean async, MemcachedServer server) {
		try (MemcachedClient client = MemcachedClient.builder().servers(server.address()).build()) {
			client.set("k", "first", Duration.ofSeconds(100));
			get(client, async, this.policy);
			Object mine = "as the caller has it";
			// the first time tells whether the server compares
			for (int i = 0; i < 3; i++) {
				get(client, async, this.policy.knowing(mine, this.reads.getLast().version()));
			}
			assertThat(this.reads.getLast().value()).isSameAs(mine);
			assertThat(this.reads.getLast().version().timeLeft()).isBetween(Duration.ofSeconds(95),
					Duration.ofSeconds(99));
			client.set("k", "second");
			assertThat(get(client, async, this.policy.knowing(mine, this.reads.getLast().version())))
				.isEqualTo("second");
			client.delete("k");
			LoadPolicy knowing = this.policy.knowing(mine, this.reads.getLast().version());
			assertThat(get(client, async, knowing)).isNull();
			assertThat(client.<Object>getOrLoad("k", knowing, () -> "loaded")).isEqualTo("loaded");
			assertThat(client.<Object>getOrLoad("k", knowing, () -> "another")).isEqualTo("loaded");
		}
	}

	private @Nullable Object getKnown(MemcachedClient client, Object known) {
		return get(client, false, this.policy.knowing(known, this.reads.getLast().version()));
	}

	private static @Nullable Object get(MemcachedClient client, boolean async, LoadPolicy reading) {
		return async ? client.async().<Object>get("k", reading).join() : client.<Object>get("k", reading);
	}

	private static MemcachedClient client(ScriptedServer server) {
		return MemcachedClient.builder().servers(server.address()).pollTimeout(Duration.ofSeconds(5)).build();
	}

}
