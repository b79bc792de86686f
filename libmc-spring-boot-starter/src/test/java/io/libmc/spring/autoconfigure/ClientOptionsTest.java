package io.libmc.spring.autoconfigure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.spring.cache.LibmcCacheManager;
import io.libmc.spring.cache.LibmcCacheSettings;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.RawConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.Cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the properties make of the client, as a real memcached sees it.
 */
@Memcached
class ClientOptionsTest {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LibmcAutoConfiguration.class))
		.withPropertyValues("libmc.poll-timeout=2s", "libmc.connect-timeout=1s");

	@Test
	void largeValuesAreSplitUnlessThatIsOff(MemcachedServer server) {
		byte[] value = new byte[1_500_000];
		this.runner.withPropertyValues("libmc.servers=" + server.address()).run((context) -> {
			MemcachedClient client = context.getBean(MemcachedClient.class);
			client.set("k", value);
			assertThat(client.<byte[]>get("k")).isEqualTo(value);
		});
		this.runner.withPropertyValues("libmc.servers=" + server.address(), "libmc.do-split=false")
			.run((context) -> assertThatExceptionOfType(MemcachedException.class)
				.isThrownBy(() -> context.getBean(MemcachedClient.class).set("k", value))
				.withMessageContaining("too large"));
	}

	@Test
	void valuesAboveTheThresholdAreCompressed(MemcachedServer server) {
		this.runner.withPropertyValues("libmc.servers=" + server.address(), "libmc.comp-threshold=1KB")
			.run((context) -> {
				MemcachedClient client = context.getBean(MemcachedClient.class);
				client.set("long", new byte[1025]);
				client.set("short", new byte[1024]);
				try (RawConnection raw = RawConnection.to(server)) {
					assertThat(raw.item("long").data()).hasSizeLessThan(100);
					assertThat(raw.item("short").data()).hasSize(1024);
				}
			});
	}

	@Test
	void withNoreplyTheInjectedClientDoesNotWaitAndTheCachesDoes(MemcachedServer server) {
		this.runner.withPropertyValues("libmc.servers=" + server.address(), "libmc.noreply=true").run((context) -> {
			assertThat(context).hasSingleBean(MemcachedClient.class);
			MemcachedClient client = context.getBean(MemcachedClient.class);
			client.set("n", 1);
			assertThat(client.incr("n", 1)).isEmpty();
			assertThat(client.<Long>get("n")).isEqualTo(2);
			LibmcCacheManager manager = new LibmcCacheManager(client, new LibmcCacheSettings());
			manager.afterPropertiesSet();
			Cache cache = manager.getCache("books");
			assertThat(cache.putIfAbsent("k", "v")).isNull();
			assertThat(cache.putIfAbsent("k", "w").get()).isEqualTo("v");
			assertThat(cache.evictIfPresent("k")).isTrue();
			assertThat(cache.evictIfPresent("k")).isFalse();
		});
	}

	@Test
	void theClientAuthenticates(@TempDir Path directory) throws Exception {
		Path users = Files.writeString(directory.resolve("users"), "shop:secret\n");
		try (MemcachedServer server = MemcachedServer.start("-Y", users.toString())) {
			ApplicationContextRunner shop = this.runner.withPropertyValues("libmc.servers=" + server.address(),
					"libmc.username=shop");
			shop.withPropertyValues("libmc.password=secret")
				.run((context) -> assertThat(context.getBean(MemcachedClient.class).version()).hasSize(1));
			shop.withPropertyValues("libmc.password=wrong")
				.run((context) -> assertThatExceptionOfType(MemcachedException.class)
					.isThrownBy(() -> context.getBean(MemcachedClient.class).get("k"))
					.withMessageContaining("refused the credentials"));
		}
	}

	@Test
	void connectionDetailsCanAuthenticateToo(@TempDir Path directory) throws Exception {
		Path users = Files.writeString(directory.resolve("users"), "shop:secret\n");
		try (MemcachedServer server = MemcachedServer.start("-Y", users.toString())) {
			this.runner.withPropertyValues("libmc.username=another", "libmc.password=another")
				.withBean(LibmcConnectionDetails.class, () -> new ShopsConnectionDetails(server.address()))
				.run((context) -> assertThat(context.getBean(MemcachedClient.class).version()).hasSize(1));
		}
	}

	private record ShopsConnectionDetails(String server) implements LibmcConnectionDetails {

		@Override
		public List<String> getServers() {
			return List.of(this.server);
		}

		@Override
		public String getUsername() {
			return "shop";
		}

		@Override
		public String getPassword() {
			return "secret";
		}

	}

}
