package io.libmc.spring.cache;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import io.libmc.MemcachedClient;
import io.libmc.testing.ScriptedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Servers that speak the classic commands alone, as some proxies do. Whoever wants more
 * of one is told once, in how many caches and on how many keys it may be.
 */
@Timeout(60)
class WithoutMetaCommandsTest {

	private static final Logger LOGGER = Logger.getLogger("io.libmc");

	private static final String WARNING = " has no meta commands";

	private final List<ScriptedServer> servers = List.of(classicServer(), classicServer());

	private final MemcachedClient client = MemcachedClient.builder()
		.servers(this.servers.stream().map(ScriptedServer::address).toList())
		.pollTimeout(Duration.ofSeconds(5))
		.build();

	private final Queue<String> warnings = new ConcurrentLinkedQueue<>();

	private final Handler handler = new Handler() {

		@Override
		public void publish(LogRecord record) {
			if (record.getMessage().contains(WARNING)) {
				WithoutMetaCommandsTest.this.warnings.add(record.getMessage());
			}
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
		}

	};

	private LibmcCacheManager manager;

	@BeforeEach
	void listen() {
		LOGGER.addHandler(this.handler);
	}

	@AfterEach
	void close() {
		LOGGER.removeHandler(this.handler);
		this.manager.destroy();
		this.client.close();
		this.servers.forEach(ScriptedServer::close);
	}

	@Test
	void aLeaseIsALockAndEachServerIsWarnedOfOnce() {
		useSettings(new LibmcCacheSettings());
		for (LibmcCache cache : List.of(cache("books"), cache("films"))) {
			for (int key = 0; key < 50; key++) {
				String value = "value of " + key;
				assertThat(cache.get(key, () -> value)).isEqualTo(value);
				assertThat(cache.get(key, () -> "never")).isEqualTo(value);
				cache.evict(key);
				assertThat(cache.retrieve(key).join()).isNull();
			}
		}
		assertEachServerIsWarnedOfOnce();
	}

	@Test
	void staleEntriesAreNotServedAndEachServerIsWarnedOfOnceAlsoWhereNothingIsLoaded() {
		useSettings(new LibmcCacheSettings().serveStale(Duration.ofSeconds(30)));
		for (LibmcCache cache : List.of(cache("books"), cache("films"))) {
			for (int key = 0; key < 50; key++) {
				cache.put(key, "old");
				cache.evict(key);
				assertThat(cache.get(key)).isNull();
			}
		}
		assertEachServerIsWarnedOfOnce();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whoeverRefreshesAheadOrServesStaleInOneOfTheCachesIsWarnedAtStart(boolean prolongs) {
		this.manager = new LibmcCacheManager(this.client, new LibmcCacheSettings());
		Duration time = Duration.ofSeconds(30);
		this.manager.configureCache("books",
				(settings) -> prolongs ? settings.timeToIdle(time) : settings.serveStale(time));
		this.manager.afterPropertiesSet();
		this.manager.afterSingletonsInstantiated();
		Awaitility.await().untilAsserted(this::assertEachServerIsWarnedOfOnce);
		LibmcCache cache = cache("books");
		for (int key = 0; key < 50; key++) {
			assertThat(cache.get(key)).isNull();
		}
		assertEachServerIsWarnedOfOnce();
	}

	@Test
	void atStartServersThatAreDownAreNotWaitedFor() {
		this.servers.forEach(ScriptedServer::close);
		this.manager = new LibmcCacheManager(this.client,
				new LibmcCacheSettings().timeToLive(Duration.ofMinutes(1)).refreshAhead(Duration.ofSeconds(30)));
		this.manager.afterPropertiesSet();
		this.manager.afterSingletonsInstantiated();
		assertThat(this.warnings).isEmpty();
	}

	@Test
	void nothingIsAskedAtStartWhereNothingWantsIt() {
		useSettings(new LibmcCacheSettings());
		this.manager.afterSingletonsInstantiated();
		assertThat(this.client.servers()).allMatch((server) -> server.connections() == 0);
	}

	@Test
	void whoOnlyLooksAndPutsNeedsNoWarning() {
		useSettings(new LibmcCacheSettings());
		LibmcCache cache = cache("books");
		for (int key = 0; key < 50; key++) {
			assertThat(cache.get(key)).isNull();
			cache.put(key, "value");
			assertThat(cache.get(key, String.class)).isEqualTo("value");
			cache.evict(key);
		}
		assertThat(this.warnings).isEmpty();
	}

	private void assertEachServerIsWarnedOfOnce() {
		assertThat(this.warnings).hasSize(this.servers.size());
		assertThat(this.servers).allSatisfy((server) -> assertThat(this.warnings)
			.anyMatch((warning) -> warning.startsWith(server.address() + WARNING)));
	}

	private void useSettings(LibmcCacheSettings settings) {
		this.manager = new LibmcCacheManager(this.client, settings);
		this.manager.setClearVisibility(Duration.ofMinutes(1));
		this.manager.afterPropertiesSet();
	}

	private LibmcCache cache(String name) {
		return (LibmcCache) Objects.requireNonNull(this.manager.getCache(name));
	}

	/** As much of memcached 1.4 as caches need. */
	private static ScriptedServer classicServer() {
		Map<String, String> items = new ConcurrentHashMap<>();
		return ScriptedServer.of((connection) -> {
			for (String line = connection.nextLine(); line != null; line = connection.nextLine()) {
				String[] words = line.split(" ", -1);
				switch (words[0]) {
					case "get" -> connection.reply(items.getOrDefault(words[1], "") + "END\r\n");
					case "set" -> {
						items.put(words[1], item(connection, words));
						connection.reply("STORED\r\n");
					}
					case "add" -> {
						boolean added = items.putIfAbsent(words[1], item(connection, words)) == null;
						connection.reply(added ? "STORED\r\n" : "NOT_STORED\r\n");
					}
					case "delete" -> {
						boolean deleted = items.remove(words[1]) != null;
						connection.reply(deleted ? "DELETED\r\n" : "NOT_FOUND\r\n");
					}
					default -> connection.reply("ERROR\r\n");
				}
			}
		});
	}

	/** What a get will say. */
	private static String item(ScriptedServer.Connection connection, String[] words) throws IOException {
		String data = new String(connection.read(Integer.parseInt(words[4]) + 2), StandardCharsets.ISO_8859_1);
		return "VALUE " + words[1] + " " + words[2] + " " + words[4] + "\r\n" + data;
	}

}
