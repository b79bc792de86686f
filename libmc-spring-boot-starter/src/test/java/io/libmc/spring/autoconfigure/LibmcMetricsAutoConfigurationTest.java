package io.libmc.spring.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedListener;
import io.libmc.spring.cache.LibmcCacheManager;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.cache.autoconfigure.CacheAutoConfiguration;
import org.springframework.boot.cache.autoconfigure.metrics.CacheMetricsAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.Cache;
import org.springframework.cache.CacheManager;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

@Memcached
class LibmcMetricsAutoConfigurationTest {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LibmcAutoConfiguration.class, LibmcCacheAutoConfiguration.class,
				LibmcMetricsAutoConfiguration.class, CacheAutoConfiguration.class, CacheMetricsAutoConfiguration.class))
		.withUserConfiguration(LibmcCacheAutoConfigurationTest.Caching.class)
		.withPropertyValues("libmc.warm-up=false");

	private final ApplicationContextRunner withRegistry = this.runner.withBean(MeterRegistry.class,
			SimpleMeterRegistry::new);

	@Test
	void everyCacheIsCountedAlsoOneThatIsCreatedLate(MemcachedServer server) {
		this.withRegistry
			.withPropertyValues("libmc.servers=" + server.address(), "libmc.cache.caches.early.time-to-live=1h")
			.run((context) -> {
				for (String name : new String[] { "early", "late" }) {
					Cache cache = Objects.requireNonNull(context.getBean(CacheManager.class).getCache(name));
					cache.get("k");
					cache.put("k", "v");
					cache.get("k");
					cache.get("k");
					cache.evict("k");
					assertThat(count(context, "cache.gets", name, "result", "hit")).isEqualTo(2);
					assertThat(count(context, "cache.gets", name, "result", "miss")).isEqualTo(1);
					assertThat(count(context, "cache.puts", name)).isEqualTo(1);
					assertThat(count(context, "cache.evictions", name)).isEqualTo(1);
					assertThat(count(context, "cache.errors", name, "error", "failed")).isZero();
					assertThat(count(context, "cache.errors", name, "error", "undecodable")).isZero();
				}
			});
	}

	/** Of the same tags, or a registry might refuse some. */
	@Test
	void whatIsFoundInTheProcessIsCountedApart(MemcachedServer server) {
		this.withRegistry
			.withPropertyValues("libmc.servers=" + server.address(), "libmc.cache.caches.hot.near.enabled=true",
					"libmc.cache.caches.hot.near.time-to-live=1m")
			.run((context) -> {
				for (String name : new String[] { "hot", "other" }) {
					Cache cache = Objects.requireNonNull(context.getBean(CacheManager.class).getCache(name));
					cache.put("k", "v");
					cache.get("k");
					cache.get("k");
					cache.get("k");
				}
				assertThat(count(context, "cache.gets", "hot", "tier", "memcached", "result", "hit")).isEqualTo(1);
				assertThat(count(context, "cache.gets", "hot", "tier", "near", "result", "hit")).isEqualTo(2);
				assertThat(count(context, "cache.gets", "other", "tier", "memcached", "result", "hit")).isEqualTo(3);
				assertThat(count(context, "cache.evictions", "hot", "tier", "near")).isZero();
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				assertThat(registry.get("cache.size").tags("name", "hot", "tier", "near").gauge().value()).isEqualTo(1);
				assertThat(registry.find("cache.gets").meters())
					.extracting((meter) -> meter.getId().getTags().stream().map(Tag::getKey).toList())
					.hasSizeGreaterThan(3)
					.allMatch(List.of("cache", "cache.manager", "name", "result", "tier")::equals);
			});
	}

	@Test
	void cachesWithoutStatisticsHaveNoMeters() {
		this.withRegistry.withPropertyValues("libmc.cache.caches.silent.enable-statistics=false").run((context) -> {
			context.getBean(CacheManager.class).getCache("late");
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(registry.find("cache.gets").tag("name", "silent").meter()).isNull();
			assertThat(registry.find("cache.gets").tag("name", "late").meter()).isNotNull();
		});
	}

	@Test
	void loadsAreCountedByTheirOutcomeAndPendingEvictionsShown(MemcachedServer server) {
		this.withRegistry
			.withPropertyValues("libmc.servers=" + server.address(), "libmc.cache.time-to-live=60s",
					"libmc.cache.refresh-ahead=45s")
			.withBean("own", MemcachedListener.class, RecordingListener::new)
			.run((context) -> {
				Cache cache = context.getBean(CacheManager.class).getCache("books");
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				cache.get("k", () -> "loaded");
				assertThat(registry.get("libmc.lease").tag("outcome", "won").counter().count()).isEqualTo(1);
				for (String outcome : List.of("waited", "timed_out", "lost", "bypassed")) {
					assertThat(registry.get("libmc.lease").tag("outcome", outcome).counter().count()).isZero();
				}
				context.getBean(MemcachedClient.class).touch("books:k", Duration.ofSeconds(30));
				cache.get("k", () -> "reloaded");
				assertThat(registry.get("libmc.refresh").tag("outcome", "refreshed").counter().count()).isEqualTo(1);
				assertThat(registry.get("libmc.refresh").tag("outcome", "failed").counter().count()).isZero();
				context.getBean("libmcPendingEvictions", MeterBinder.class).bindTo(registry);
				assertThat(registry.get("libmc.pending.evictions").gauge().value()).isZero();
			});
	}

	@Test
	void operationsAreTimedByCommandOutcomeAndServer(MemcachedServer server) {
		this.withRegistry.withPropertyValues("libmc.servers=" + server.address()).run((context) -> {
			MemcachedClient client = context.getBean(MemcachedClient.class);
			client.get("k");
			client.set("k", "v");
			client.get("k");
			client.add("k", "v");
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			for (String[] tags : new String[][] { { "get", "miss" }, { "set", "success" }, { "get", "hit" },
					{ "add", "not_stored" } }) {
				assertThat(registry.get("libmc.operations")
					.tags("command", tags[0], "outcome", tags[1], "server", server.address())
					.timer()
					.count()).isEqualTo(1);
			}
			assertThat(registry.get("libmc.operations").timers()).allSatisfy(
					(timer) -> assertThat(timer.totalTime(java.util.concurrent.TimeUnit.NANOSECONDS)).isPositive());
		});
	}

	@Test
	void sparesAreCountedAsServersAre(MemcachedServer server) {
		this.withRegistry.withPropertyValues("libmc.servers=127.0.0.1:1", "libmc.spares=" + server.address())
			.run((context) -> {
				assertThat(context.getBean(MemcachedClient.class).set("k", "v")).isTrue();
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				context.getBean(ServerMeters.class).bindTo(registry);
				assertThat(registry.get("libmc.server.up").tag("server", "127.0.0.1:1").gauge().value()).isZero();
				assertThat(registry.get("libmc.server.up").tag("server", server.address()).gauge().value())
					.isEqualTo(1);
				assertThat(registry.get("libmc.connections").tag("server", server.address()).gauge().value())
					.isEqualTo(1);
				assertThat(registry.get("libmc.operations")
					.tags("command", "set", "outcome", "success", "server", server.address())
					.timer()
					.count()).isEqualTo(1);
			});
	}

	@Test
	void clustersAreToldApart(MemcachedServer server) {
		this.withRegistry
			.withPropertyValues("libmc.servers=" + server.address(),
					"libmc.clusters.sessions.servers=" + server.address(), "libmc.cache.caches.users.cluster=sessions")
			.run((context) -> {
				context.getBean(MemcachedClient.class).get("k");
				MemcachedClient sessions = context.getBean("sessionsMemcachedClient", MemcachedClient.class);
				sessions.get("k");
				sessions.get("k");
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				context.getBean(ServerMeters.class).bindTo(registry);
				assertThat(gets(registry, "default")).isEqualTo(1);
				assertThat(gets(registry, "sessions")).isEqualTo(2);
				Objects.requireNonNull(context.getBean(CacheManager.class).getCache("users")).get("k", () -> "v");
				for (String meter : List.of("libmc.server.up", "libmc.connections", "libmc.in.flight", "libmc.bytes")) {
					for (String cluster : List.of("default", "sessions")) {
						assertThat(registry.find(meter).tags("cluster", cluster, "server", server.address()).meter())
							.as(meter + " of " + cluster)
							.isNotNull();
					}
				}
				assertThat(won(registry, "default")).isZero();
				assertThat(won(registry, "sessions")).isEqualTo(1);
				assertThat(registry.get("libmc.refresh").tag("cluster", "sessions").counters()).hasSize(2);
			});
	}

	private static long gets(MeterRegistry registry, String cluster) {
		return registry.get("libmc.operations").tags("cluster", cluster, "command", "get").timer().count();
	}

	private static double won(MeterRegistry registry, String cluster) {
		return registry.get("libmc.lease").tags("cluster", cluster, "outcome", "won").counter().count();
	}

	@Test
	void listenersOfTheUsersHearEverythingToo(MemcachedServer server) {
		RecordingListener own = new RecordingListener();
		this.withRegistry.withPropertyValues("libmc.servers=" + server.address())
			.withBean("own", MemcachedListener.class, () -> own)
			.run((context) -> {
				context.getBean(MemcachedClient.class).get("k");
				assertThat(own.commands).isEqualTo("get started, get stopped as the get that started");
				assertThat(context.getBean(MeterRegistry.class).get("libmc.operations").timer().count()).isEqualTo(1);
			});
	}

	@Test
	void withoutMicrometerThereAreNoMeters() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(LibmcCacheManager.class)
				.doesNotHaveBean(LibmcMetricsAutoConfiguration.class));
	}

	@Test
	void withoutARegistryThereAreNoMeters() {
		this.runner.run((context) -> assertThat(context).hasNotFailed()
			.hasSingleBean(LibmcCacheManager.class)
			.doesNotHaveBean(LibmcMetricsAutoConfiguration.class));
	}

	@Test
	void withoutOurCacheManagerTheClientIsStillTimed() {
		this.withRegistry.withPropertyValues("spring.cache.type=simple")
			.run((context) -> assertThat(context).hasSingleBean(OperationTimers.class)
				.doesNotHaveBean(LibmcCacheMeterBinderProvider.class));
	}

	@Test
	void switchedOffThereAreNoMeters() {
		this.withRegistry.withPropertyValues("libmc.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(LibmcMetricsAutoConfiguration.class));
	}

	private static double count(ApplicationContext context, String meter, String cache, String... tags) {
		return context.getBean(MeterRegistry.class)
			.get(meter)
			.tags("name", cache, "cache", cache, "cache.manager", "cacheManager")
			.tags(tags)
			.functionCounter()
			.count();
	}

	private static final class RecordingListener implements MemcachedListener {

		private String commands = "";

		@Override
		public Object operationStarted(String command, String server) {
			this.commands += command + " started, ";
			return "the " + command + " that started";
		}

		@Override
		public void operationStopped(String command, String server, Outcome outcome, Duration elapsed, Object started) {
			this.commands += command + " stopped as " + started;
		}

	}

}
