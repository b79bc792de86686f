package io.libmc.spring.test;

import java.security.NoSuchAlgorithmException;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.SSLContext;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.embedded.EmbeddedMemcached;
import io.libmc.spring.autoconfigure.LibmcConnectionDetails;
import io.libmc.spring.cache.LibmcCacheManager;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.stereotype.Component;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.TestContextManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

class AutoConfigureEmbeddedMemcachedTest {

	private static final String NOWHERE = "libmc.servers=127.0.0.1:1";

	@Nested
	@SpringBootTest(classes = Application.class, properties = NOWHERE)
	@AutoConfigureEmbeddedMemcached
	class InAnApplication {

		@Test
		void itTakesThePlaceOfTheServers(@Autowired EmbeddedMemcached memcached, @Autowired Titles titles,
				@Autowired LibmcConnectionDetails details) {
			assertThat(details.getServers()).containsExactly(memcached.address() + " embedded-1");
			assertThat(titles.of(1)).isEqualTo(titles.of(1));
			memcached.pause();
			assertThat(titles.of(1)).isEqualTo("title 2 of 1");
			memcached.resume();
			assertThat(titles.of(2)).isEqualTo(titles.of(2));
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class, properties = { NOWHERE, "libmc.cache.on-error=bypass" })
	@AutoConfigureEmbeddedMemcached(replaces = false)
	class BesideServers {

		@Test
		void itLeavesThemInPlace(@Autowired ObjectProvider<EmbeddedMemcached> memcached,
				@Autowired LibmcConnectionDetails details) {
			assertThat(memcached.stream()).isEmpty();
			assertThat(details.getServers()).containsExactly("127.0.0.1:1");
		}

	}

	/** As in a slice without caches. */
	@Nested
	@SpringBootTest(classes = Application.class, properties = { NOWHERE, "spring.cache.type=none" })
	@AutoConfigureEmbeddedMemcached(servers = 2)
	class InASlice {

		@Test
		void cachesAreOnIt(@Autowired Titles titles, @Autowired ObjectProvider<EmbeddedMemcached> memcached) {
			assertThat(memcached.stream()).hasSize(2);
			String first = titles.of(3);
			assertThat(titles.of(3)).isEqualTo(first);
			memcached.stream().forEach(EmbeddedMemcached::flushAll);
			assertThat(titles.of(3)).isNotEqualTo(first);
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class, properties = { NOWHERE, "spring.application.name=each-test" })
	@AutoConfigureEmbeddedMemcached
	class EachTest {

		@RepeatedTest(4)
		void findsTheServerRunningAndEmptyWhateverTheOneBeforeDidToIt(RepetitionInfo repetition,
				@Autowired MemcachedClient client, @Autowired EmbeddedMemcached memcached, @Autowired Titles titles) {
			assertThat(client.get("left", String.class)).isNull();
			assertThat(client.set("left", "behind")).isTrue();
			assertThat(titles.of(1)).isEqualTo(titles.of(1));
			switch (repetition.getCurrentRepetition()) {
				case 1 -> memcached.pause();
				case 2 -> {
					memcached.stop();
					assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> client.get("left"));
				}
				case 3 -> {
					memcached.stop();
					assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> client.get("left"));
					memcached.restart();
				}
				default -> assertThat(client.get("left", String.class)).isEqualTo("behind");
			}
		}

	}

	/** As {@code application.yml} may do for all tests. */
	@Nested
	@SpringBootTest(classes = Application.class, args = "--libmc.enabled=false")
	@AutoConfigureEmbeddedMemcached
	class WhereLibmcIsSwitchedOff {

		@Test
		void itIsOnForThisTest(@Autowired Titles titles, @Autowired CacheManager caches,
				@Autowired EmbeddedMemcached memcached) {
			assertThat(caches).isInstanceOf(LibmcCacheManager.class);
			assertThat(titles.of(1)).isEqualTo(titles.of(1));
		}

	}

	@Test
	void withoutTheServersModuleItSaysWhichIsMissing() {
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		thread.setContextClassLoader(new FilteredClassLoader(EmbeddedMemcached.class));
		try {
			assertThatIllegalStateException().isThrownBy(() -> new TestContextManager(InAnApplication.class))
				.withMessageContainingAll(InAnApplication.class.getName(), "@AutoConfigureEmbeddedMemcached",
						"io.libmc:libmc-embedded");
			assertThatNoException().isThrownBy(() -> new TestContextManager(WithoutTheAnnotation.class));
		}
		finally {
			thread.setContextClassLoader(before);
		}
	}

	@Test
	void aClientThatTheServersDoNotUnderstandFailsTheTest() throws Exception {
		TestContextManager manager = new TestContextManager(WithTls.class);
		WithTls instance = new WithTls();
		manager.prepareTestInstance(instance);
		assertThatIllegalStateException()
			.isThrownBy(() -> manager.beforeTestMethod(instance, WithTls.class.getDeclaredMethod("test")))
			.withMessageContainingAll("\"secured\"", "TLS", "embedded-1");
		manager.afterTestClass();
	}

	@SpringBootTest(classes = Application.class)
	@AutoConfigureEmbeddedMemcached
	@Import(Secured.class)
	@DirtiesContext
	static class WithTls {

		void test() {
		}

	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Secured {

		@Bean
		MemcachedClient secured() throws NoSuchAlgorithmException {
			SSLContext context = SSLContext.getDefault();
			return MemcachedClient.builder().servers("127.0.0.1:1").ssl(() -> context).build();
		}

	}

	@SpringBootTest(classes = Application.class)
	static class WithoutTheAnnotation {

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	@EnableCaching
	@Import(Titles.class)
	static class Application {

	}

	@Component
	static class Titles {

		private final AtomicInteger count = new AtomicInteger();

		@Cacheable("titles")
		public String of(int id) {
			return "title " + this.count.incrementAndGet() + " of " + id;
		}

	}

}
