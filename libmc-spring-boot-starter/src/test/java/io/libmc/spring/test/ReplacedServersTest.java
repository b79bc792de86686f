package io.libmc.spring.test;

import java.util.List;

import io.libmc.MemcachedClient;
import io.libmc.embedded.EmbeddedMemcached;
import io.libmc.spring.autoconfigure.CacheMemcachedClient;
import io.libmc.spring.autoconfigure.LibmcClientBuilderCustomizer;
import io.libmc.spring.autoconfigure.LibmcConnectionDetails;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.cache.Cache;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A test that asks for embedded servers reaches no other, however the application says
 * which these are. The application's own servers here are one that nobody listens on.
 */
class ReplacedServersTest {

	private static final String NOWHERE = "127.0.0.1:1";

	private static void isOn(MemcachedClient client, EmbeddedMemcached server) {
		assertThat(client.set("where", server.address())).isTrue();
		assertThat(server.stats()).containsEntry("curr_items", "1");
		server.flushAll();
	}

	private static void isCached(Cache cache, EmbeddedMemcached server) {
		cache.put("key", "value");
		assertThat(cache.get("key", String.class)).isEqualTo("value");
		assertThat(Integer.parseInt(server.stats().get("curr_items"))).isPositive();
		server.flushAll();
	}

	@Nested
	@SpringBootTest(classes = Application.class,
			properties = { "libmc.servers=" + NOWHERE, "libmc.clusters.sessions.servers=" + NOWHERE,
					"libmc.clusters.sessions.username=shop", "libmc.clusters.sessions.password=secret",
					"libmc.clusters[eu.books].servers=" + NOWHERE, "libmc.clusters[eu.books].ssl.enabled=true",
					"libmc.cache.cluster=sessions", "libmc.cache.caches.titles.cluster=eu.books" })
	@AutoConfigureEmbeddedMemcached
	class Clusters {

		@Test
		void eachHasAServerOfItsOwn(@Autowired MemcachedClient client, @Autowired EmbeddedMemcached server,
				@Autowired @Qualifier("sessions") MemcachedClient sessions,
				@Autowired @Qualifier("sessions") EmbeddedMemcached sessionsServer,
				@Autowired @Qualifier("eu.books") MemcachedClient books,
				@Autowired @Qualifier("eu.books") EmbeddedMemcached booksServer, @Autowired CacheManager caches) {
			isOn(client, server);
			isOn(sessions, sessionsServer);
			isOn(books, booksServer);
			isCached(caches.getCache("orders"), sessionsServer);
			isCached(caches.getCache("titles"), booksServer);
			assertThat(List.of(server.port(), sessionsServer.port(), booksServer.port())).doesNotHaveDuplicates();
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class)
	@Import(Details.class)
	@AutoConfigureEmbeddedMemcached
	class ConnectionDetails {

		@Test
		void areReplacedAllOfThem(@Autowired MemcachedClient client, @Autowired EmbeddedMemcached server,
				@Autowired @Qualifier("secondDetails") LibmcConnectionDetails second, @Autowired CacheManager caches,
				@Autowired @Qualifier("own") MemcachedClient own) {
			isOn(client, server);
			isOn(own, server);
			isCached(caches.getCache("orders"), server);
			assertThat(second.getServers()).singleElement().asString().startsWith(server.address());
			assertThat(second.getUsername()).isNull();
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class)
	@Import(OwnClient.class)
	@AutoConfigureEmbeddedMemcached
	class AClientOfTheUsersOwn {

		@Test
		void staysWhatTheCachesUseButOnTheEmbeddedServer(@Autowired MemcachedClient client,
				@Autowired EmbeddedMemcached server, @Autowired CacheManager caches) {
			assertThat(client).isSameAs(OwnClient.made);
			isOn(client, server);
			isCached(caches.getCache("orders"), server);
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class,
			properties = { "libmc.servers=" + NOWHERE, "libmc.clusters.sessions.servers=" + NOWHERE })
	@Import(OtherClients.class)
	@AutoConfigureEmbeddedMemcached(servers = 2)
	class OtherClientsOfTheUsersOwn {

		@Test
		void areOnEmbeddedServersToo(@Autowired List<EmbeddedMemcached> servers,
				@Autowired @Qualifier("sessions") List<EmbeddedMemcached> ofSessions,
				@Autowired @Qualifier("marked") MemcachedClient marked,
				@Autowired @Qualifier("sessionsMemcachedClient") MemcachedClient sessions,
				@Autowired MemcachedClient client, @Autowired CacheManager caches) {
			assertThat(client).isNotSameAs(marked);
			for (MemcachedClient one : List.of(client, marked, sessions)) {
				assertThat(one.version()).containsOnlyKeys("embedded-1", "embedded-2");
			}
			assertThat(servers).hasSize(2);
			assertThat(ofSessions).hasSize(2);
			areStored(marked, servers);
			areStored(client, servers);
			areStored(sessions, ofSessions);
			assertThat(caches).extracting("client").isSameAs(marked);
		}

		private void areStored(MemcachedClient client, List<EmbeddedMemcached> servers) {
			for (int i = 0; i < 100; i++) {
				assertThat(client.set("k" + i, "v")).isTrue();
			}
			assertThat(servers)
				.allSatisfy((server) -> assertThat(server.stats()).doesNotContainEntry("curr_items", "0"));
			servers.forEach(EmbeddedMemcached::flushAll);
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class)
	@Import(Customizer.class)
	@AutoConfigureEmbeddedMemcached
	class ACustomizer {

		@Test
		void doesNotLeadElsewhere(@Autowired MemcachedClient client, @Autowired EmbeddedMemcached server) {
			isOn(client, server);
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class, properties = "libmc.enabled=false")
	@AutoConfigureEmbeddedMemcached
	class SwitchedOffByTheTestItself {

		@Test
		void itStaysOff(@Autowired(required = false) MemcachedClient client) {
			assertThat(client).isNull();
		}

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	@EnableCaching
	static class Application {

	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Details {

		@Bean
		@Primary
		LibmcConnectionDetails firstDetails() {
			return () -> List.of(NOWHERE);
		}

		@Bean
		LibmcConnectionDetails secondDetails() {
			return new LibmcConnectionDetails() {

				@Override
				public List<String> getServers() {
					return List.of(NOWHERE);
				}

				@Override
				public String getUsername() {
					return "shop";
				}

			};
		}

		@Bean(defaultCandidate = false)
		MemcachedClient own(@Qualifier("secondDetails") LibmcConnectionDetails details) {
			return MemcachedClient.builder().servers(details.getServers()).build();
		}

	}

	@TestConfiguration(proxyBeanMethods = false)
	static class OwnClient {

		private static MemcachedClient made;

		@Bean
		MemcachedClient ownClient() {
			made = MemcachedClient.builder().servers(NOWHERE).build();
			return made;
		}

	}

	@TestConfiguration(proxyBeanMethods = false)
	static class OtherClients {

		@Bean(defaultCandidate = false)
		@CacheMemcachedClient
		MemcachedClient marked() {
			return MemcachedClient.builder().servers(NOWHERE).credentials("shop", "secret").build();
		}

		@Bean(defaultCandidate = false)
		MemcachedClient sessionsMemcachedClient() {
			return MemcachedClient.builder().servers(NOWHERE).build();
		}

	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Customizer {

		@Bean
		LibmcClientBuilderCustomizer elsewhere() {
			return (builder) -> builder.servers(NOWHERE);
		}

	}

}
