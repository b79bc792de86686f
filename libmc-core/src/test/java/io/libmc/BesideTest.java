package io.libmc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import io.libmc.testing.ScriptedServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A key that is read beside another one, by blocking and by asynchronous callers.
 */
@Timeout(60)
class BesideTest {

	private final List<Object> told = new CopyOnWriteArrayList<>();

	private final LoadPolicy policy = LoadPolicy.timeToLive(Duration.ofMinutes(5))
		.beside("g")
		.listener(new LoadListener() {

			@Override
			public void beside(@Nullable Object value) {
				BesideTest.this.told.add(String.valueOf(value));
			}

			@Override
			public void found() {
				BesideTest.this.told.add("found");
			}

			@Override
			public void failed(MemcachedException failure) {
				BesideTest.this.told.add("failed");
			}

		});

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void bothAreAskedForAtOnceAndTheListenerIsToldFirst(boolean async) {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.introduce();
			connection.expect("get g\r\nmg k k v f c N10\r\n");
			connection.reply("VALUE g 4 1\r\n7\r\nEND\r\nVA 1 kk f4 c1\r\n1\r\n");
			connection.expect("get g\r\nmg k k v f\r\n");
			connection.reply("END\r\nVA 1 kk f4\r\n2\r\n");
		}); MemcachedClient client = client(server)) {
			client.meta().noop("k");
			assertThat(load(client, async)).isEqualTo(1L);
			assertThat(async ? client.async().<Object>get("k", this.policy).join() : client.get("k", this.policy))
				.isEqualTo(2L);
			server.awaitScripts();
		}
		assertThat(this.told).containsExactly("7", "found", "null");
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whereTheOtherKeyCannotBeReadTheValueIsLoaded(boolean async) {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.introduce();
			connection.expect("get g\r\nmg k k v f c N10\r\n");
			connection.reply("SERVER_ERROR busy\r\nVA 1 kk f4 c1\r\n1\r\n");
		}); MemcachedClient client = client(server)) {
			client.meta().noop("k");
			assertThat(load(client, async)).isEqualTo("loaded");
			server.awaitScripts();
		}
		assertThat(this.told).containsExactly("failed");
	}

	@Test
	void aServerThatIsNotKnownToSpeakMetaCommandsIsAskedMeanwhile() {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("get g\r\nmn\r\n");
			connection.reply("END\r\nMN\r\n");
			connection.tellVersionAndRun();
			connection.expect("mg k k v f c N10\r\n");
			connection.reply("VA 1 kk f4 c1\r\n1\r\n");
		}); MemcachedClient client = client(server)) {
			assertThat(load(client, false)).isEqualTo(1L);
			server.awaitScripts();
		}
	}

	private @Nullable Object load(MemcachedClient client, boolean async) {
		return async
				? client.async().getOrLoad("k", this.policy, () -> CompletableFuture.completedFuture("loaded")).join()
				: client.getOrLoad("k", this.policy, () -> "loaded");
	}

	private static MemcachedClient client(ScriptedServer server) {
		return MemcachedClient.builder().servers(server.address()).pollTimeout(Duration.ofSeconds(5)).build();
	}

}
