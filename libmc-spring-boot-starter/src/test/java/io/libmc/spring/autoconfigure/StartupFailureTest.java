package io.libmc.spring.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.cache.autoconfigure.CacheAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * What the user reads when the application does not start.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartupFailureTest {

	@ParameterizedTest
	@MethodSource
	void aBadValueIsNamedWithItsPropertyAndAGoodOne(String property, String value, String[] read,
			CapturedOutput output) {
		assertThatThrownBy(() -> start(property + "=" + value));
		assertThat(output)
			.contains("APPLICATION FAILED TO START", "Property: ", "Value: \"" + value + "\"",
					"Origin: \"" + property + "\" from property source \"commandLineArgs\"")
			.contains(read)
			.doesNotContain("\tat ");
	}

	static Stream<Arguments> aBadValueIsNamedWithItsPropertyAndAGoodOne() {
		return Stream.of(
				bad("libmc.servers", "a:1,lo:cal:host", "Property: libmc.servers", "is refused",
						"for example localhost:11211"),
				bad("libmc.servers", "localhost:99999", "Property: libmc.servers", "99999", "1 to 65535",
						"for example localhost:11211"),
				bad("libmc.servers", "localhost:0", "Property: libmc.servers", "1 to 65535"),
				bad("libmc.servers", "a,a", "Property: libmc.servers", "same name"),
				bad("libmc.servers", "", "Property: libmc.servers", "no server is named",
						"for example localhost:11211"),
				bad("libmc.spares", "lo:cal:host", "Property: libmc.spares", "is refused",
						"for example 10.0.0.9:11211"),
				bad("libmc.spares", "localhost", "Property: libmc.spares", "\"localhost:11211\" is one of the servers"),
				bad("libmc.spare-time-to-live", "500ms", "Property: libmc.spare-time-to-live",
						"give whole seconds, 1 s to 1 day", "for example 10s"),
				bad("libmc.clusters.sessions.spare-time-to-live", "0s",
						"Property: libmc.clusters.sessions.spare-time-to-live", "for example 10s"),
				bad("libmc.connect-timeout", "-1s", "Property: libmc.connect-timeout", "1 ms to 1 day",
						"for example 100ms"),
				bad("libmc.connect_timeout", "0", "Property: libmc.connect-timeout", "1 ms to 1 day"),
				bad("libmc.poll-timeout", "-5ms", "Property: libmc.poll-timeout", "for example 300ms"),
				bad("libmc.retry-timeout", "-5s", "Property: libmc.retry-timeout", "for example 5s"),
				bad("libmc.max-retries", "-1", "Property: libmc.max-retries", "0 to 10", "for example 1"),
				bad("libmc.connections-per-server", "0", "Property: libmc.connections-per-server", "1 to 64"),
				bad("libmc.prefix", "a b", "Property: libmc.prefix", "a space", "for example shop:"),
				bad("libmc.prefix", "x".repeat(51), "Property: libmc.prefix", "51 bytes"),
				bad("libmc.handshake-timeout", "0s", "Property: libmc.handshake-timeout", "for example 5s"),
				bad("libmc.discovery.dns", "a:b", "Property: libmc.discovery.dns", "no host and port",
						"for example memcached.cache.svc.cluster.local:11211"),
				bad("libmc.discovery.elasticache", "/run/x.sock", "Property: libmc.discovery.elasticache",
						"for example cluster.cfg.example.com:11211"),
				bad("libmc.discovery.dns-srv", "a b", "Property: libmc.discovery.dns-srv", "no name of a service"),
				bad("libmc.discovery.consul", "a:1", "Property: libmc.discovery.consul", "no such properties"),
				bad("libmc.discovery.refresh-interval", "0s", "Property: libmc.discovery.refresh-interval",
						"1 ms to 1 day", "for example 60s"),
				bad("libmc.clusters.sessions.discovery.dns", "a:b", "Property: libmc.clusters.sessions.discovery.dns"),
				bad("libmc.clusters.sessions.discovery.consul", "a:1",
						"Property: libmc.clusters.sessions.discovery.consul", "Correct the spelling"),
				bad("libmc.comp-threshold", "-1B", "Property: libmc.comp-threshold", "0 to 1073741824",
						"for example 10KB"),
				bad("libmc.comp-threshold", "2TB", "Property: libmc.comp-threshold", "0 to 1073741824"),
				bad("libmc.comp-threshold", "big", "Property: libmc.comp-threshold",
						"'big' does not match data size pattern"),
				bad("libmc.username", "a b", "Property: libmc.username", "holds a space"),
				bad("libmc.ssl.bundle", "absent", "Property: libmc.ssl.bundle", "'absent'",
						"for example the name of a bundle below spring.ssl.bundle"),
				bad("libmc.hash-fn", "sha1", "Property: libmc.hash-fn", "CRC_32", "FNV1A_32", "FNV1_32", "MD5"),
				bad("libmc.poll-timeout", "soon", "Property: libmc.poll-timeout", "'soon' is not a valid duration"),
				bad("libmc.clusters.sessions.servers", "localhost:99999", "Property: libmc.clusters.sessions.servers",
						"1 to 65535", "for example localhost:11211"),
				bad("libmc.clusters.sessions.servers", "", "no server is named"),
				bad("libmc.clusters[eu.sessions].poll-timeout", "-1s",
						"Property: libmc.clusters[eu.sessions].poll-timeout", "for example 300ms"),
				bad("libmc.clusters.userSessions.poll-timeout", "-1s", "1 ms to 1 day"),
				bad("libmc.cache.caches.userTitles.lease-wait", "-1s", "is negative"),
				bad("libmc.clusters.sessions.hash-fn", "sha1", "Property: libmc.clusters.sessions.hash-fn", "CRC_32"),
				bad("libmc.cache.cluster", "sesions", "Property: libmc.cache.cluster", "no such cluster", "\"default\"",
						"for example default"),
				bad("libmc.cache.caches[books.byId].cluster", "sesions",
						"Property: libmc.cache.caches[books.byId].cluster", "no such cluster", "\"default\""),
				bad("libmc.cache.key-prefix", "a b", "Property: libmc.cache.key-prefix", "for example shop"),
				bad("libmc.cache.clear-visibility", "-1s", "Property: libmc.cache.clear-visibility", "for example 1s"),
				bad("libmc.cache.time-to-live", "-1s", "Property: libmc.cache.time-to-live", "is negative",
						"for example 10m"),
				bad("libmc.cache.time-to-live-jitter", "1.5", "Property: libmc.cache.time-to-live-jitter", "0 to 1",
						"for example 0.1"),
				bad("libmc.cache.caches[books.byId].time-to-live-jitter", "-0.1",
						"Property: libmc.cache.caches[books.byId].time-to-live-jitter", "for example 0.1"),
				bad("libmc.cache.caches[books.byId].time-to-live", "-1s",
						"Property: libmc.cache.caches[books.byId].time-to-live", "for example 10m"),
				bad("libmc.cache.allowed-classes", "com/acme", "Property: libmc.cache.allowed-classes", "com.acme.**",
						"for example com.acme.Order"),
				bad("libmc.cache.lease", "500ms", "Property: libmc.cache.lease", "shorter than a second",
						"for example 10s"),
				bad("libmc.cache.caches[books.byId].lease", "-1s", "Property: libmc.cache.caches[books.byId].lease",
						"shorter than a second"),
				bad("libmc.cache.lease-wait", "-1s", "Property: libmc.cache.lease-wait", "is negative"),
				bad("libmc.cache.serve-stale", "-1s", "Property: libmc.cache.serve-stale", "is negative"),
				bad("libmc.cache.time-to-live", "600", "Property: libmc.cache.time-to-live",
						"PT0.6S is shorter than a second", "600s is probably meant", "for example 10m"),
				bad("libmc.cache.time-to-live", "999ms", "999s is probably meant"),
				bad("libmc.cache.caches[books.byId].time-to-live", "1",
						"Property: libmc.cache.caches[books.byId].time-to-live", "1s is probably meant"),
				bad("libmc.cache.caches.users.time_to_live", "PT0.0005S", "shorter than a second"),
				bad("libmc.cache.serve-stale", "30", "Property: libmc.cache.serve-stale", "30s is probably meant"),
				bad("libmc.cache.caches.users.serve-stale", "30", "Property: libmc.cache.caches[users].serve-stale",
						"30s is probably meant"),
				bad("libmc.cache.time-to-live-by", "orderTimes", "Property: libmc.cache.time-to-live-by",
						"\"orderTimes\" is not the name of a bean of the type TimeToLive, of which there is none"),
				bad("libmc.cache.caches.users.time-to-live-by", "libmcServerStates",
						"Property: libmc.cache.caches[users].time-to-live-by", "is not the name of a bean"),
				bad("libmc.cache.time-to-idle", "60", "Property: libmc.cache.time-to-idle", "60s is probably meant"),
				bad("libmc.cache.caches.users.time-to-idle", "-1s", "Property: libmc.cache.caches[users].time-to-idle",
						"is negative", "for example 30m"),
				bad("libmc.cache.refresh-ahead", "-1s", "Property: libmc.cache.refresh-ahead", "is negative"),
				bad("libmc.cache.near.time-to-live", "2h", "Property: libmc.cache.near.time-to-live",
						"give more than 0, up to 1 hour"),
				bad("libmc.cache.near.maximum-size", "0", "Property: libmc.cache.near.maximum-size", "is less than 1"),
				bad("libmc.cache.lease", "20", "Property: libmc.cache.lease", "20s is probably meant"),
				bad("libmc.cache.refresh-ahead", "60", "Property: libmc.cache.refresh-ahead", "60s is probably meant"),
				bad("libmc.cache.refresh-ahead", "10s", "Property: libmc.cache.refresh-ahead", "time to live",
						"never expire"),
				bad("libmc.cache.refresh-ahead", "10ms", "Property: libmc.cache.refresh-ahead",
						"shorter than a second"),
				bad("libmc.cache.caches[books].refresh-ahead", "1h",
						"Property: libmc.cache.caches[books].refresh-ahead", "time to live"),
				bad("libmc.cache.serializer", "kryo", "Property: libmc.cache.serializer",
						"neither auto, jdk, json nor libmc", "of which there is none"),
				bad("libmc.cache.also-read", "json,jkd", "Property: libmc.cache.also-read", "\"jkd\" is neither auto"),
				bad("libmc.cache.caches.users.serializer", "libmcServerStates",
						"Property: libmc.cache.caches[users].serializer", "CacheValueSerializer"),
				bad("libmc.cache.compression", "zip", "Property: libmc.cache.compression", "ZLIB", "LZ4"),
				bad("libmc.cache.compression-threshold", "-1", "Property: libmc.cache.compression-threshold",
						"compressionThreshold: -1", "for example 1KB"),
				bad("libmc.client.transcoder", "kryo", "Property: libmc.client.transcoder", "neither auto"),
				bad("libmc.clusters.books.client.transcoder", "kryo",
						"Property: libmc.clusters.books.client.transcoder"),
				bad("libmc.cache.on-error", "ignore", "Property: libmc.cache.on-error", "BYPASS", "THROW"));
	}

	@Test
	void aBadPasswordIsNotShown(CapturedOutput output) {
		assertThatThrownBy(() -> start("libmc.username=shop", "libmc.password=top\tsecret"));
		assertThat(output)
			.contains("Property: libmc.password", "Value: \"(not shown)\"", "Origin: \"libmc.password\" from",
					"holds a control character")
			.doesNotContain("secret");
	}

	@Test
	void theClustersThatThereAreAreNamed(CapturedOutput output) {
		assertThatThrownBy(() -> start("libmc.clusters.books.servers=b", "libmc.clusters.sessions.servers=c",
				"libmc.cache.cluster=sesions"));
		assertThat(output).contains("Property: libmc.cache.cluster", "Value: \"sesions\"",
				"those that there are: \"default\", \"books\", \"sessions\"");
	}

	@Test
	void aClusterNeedsServersAndAnotherNameThanTheDefault(CapturedOutput output) {
		assertThatThrownBy(() -> start("libmc.clusters.sessions.failover=true"));
		assertThat(output).contains("Property: libmc.clusters.sessions.servers", "no server is named");
		assertThatThrownBy(() -> start("libmc.clusters.default.servers=a"));
		assertThat(output).contains("Property: libmc.clusters.default", "is the cluster of libmc.servers");
	}

	@Test
	void sparesAndFailoverExcludeEachOther(CapturedOutput output) {
		assertThatThrownBy(() -> start("libmc.failover=true", "libmc.spares=a"));
		assertThat(output).contains("Property: libmc.spares", "Value: \"a\"", "libmc.failover is on, too");
		assertThatThrownBy(() -> start("libmc.clusters.sessions.servers=a", "libmc.clusters.sessions.spares=b",
				"libmc.clusters.sessions.failover=true"));
		assertThat(output).contains("Property: libmc.clusters.sessions.spares",
				"libmc.clusters.sessions.failover is on, too");
	}

	@Test
	void aClustersPasswordIsNotShown(CapturedOutput output) {
		assertThatThrownBy(() -> start("libmc.clusters.sessions.servers=a", "libmc.clusters.sessions.username=shop",
				"libmc.clusters.sessions.password=top\tsecret"));
		assertThat(output).contains("Property: libmc.clusters.sessions.password", "Value: \"(not shown)\"")
			.doesNotContain("secret");
	}

	@Test
	void aPropertyThatNoClusterHasIsRefused(CapturedOutput output) {
		assertThatThrownBy(() -> start("libmc.clusters.sessions.servers=a", "libmc.clusters.sessions.pol-timeout=1s"));
		assertThat(output)
			.contains("APPLICATION FAILED TO START", "Property: libmc.clusters.sessions.pol-timeout",
					"Correct the spelling, or remove them.")
			.doesNotContain("\tat ");
		assertThatThrownBy(() -> start("libmc.clusters.eu.sessions.servers=a"));
		assertThat(output).contains(
				"If the cluster is called \"eu.sessions\", write its name in brackets and quotes, as in clusters: \"[eu.sessions]\":.");
		assertThatThrownBy(
				() -> start("libmc.clusters.sessions.servers=a", "libmc.clusters.sessions.ssl.bundel=memcached"));
		assertThat(output).doesNotContain("\"sessions.ssl\"");
	}

	@Test
	void aPrefixHasToLeaveRoomForTheCachesOfItsCluster(CapturedOutput output) {
		assertThatThrownBy(
				() -> start("libmc.clusters.books.servers=b", "libmc.clusters.books.prefix=" + "x".repeat(40),
						"libmc.cache.key-prefix=" + "y".repeat(20), "libmc.cache.caches.titles.cluster=books"));
		assertThat(output).contains("Property: libmc.clusters.books.prefix", "with libmc.cache.key-prefix it has 60");
	}

	@Test
	void aUserNeedsAPasswordAndAPasswordAUser(CapturedOutput output) {
		assertThatThrownBy(() -> start("libmc.username=shop"));
		assertThat(output).contains("Property: libmc.password", "the password is empty");
		assertThatThrownBy(() -> start("libmc.password=secret"));
		assertThat(output).contains("Property: libmc.username", "it does not say whose it is").doesNotContain("secret");
	}

	@Test
	void aPropertyThatDoesNotExistIsRefused(CapturedOutput output) {
		assertThatThrownBy(() -> start("libmc.cache.time-to-life=1h"));
		assertThat(output)
			.contains("APPLICATION FAILED TO START", "Property: libmc.cache.time-to-life", "Value: \"1h\"",
					"Correct the spelling, or remove them.")
			.doesNotContain("\tat ");
	}

	@Test
	void aCacheNameThatNeedsBracketsIsShownWithThem(CapturedOutput output) {
		assertThatThrownBy(() -> start("libmc.cache.caches.books.byId.time-to-live=1h"));
		assertThat(output).contains("APPLICATION FAILED TO START", "Value: \"1h\"",
				"If the cache is called \"books.byId\", write its name in brackets and quotes, as in caches: \"[books.byId]\":.");
	}

	@Test
	void whatWasWrittenInYamlIsShownWithItsPlace(@TempDir Path directory, CapturedOutput output) throws IOException {
		Path yaml = Files.writeString(directory.resolve("application.yml"), """
				libmc:
				  servers:
				    - localhost:11211
				    - localhost:port
				""");
		assertThatThrownBy(() -> start("spring.config.location=" + yaml.toUri()));
		assertThat(output).contains("Property: libmc.servers", "Value: \"[localhost:11211, localhost:port]\"",
				"application.yml] - 3:7", "its port \"port\" is not a number");
	}

	@Test
	void aCacheNameWithoutBracketsInYamlIsNotLostInSilence(@TempDir Path directory, CapturedOutput output)
			throws IOException {
		Path yaml = Files.writeString(directory.resolve("application.yml"), """
				libmc:
				  cache:
				    caches:
				      books.byId:
				        time-to-live: 1h
				""");
		assertThatThrownBy(() -> start("spring.config.location=" + yaml.toUri()));
		assertThat(output).contains("application.yml] - 5:23", "caches: \"[books.byId]\":");
	}

	@Test
	void aCacheTypeThatDoesNotExistIsAnsweredWithThoseThatDo(CapturedOutput output) {
		for (String type : new String[] { "libmc", "memcached" }) {
			assertThatThrownBy(() -> start("spring.cache.type=" + type));
			assertThat(output)
				.contains("APPLICATION FAILED TO START", "Property: spring.cache.type", "Value: \"" + type + "\"",
						"Origin: \"spring.cache.type\" from property source \"commandLineArgs\"",
						"Remove spring.cache.type", "caffeine, couchbase, generic", "none", "redis", "simple")
				.doesNotContain("\tat ");
		}
	}

	@Test
	void ofTwoClientsOneHasToBeChosen(CapturedOutput output) {
		assertThatThrownBy(() -> start(LibmcCacheAutoConfigurationTest.TwoClients.class));
		assertThat(output)
			.contains("APPLICATION FAILED TO START", "nothing says which: first, second", "@CacheMemcachedClient")
			.doesNotContain("\tat ");
	}

	@Test
	void otherUnknownPropertiesAreLeftToBoot(CapturedOutput output) {
		start("libmc.unknown=1", "libmc.cache.caches.books.time-to-live=1h");
		assertThat(output).doesNotContain("FAILED");
	}

	private static Arguments bad(String property, String value, String... read) {
		return arguments(property, value, read);
	}

	private static void start(String... arguments) {
		start(Application.class, arguments);
	}

	private static void start(Class<?> configuration, String... arguments) {
		SpringApplication application = new SpringApplication(Application.class, configuration);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.run(Stream.of(arguments).map((argument) -> "--" + argument).toArray(String[]::new)).close();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching
	@ImportAutoConfiguration({ SslAutoConfiguration.class, LibmcAutoConfiguration.class,
			LibmcCacheAutoConfiguration.class, CacheAutoConfiguration.class })
	static class Application {

	}

}
