package io.libmc.spring.test;

import java.util.concurrent.atomic.AtomicInteger;

import io.libmc.embedded.EmbeddedMemcached;
import io.libmc.spring.autoconfigure.LibmcConnectionDetails;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.annotation.Import;
import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;

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
