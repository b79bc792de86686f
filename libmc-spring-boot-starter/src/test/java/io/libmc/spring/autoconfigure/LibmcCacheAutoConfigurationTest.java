package io.libmc.spring.autoconfigure;

import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import java.util.stream.Stream;
import java.util.stream.Collectors;
import java.util.Set;
import java.util.HashSet;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import java.io.Serializable;
import io.libmc.spring.cache.LibmcCacheSettings;
import java.util.Objects;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.annotation.Primary;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.libmc.MemcachedClient;
import io.libmc.spring.autoconfigure.LibmcCacheProperties.Near;
import io.libmc.spring.autoconfigure.LibmcCacheProperties.Single;
import io.libmc.codec.DecodingBudget;
import io.libmc.embedded.EmbeddedMemcached;
import io.libmc.spring.cache.CacheKeyConverter;
import io.libmc.spring.cache.CacheValueSerializer;
import io.libmc.spring.cache.ClassChanges;
import io.libmc.spring.cache.Compression;
import io.libmc.spring.cache.EntryFormat;
import io.libmc.spring.cache.LibmcCacheManager;
import io.libmc.spring.cache.OnError;
import io.libmc.spring.cache.ServerStates;
import io.libmc.spring.cache.TimeToLive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.cache.autoconfigure.CacheAutoConfiguration;
import org.springframework.boot.cache.autoconfigure.CacheManagerCustomizer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cache.Cache;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.CachingConfigurer;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.caffeine.CaffeineCacheManager;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.cache.interceptor.CacheResolver;
import org.springframework.cache.interceptor.NamedCacheResolver;
import org.springframework.cache.support.NoOpCacheManager;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@ExtendWith(OutputCaptureExtension.class)
class LibmcCacheAutoConfigurationTest {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LibmcAutoConfiguration.class, LibmcCacheAutoConfiguration.class,
				CacheAutoConfiguration.class))
		.withUserConfiguration(Caching.class);

	@Test
	void memcachedIsTheCache() {
		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(CacheManager.class).hasSingleBean(LibmcCacheManager.class);
			assertThat(context.getBean(CacheManager.class)).isSameAs(context.getBean("cacheManager"));
			assertThat(context.getBean(CacheManager.class).getCacheNames()).isEmpty();
			assertThat(context.getBean(CacheManager.class).getCache("any")).isNotNull();
			assertThat(context.getBean(LibmcCacheProperties.class)).isEqualTo(new LibmcCacheProperties(true, "",
					Duration.ofSeconds(1), false, Map.of(), Duration.ZERO, null, 0, Duration.ZERO, true, "auto",
					List.of(), List.of(), ClassChanges.MISS, null, DataSize.ofKilobytes(1), OnError.BYPASS, true,
					Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ZERO, false, Duration.ZERO, List.of(),
					null, "default", new Near(null, null, null, null, null, null)));
		});
	}

	@Test
	void whereTheCachesAreIsLoggedOnceAndToldByThem(CapturedOutput output) {
		this.runner
			.withPropertyValues("libmc.servers=localhost:1,localhost:2", "libmc.cache.key-prefix=shop:",
					"libmc.username=shop", "libmc.password=pa55w0rd", "libmc.cache.serializer=json")
			.run((context) -> {
				CacheManager manager = context.getBean(CacheManager.class);
				assertThat(manager).hasToString(
						"LibmcCacheManager[keyPrefix=shop:, client=MemcachedClient[localhost:1, localhost:2]]");
				assertThat(manager.getCache("books")).hasToString(
						"LibmcCache[name=books, keyPrefix=shop:, client=MemcachedClient[localhost:1, localhost:2]]");
				assertThat(output).containsOnlyOnce("Caches are on memcached at ")
					.contains(
							"Caches are on memcached at localhost:1, localhost:2 (key prefix \"shop:\", serializer json)")
					.doesNotContain("pa55w0rd");
			});
	}

	@Test
	void theNativeCacheIsTheInjectedClient() {
		this.runner.run((context) -> assertThat(nativeCache(context)).isSameAs(context.getBean(MemcachedClient.class)));
	}

	@Test
	void eachCacheIsOnItsCluster() {
		ApplicationContextRunner clusters = this.runner.withPropertyValues("libmc.clusters.books.servers=b",
				"libmc.clusters.sessions.servers=c", "libmc.cache.caches.users.cluster=sessions");
		clusters.run((context) -> {
			assertThat(nativeCache(context, "any")).isSameAs(context.getBean("memcachedClient"));
			assertThat(nativeCache(context, "users")).isSameAs(context.getBean("sessionsMemcachedClient"));
		});
		clusters
			.withPropertyValues("libmc.cache.cluster=books", "libmc.cache.caches.titles.cluster=default",
					"libmc.cache.caches.authors.time-to-live=1h")
			.run((context) -> {
				assertThat(nativeCache(context, "any")).isSameAs(context.getBean("booksMemcachedClient"));
				assertThat(nativeCache(context, "authors")).isSameAs(context.getBean("booksMemcachedClient"));
				assertThat(nativeCache(context, "titles")).isSameAs(context.getBean(MemcachedClient.class));
				assertThat(nativeCache(context, "users")).isSameAs(context.getBean("sessionsMemcachedClient"));
			});
	}

	@Test
	void clustersByPropertiesDoNotTakeTheCachesOver(CapturedOutput output) {
		this.runner.withPropertyValues("libmc.clusters.books.servers=b").run((context) -> {
			assertThat(nativeCache(context)).isSameAs(context.getBean(MemcachedClient.class))
				.isSameAs(context.getBean("memcachedClient"));
			assertThat(output).doesNotContain("The caches use");
		});
	}

	private static Object nativeCache(ApplicationContext context) {
		return nativeCache(context, "any");
	}

	private static Object nativeCache(ApplicationContext context, String name) {
		Cache cache = context.getBean(CacheManager.class).getCache(name);
		assertThat(cache).isNotNull();
		return cache.getNativeCache();
	}

	@Test
	void propertiesAreBound() {
		this.runner.withPropertyValues("libmc.clusters.books.servers=b", "libmc.cache.cluster=books",
				"libmc.cache.caches.users.cluster=default", "libmc.cache.key-prefix=shop:",
				"libmc.cache.clear-visibility=5s", "libmc.cache.time-to-live=10m",
				"libmc.cache.cache-null-values=false", "libmc.cache.serializer=json",
				"libmc.cache.transaction_aware=true", "libmc.cache.also-read=jdk", "libmc.cache.compression=zlib",
				"libmc.cache.compression-threshold=512", "libmc.cache.caches.users.also-read=json,jdk",
				"libmc.cache.caches[books.byId].compression=lz4", "libmc.cache.caches.users.compression-threshold=4KB",
				"libmc.cache.time-to-live-jitter=0.1", "libmc.cache.caches[books.byId].time-to-live-jitter=0.5",
				"libmc.cache.caches.users.serializer=libmc",
				"libmc.cache.allowed-classes=com.acme.Order,com.acme.model.**", "libmc.cache.on-error=throw",
				"libmc.cache.enable-statistics=false", "libmc.cache.caches[books.byId].time-to-live=1h",
				"libmc.cache.lease=20s", "libmc.cache.lease-wait=3s", "libmc.cache.refresh_ahead=1m",
				"libmc.cache.refresh-in-background=true", "libmc.cache.serve-stale=30s",
				"libmc.cache.near.enabled=false", "libmc.cache.near.maximum-size=500",
				"libmc.cache.near.maximum-bytes=64MB", "libmc.cache.near.time-to-live=500ms",
				"libmc.cache.near.by-reference=true", "libmc.cache.caches[books.byId].near.enabled=true",
				"libmc.cache.caches[books.byId].near.time-to-live-when-down=1m",
				"libmc.cache.caches[books.byId].refresh-ahead=2m", "libmc.cache.caches.users.lease=0",
				"libmc.cache.caches.users.serve-stale=5s", "libmc.cache.caches.users.refresh-in-background=false",
				"libmc.cache.caches[books.byId].on_error=bypass", "libmc.cache.class-changes=tolerate",
				"libmc.cache.caches[books.byId].class_changes=miss",
				"libmc.cache.caches[books.byId].groups=#value.author,#key", "libmc.cache.groups[0]='all'",
				"libmc.cache.caches.users.cache-null-values=true")
			.run((context) -> {
				assertThat(context.getBean(LibmcCacheProperties.class))
					.isEqualTo(new LibmcCacheProperties(
							true, "shop:", Duration.ofSeconds(5), true,
							Map.of("books.byId",
									new Single(Duration.ofHours(1), null, 0.5, null, null, null, null, null,
											ClassChanges.MISS, Compression.LZ4, null, OnError.BYPASS, null, null, null,
											Duration.ofMinutes(2), null, null, List.of("#value.author", "#key"), null,
											null, new Near(true, null, null, null, Duration.ofMinutes(1), null)),
									"users",
									new Single(null, null, null, null, true, "libmc", List.of("json", "jdk"), null,
											null, null, DataSize.ofKilobytes(4), null, null, Duration.ZERO, null, null,
											false, Duration.ofSeconds(5), null, null, "default", null)),
							Duration.ofMinutes(10), null, 0.1, Duration.ZERO, false, "json", List.of("jdk"),
							List.of("com.acme.Order", "com.acme.model.**"), ClassChanges.TOLERATE, Compression.ZLIB,
							DataSize.ofBytes(512), OnError.THROW, false, Duration.ofSeconds(20), Duration.ofSeconds(3),
							Duration.ofMinutes(1), true, Duration.ofSeconds(30), List.of("'all'"), null, "books",
							new Near(false, 500L, DataSize.ofMegabytes(64), Duration.ofMillis(500), null, true)));
				assertThat(context.getBean(CacheManager.class).getCacheNames()).containsExactlyInAnyOrder("books.byId",
						"users");
				assertThat(context.getBean(CacheManager.class).getCache("another")).isNotNull();
			});
	}

	@Test
	void unlessItIsSetTheSerializerIsTheBestThatThereIs(CapturedOutput output) {
		this.runner.run((context) -> assertThat(output).contains("(key prefix \"\", serializer json)"));
		this.runner.withClassLoader(new FilteredClassLoader("tools.jackson"))
			.run((context) -> assertThat(output).contains("(key prefix \"\", serializer jdk)"));
		this.runner.withPropertyValues("libmc.cache.serializer=JDK", "libmc.cache.also-read=json")
			.withBean("mine", EntryFormat.class, () -> EntryFormat.of("mine", new OwnSerializer()))
			.run((context) -> assertThat(output).contains("(key prefix \"\", serializer jdk, also reading json)"));
		this.runner.withBean("mine", EntryFormat.class, () -> EntryFormat.of("mine", new OwnSerializer()))
			.run((context) -> assertThat(output).contains("(key prefix \"\", serializer mine)"));
	}

	@Test
	void aSerializerOfTheUsersIsUsedByItsName(CapturedOutput output) {
		this.runner.withBean("json", CacheValueSerializer.class, OwnSerializer::new)
			.withPropertyValues("libmc.cache.serializer=JSON")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContainingAll("libmc's", "\"json\"", "another name"));
		ApplicationContextRunner own = this.runner.withBean("orders1", CacheValueSerializer.class, OwnSerializer::new);
		own.withPropertyValues("libmc.cache.serializer=orders1", "libmc.client.transcoder=orders1")
			.run((context) -> assertThat(output).contains("(key prefix \"\", serializer orders1)"));
		own.run((context) -> assertThat(output).contains("(key prefix \"\", serializer json)"));
		own.withPropertyValues("libmc.cache.also-read=orders2")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("those that there are: orders1"));
	}

	@Test
	void aBeanSaysHowLongEntriesLive() {
		ApplicationContextRunner own = this.runner
			.withBean("brief", TimeToLive.class, () -> (key, value) -> Duration.ofSeconds(20))
			.withBean("lasting", TimeToLive.class, () -> (key, value) -> Duration.ofHours(1));
		String failing = "libmc.cache.caches.failing.";
		own.withPropertyValues("libmc.cache.time-to-live-by=brief", "libmc.cache.refresh-ahead=10s",
				"libmc.cache.caches.lasting.time_to_live_by=lasting", "libmc.cache.caches.fixed.time-to-live=5m")
			.run((context) -> {
				LibmcCacheManager manager = context.getBean(LibmcCacheManager.class);
				assertThat(manager.getCacheNames()).containsExactlyInAnyOrder("lasting", "fixed");
			});
		own.withPropertyValues("libmc.cache.time-to-live=5m", failing + "time-to-live-by=lasting")
			.run((context) -> assertThat(context).hasNotFailed());
		own.withPropertyValues("libmc.cache.time-to-live-by=brief", failing + "time-to-live=5s",
				failing + "refresh-ahead=10s")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("is not within the time to live"));
		own.withPropertyValues(failing + "time-to-live=5s", failing + "time-to-live-by=brief")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("time-to-live is set beside it"));
		own.withPropertyValues("libmc.cache.time-to-live-by=breif")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("those that there are: brief, lasting"));
	}

	@Test
	void besideATimeToIdleALeaseRefreshingAndStaleEntriesAreRefusedUnderTheirProperties() {
		String users = "libmc.cache.caches.users.";
		this.runner
			.withPropertyValues("libmc.cache.time-to-idle=30m", "libmc.cache.lease=10s", users + "time-to-live=1h")
			.run((context) -> assertThat(context).hasNotFailed());
		Map.of("lease", "20s", "serve-stale", "5s").forEach((property, value) -> {
			String refused = " has the value \"" + Duration.parse("PT" + value).toString()
					+ "\": timeToIdle: PT30M is set beside";
			this.runner.withPropertyValues("libmc.cache.time-to-idle=30m", users + property + "=" + value)
				.run((context) -> assertThat(context).getFailure().hasStackTraceContaining(users(property) + refused));
			this.runner.withPropertyValues("libmc.cache.time-to-idle=30m", "libmc.cache." + property + "=" + value)
				.run((context) -> assertThat(context).getFailure()
					.hasStackTraceContaining("libmc.cache.time-to-idle has the value \"PT30M\""));
			ApplicationContextRunner inherited = this.runner.withPropertyValues(users + "time-to-idle=30m",
					"libmc.cache." + property + "=" + value);
			inherited.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining(users("time-to-idle") + " has the value \"PT30M\""));
			inherited.withPropertyValues(users + property + "=0").run((context) -> assertThat(context).hasNotFailed());
		});
		this.runner
			.withPropertyValues("libmc.cache.time-to-idle=30m", users + "time-to-live=1h", users + "refresh-ahead=5s")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining(users("refresh-ahead") + " has the value \"PT5S\""));
	}

	private static String users(String property) {
		return "The property libmc.cache.caches[users]." + property;
	}

	@Test
	void convertersOfKeysCountForEveryCache() {
		ApplicationContextRunner converting = this.runner.withBean("threads", CacheKeyConverter.class,
				() -> CacheKeyConverter.of(Thread.class, Thread::getName));
		Thread key = new Thread("mine");
		this.runner.run((context) -> assertThatIllegalArgumentException()
			.isThrownBy(() -> context.getBean(CacheManager.class).getCache("any").evict(key))
			.withMessageContaining("CacheKeyConverter"));
		converting.run((context) -> {
			context.getBean(CacheManager.class).getCache("any").evict(key);
			context.getBean(CacheManager.class).getCache("other").evict(key);
		});
		converting.withBean("more", CacheKeyConverter.class, () -> CacheKeyConverter.of(Thread.class, Thread::toString))
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("there are two for keys of type java.lang.Thread"));
	}

	@Test
	void withoutJacksonItIsSaidWhatJsonNeeds() {
		this.runner.withClassLoader(new FilteredClassLoader("tools.jackson"))
			.withPropertyValues("libmc.cache.also-read=json")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("org.springframework.boot:spring-boot-starter-jackson"));
	}

	@Test
	void withoutLz4ItIsSaidWhatItNeeds() {
		this.runner.withClassLoader(new FilteredClassLoader("net.jpountz"))
			.withPropertyValues("libmc.cache.compression=lz4")
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("at.yawk.lz4:lz4-java"));
	}

	@Test
	void withoutJacksonTheOtherSerializersWork() {
		this.runner.withClassLoader(new FilteredClassLoader("tools.jackson"))
			.withPropertyValues("libmc.cache.caches.users.serializer=libmc")
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(LibmcCacheManager.class));
	}

	@Test
	void withoutReactorAndTransactionsItWorks() {
		this.runner.withClassLoader(new FilteredClassLoader("reactor", "org.springframework.transaction"))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(LibmcCacheManager.class));
	}

	@Test
	void anUnknownPropertyOfTheEnvironmentIsWarnedOfWithTheNearest(CapturedOutput output) {
		this.runner
			.withInitializer(environment(Map.of("LIBMC_CACHE_TTL", "1h", "LIBMC_CACHE_KEYPREFX", "a:",
					"LIBMC_CACHE_LEASE", "5s", "LIBMC_CACHE_LEASE_WAIT", "5s", "LIBMC_CACHE_ALLOWEDCLASSES_0",
					"com.acme.*", "LIBMC_CLUSTERS_SESSIONS_SERVERS_0", "b", "LIBMC_CLUSTERS_SESSIONS_SSL_BUNDEL", "x",
					"LIBMC_CLUSTERS_SESSIONS_HASH_FN", "crc-32", "LIBMC_CACHE_CACHES_USERS_CLUSTER", "sessions")))
			.withSystemProperties("libmc.cache.time-to-life=1h", "libmc.cache.serve-stale=5s",
					"libmc.cache.caches.titles.allowed-classes[0]=com.acme.Order",
					"libmc.cache.caches[books.byId].on-error=throw", "libmc.cache.caches.users.leese=1h",
					"libmc.clusters.sessions.pol-timeout=1s", "libmc.clusters.sessions.ssl.enabled=false",
					"libmc.clusters.sessions.failover=true")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				String ignored = " is ignored: libmc has no such property, the nearest is ";
				String variables = " from property source \"systemEnvironment\"";
				String properties = " from property source \"systemProperties\"";
				assertThat(output).contains("\"LIBMC_CACHE_TTL\"" + variables + ignored + "libmc.cache.time-to-live",
						"\"LIBMC_CACHE_KEYPREFX\"" + variables + ignored + "libmc.cache.key-prefix",
						"\"LIBMC_CLUSTERS_SESSIONS_SSL_BUNDEL\"" + variables + ignored + "ssl.bundle",
						"\"libmc.cache.time-to-life\"" + properties + ignored + "libmc.cache.time-to-live",
						"\"libmc.cache.caches.users.leese\"" + properties + ignored + "lease",
						"\"libmc.clusters.sessions.pol-timeout\"" + properties + ignored + "poll-timeout");
				assertThat(output.toString().split("is ignored", -1)).hasSize(7);
				assertThat(nativeCache(context, "users")).isSameAs(context.getBean("sessionsMemcachedClient"));
			});
	}

	@Test
	void aVariableForACacheThatItDoesNotReachIsWarnedOf(CapturedOutput output) {
		ApplicationContextRunner variable = this.runner
			.withInitializer(environment(Map.of("LIBMC_CACHE_CACHES_BOOKSBYID_TIMETOLIVE", "1h")));
		variable.run((context) -> {
			CacheManager manager = context.getBean(CacheManager.class);
			assertThat(manager.getCache("booksbyid")).isNotNull();
			assertThat(output).doesNotContain("BOOKSBYID");
			assertThat(manager.getCache("booksById")).isNotNull();
			assertThat(output).contains("\"LIBMC_CACHE_CACHES_BOOKSBYID_TIMETOLIVE\" from property source",
					"is for a cache called \"booksbyid\", and not for \"booksById\"",
					"libmc.cache.caches[booksById].time-to-live");
		});
		variable.withPropertyValues("spring.cache.cache-names=books.byId")
			.run((context) -> assertThat(output).contains("and not for \"books.byId\""));
	}

	@Test
	void aVariableForAClusterThatItDoesNotReachIsWarnedOf(CapturedOutput output) {
		this.runner.withInitializer(environment(Map.of("LIBMC_CLUSTERS_EUSESSIONS_SERVERS", "b")))
			.withPropertyValues("libmc.clusters[eu.sessions].servers=c")
			.run((context) -> assertThat(output).contains("\"LIBMC_CLUSTERS_EUSESSIONS_SERVERS\" from property source",
					"is for a cluster called \"eusessions\", and not for \"eu.sessions\""));
	}

	@Test
	void everyPropertyIsKnownInTheEnvironment() {
		Set<String> single = names(Single.class);
		single.remove("near");
		names(Near.class).forEach((name) -> single.add("near." + name));
		assertThat(single).isEqualTo(EnvironmentProperties.OF_CACHE);
		Set<String> all = names(LibmcCacheProperties.class);
		all.removeAll(EnvironmentProperties.OF_CACHE);
		all.removeAll(Set.of("caches", "near"));
		assertThat(all).isEqualTo(EnvironmentProperties.OF_ALL_CACHES);
		Set<String> cluster = names(LibmcProperties.Cluster.class);
		cluster.removeAll(Set.of("ssl", "client", "discovery"));
		names(LibmcProperties.Discovery.class).forEach((name) -> cluster.add("discovery." + name));
		names(LibmcProperties.Client.class).forEach((name) -> cluster.add("client." + name));
		names(LibmcProperties.Ssl.class).forEach((name) -> cluster.add("ssl." + name));
		assertThat(cluster).isEqualTo(EnvironmentProperties.OF_CLUSTER);
	}

	private static Set<String> names(Class<?> type) {
		return Stream.of(type.getRecordComponents())
			.map((component) -> DataObjectPropertyName.toDashedForm(component.getName()))
			.collect(Collectors.toCollection(HashSet::new));
	}

	private static ApplicationContextInitializer<ConfigurableApplicationContext> environment(
			Map<String, Object> variables) {
		return (context) -> context.getEnvironment()
			.getPropertySources()
			.replace("systemEnvironment", new SystemEnvironmentPropertySource("systemEnvironment", variables));
	}

	@Test
	void whatIsMissingForAPropertyIsNamed() {
		for (String property : List.of("libmc.cache.serializer", "libmc.cache.caches[books.byId].serializer")) {
			this.runner.withClassLoader(new FilteredClassLoader("tools.jackson"))
				.withPropertyValues(property + "=json")
				.run((context) -> assertThat(context).getFailure()
					.rootCause()
					.isInstanceOf(IllegalArgumentException.class)
					.hasMessageContaining("spring-boot-starter-jackson"));
		}
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.transaction"))
			.withPropertyValues("libmc.cache.transaction-aware=true")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("spring-tx"));
	}

	@Test
	void springsOwnCacheNamesFixTheCaches() {
		this.runner
			.withPropertyValues("spring.cache.cache-names=books,users", "libmc.cache.caches.authors.time-to-live=1h")
			.run((context) -> {
				CacheManager manager = context.getBean(CacheManager.class);
				assertThat(manager.getCacheNames()).containsExactlyInAnyOrder("books", "users", "authors");
				assertThat(manager.getCache("another")).isNull();
			});
	}

	@Test
	void springsOwnCustomizersAreCalled() {
		this.runner.withUserConfiguration(Customizers.class)
			.run((context) -> assertThat(context.getBean(CacheManager.class).getCacheNames())
				.containsExactly("custom"));
	}

	@Test
	void itCanBeSwitchedOff() {
		this.runner.withPropertyValues("libmc.enabled=false")
			.withClassLoader(new FilteredClassLoader("com.github.benmanes.caffeine"))
			.run((context) -> assertThat(context).hasSingleBean(ConcurrentMapCacheManager.class)
				.doesNotHaveBean(LibmcCacheManager.class));
	}

	@Test
	void withoutLibmcBootChoosesTheCache() {
		ApplicationContextRunner off = this.runner.withPropertyValues("libmc.enabled=false");
		off.run((context) -> assertThat(context).hasSingleBean(CaffeineCacheManager.class));
		off.withClassLoader(new FilteredClassLoader(EmbeddedMemcached.class, Caffeine.class))
			.run((context) -> assertThat(context).hasSingleBean(ConcurrentMapCacheManager.class));
	}

	@Test
	void switchedOffTheCachesKeepNothing() {
		ApplicationContextRunner off = this.runner.withPropertyValues("libmc.cache.enabled=false");
		off.run((context) -> {
			assertThat(context).hasSingleBean(CacheManager.class)
				.hasSingleBean(NoOpCacheManager.class)
				.hasSingleBean(MemcachedClient.class);
			Cache cache = context.getBean(CacheManager.class).getCache("any");
			assertThat(cache).isNotNull();
			cache.put("k", "v");
			assertThat(cache.get("k")).isNull();
		});
		off.withBean("own", ConcurrentMapCacheManager.class, () -> new ConcurrentMapCacheManager())
			.run((context) -> assertThat(context).hasSingleBean(CacheManager.class).hasBean("own"));
		off.withUserConfiguration(OwnResolver.class)
			.run((context) -> assertThat(context).doesNotHaveBean(CacheManager.class));
		off.withPropertyValues("spring.cache.type=simple")
			.run((context) -> assertThat(context).hasSingleBean(ConcurrentMapCacheManager.class));
		off.withPropertyValues("libmc.enabled=false")
			.withClassLoader(new FilteredClassLoader("com.github.benmanes.caffeine"))
			.run((context) -> assertThat(context).hasSingleBean(ConcurrentMapCacheManager.class));
	}

	@Test
	void withoutEnableCachingThereIsNoCacheManager() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(LibmcAutoConfiguration.class, LibmcCacheAutoConfiguration.class,
					CacheAutoConfiguration.class))
			.run((context) -> assertThat(context).hasSingleBean(MemcachedClient.class)
				.doesNotHaveBean(CacheManager.class));
	}

	@Test
	void itBacksOffForACacheManagerOfTheUsers() {
		this.runner.withBean(NoOpCacheManager.class)
			.run((context) -> assertThat(context).hasSingleBean(CacheManager.class)
				.hasSingleBean(NoOpCacheManager.class));
	}

	@Test
	void besideAnotherCacheManagerOneIsBuiltOfTheProperties() {
		this.runner.withUserConfiguration(Beside.class)
			.withPropertyValues("libmc.cache.key-prefix=shop", "libmc.cache.caches.users.time-to-live=1h",
					"libmc.clusters.books.servers=b", "libmc.cache.cluster=books")
			.run((context) -> {
				LibmcCacheManager manager = context.getBean(LibmcCacheManager.class);
				assertThat(manager.getCacheNames()).containsExactly("users");
				assertThat(Objects.requireNonNull(manager.getCache("any")).getNativeCache())
					.isSameAs(context.getBean("booksMemcachedClient"));
				assertThat(context.getBean(CacheManager.class)).isInstanceOf(ConcurrentMapCacheManager.class);
				assertThat(context.getBean(LibmcCacheManagerBuilder.class))
					.isNotSameAs(context.getBean(LibmcCacheManagerBuilder.class));
				LibmcCacheManager another = context.getBean(LibmcCacheManagerBuilder.class).cluster("default").build();
				assertThat(Objects.requireNonNull(another.getCache("any")).getNativeCache())
					.isSameAs(context.getBean("memcachedClient"));
				assertThatIllegalArgumentException()
					.isThrownBy(() -> context.getBean(LibmcCacheManagerBuilder.class).cluster("sesions"))
					.withMessageContaining("\"default\", \"books\"");
			});
		this.runner.withUserConfiguration(Beside.class)
			.withPropertyValues("libmc.cache.refresh-ahead=1h")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("time to live"));
	}

	@Test
	void whatIsAdvisedHasAnEffect() {
		this.runner
			.withPropertyValues("libmc.cache.on-error=throw", "libmc.cache.caches.own.allowed-classes=com.acme.Order",
					"libmc.cache.caches[books.byId].serializer=jdk", "libmc.cache.caches.python.serializer=libmc")
			.run((context) -> {
				CacheManager manager = context.getBean(CacheManager.class);
				Map.of("any", "add it to the property libmc.cache.allowed-classes", "own",
						"add it to the property libmc.cache.caches[own].allowed-classes", "books.byId",
						"add them to the property libmc.cache.allowed-classes", "python",
						"set libmc.cache.caches[python].serializer to jdk or json")
					.forEach((name, advice) -> assertThatIllegalArgumentException()
						.isThrownBy(() -> Objects.requireNonNull(manager.getCache(name)).put("k", new NotAllowed(1)))
						.withMessageContaining(advice));
			});
	}

	@Test
	void aManagerThatIsBuiltInCodeIsNotAdvisedOfPropertiesWithoutEffect() {
		this.runner.run((context) -> {
			LibmcCacheManager manager = new LibmcCacheManager(context.getBean(MemcachedClient.class),
					new LibmcCacheSettings().onError(OnError.THROW));
			assertThatIllegalArgumentException()
				.isThrownBy(() -> Objects.requireNonNull(manager.getCache("any")).put("k", new NotAllowed(1)))
				.withMessageContainingAll("give it to its EntryFormat", "LibmcCacheManagerBuilder");
		});
	}

	@Test
	void itBacksOffForACacheResolverOfTheUsers() {
		this.runner.withUserConfiguration(OwnResolver.class)
			.run((context) -> assertThat(context).doesNotHaveBean(LibmcCacheManager.class));
	}

	@Test
	void itBacksOffForACacheTypeOfTheUsers() {
		this.runner.withPropertyValues("spring.cache.type=simple")
			.run((context) -> assertThat(context).hasSingleBean(ConcurrentMapCacheManager.class)
				.doesNotHaveBean(LibmcCacheManager.class));
		this.runner.withPropertyValues("spring.cache.type=none")
			.run((context) -> assertThat(context).hasSingleBean(NoOpCacheManager.class)
				.doesNotHaveBean(LibmcCacheManager.class));
	}

	@Test
	void itUsesAClientOfTheUsers() {
		this.runner.withUserConfiguration(LibmcAutoConfigurationTest.OwnClient.class)
			.run((context) -> assertThat(context).hasSingleBean(LibmcCacheManager.class)
				.hasSingleBean(MemcachedClient.class)
				.hasBean("ownClient"));
	}

	@Test
	void anotherClientDoesNotTakeTheCachesOver(CapturedOutput output) {
		ApplicationContextRunner another = this.runner
			.withUserConfiguration(LibmcAutoConfigurationTest.OwnClient.class);
		another.withPropertyValues("libmc.servers=10.0.0.1").run((context) -> {
			assertThat(nativeCache(context)).isSameAs(context.getBean("memcachedClient"));
			assertThat(context.getBean(MemcachedClient.class)).isSameAs(context.getBean("ownClient"));
			assertThat(output).contains("The caches use the client \"memcachedClient\"", "not [ownClient]",
					"@CacheMemcachedClient");
		});
		another.withUserConfiguration(LibmcAutoConfigurationTest.OwnConnectionDetails.class)
			.run((context) -> assertThat(nativeCache(context)).isSameAs(context.getBean("memcachedClient")));
	}

	@Test
	void anotherClientThatIsNoDefaultCandidateIsNotWarnedOf(CapturedOutput output) {
		this.runner.withUserConfiguration(NoDefaultCandidate.class).run((context) -> {
			assertThat(nativeCache(context)).isSameAs(context.getBean("memcachedClient"))
				.isSameAs(context.getBean(MemcachedClient.class))
				.isNotSameAs(context.getBean("other"));
			assertThat(output).doesNotContain("The caches use");
		});
	}

	@Test
	void aClientThatIsMarkedIsTheCaches(CapturedOutput output) {
		for (String[] properties : new String[][] { {}, { "libmc.servers=10.0.0.1" } }) {
			this.runner.withUserConfiguration(Marked.class, NoDefaultCandidate.class)
				.withPropertyValues(properties)
				.run((context) -> {
					assertThat(nativeCache(context)).isSameAs(context.getBean("marked"));
					assertThat(context.getBean(MemcachedClient.class)).isSameAs(context.getBean("memcachedClient"));
				});
			this.runner.withUserConfiguration(Marked.class, TwoClients.class)
				.withPropertyValues(properties)
				.run((context) -> assertThat(nativeCache(context)).isSameAs(context.getBean("marked")));
		}
		assertThat(output).doesNotContain("The caches use");
	}

	@Test
	void aPrimaryClientAndOneOfTheSameNameReplaceTheAutoConfiguredOne() {
		for (String[] properties : new String[][] { {}, { "libmc.servers=10.0.0.1" } }) {
			this.runner.withUserConfiguration(TwoClients.class, PrimaryClient.class)
				.withPropertyValues(properties)
				.run((context) -> {
					assertThat(nativeCache(context)).isSameAs(context.getBean("primary"));
					assertThat(context).doesNotHaveBean("memcachedClient");
				});
			this.runner.withBean("memcachedClient", MemcachedClient.class, LibmcCacheAutoConfigurationTest::client)
				.withPropertyValues(properties)
				.run((context) -> {
					assertThat(context).hasSingleBean(MemcachedClient.class)
						.doesNotHaveBean(LibmcAutoConfiguration.Client.class);
					assertThat(nativeCache(context)).isSameAs(context.getBean("memcachedClient"));
				});
		}
	}

	@Test
	void ofTwoClientsTheCachesTakeNoneUnlessToldWhich() {
		this.runner.withUserConfiguration(TwoClients.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(AmbiguousClientException.class)
				.hasMessageContainingAll("first", "second"));
		this.runner.withUserConfiguration(TwoClients.class)
			.withPropertyValues("libmc.servers=10.0.0.1")
			.run((context) -> assertThat(nativeCache(context)).isSameAs(context.getBean("memcachedClient")));
	}

	private static MemcachedClient client() {
		return MemcachedClient.builder().servers("localhost:11211").build();
	}

	@Test
	void itUsesServerStatesOfTheUsers() {
		this.runner.withBean("ownStates", ServerStates.class, ServerStates::new)
			.run((context) -> assertThat(context).hasSingleBean(ServerStates.class).hasBean("ownStates"));
	}

	private static final class OwnSerializer implements CacheValueSerializer {

		@Override
		public byte[] serialize(Object value) {
			return value.toString().getBytes(StandardCharsets.UTF_8);
		}

		@Override
		public Object deserialize(byte[] bytes, DecodingBudget budget) {
			return new String(bytes, StandardCharsets.UTF_8);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching
	static class Caching {

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoClients {

		@Bean
		MemcachedClient first() {
			return client();
		}

		@Bean
		MemcachedClient second() {
			return client();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrimaryClient {

		@Bean
		@Primary
		MemcachedClient primary() {
			return client();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NoDefaultCandidate {

		@Bean(defaultCandidate = false)
		MemcachedClient other() {
			return client();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Marked {

		@Bean(defaultCandidate = false)
		@CacheMemcachedClient
		MemcachedClient marked() {
			return client();
		}

	}

	record NotAllowed(int number) implements Serializable {

	}

	@Configuration(proxyBeanMethods = false)
	static class Beside {

		@Bean
		@Primary
		ConcurrentMapCacheManager inTheHeap() {
			return new ConcurrentMapCacheManager();
		}

		@Bean
		LibmcCacheManager memcached(LibmcCacheManagerBuilder builder) {
			return builder.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Customizers {

		@Bean
		CacheManagerCustomizer<LibmcCacheManager> customizer() {
			return (manager) -> manager.configureCache("custom",
					(settings) -> settings.timeToLive(Duration.ofMinutes(1)));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnResolver implements CachingConfigurer {

		@Bean
		@Override
		public CacheResolver cacheResolver() {
			return new NamedCacheResolver(new NoOpCacheManager(), "books");
		}

	}

}
