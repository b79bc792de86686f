package io.libmc.spring.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.libmc.MemcachedClient;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import jakarta.annotation.PreDestroy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.cache.autoconfigure.CacheAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The end of an application.
 */
@Memcached
@Timeout(60)
class ShutdownTest {

	private static final List<String> FOUND = new ArrayList<>();

	private static final AtomicInteger LOADS = new AtomicInteger();

	@Test
	void beansThatUseCachesAtTheirEndFindThem(MemcachedServer server) {
		List<Titles> used = new ArrayList<>();
		List<MemcachedClient> clients = new ArrayList<>();
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(LibmcAutoConfiguration.class, LibmcCacheAutoConfiguration.class,
					CacheAutoConfiguration.class))
			.withUserConfiguration(Application.class)
			.withPropertyValues("libmc.servers=" + server.address(), "libmc.poll-timeout=2s",
					"libmc.connect-timeout=1s")
			.run((context) -> {
				used.add(context.getBean(Titles.class));
				clients.add(context.getBean(MemcachedClient.class));
				assertThat(used.get(0).title(1)).isEqualTo("title 1");
			});
		assertThat(FOUND).containsExactly("title 1", "title 1");
		assertThat(LOADS).hasValue(1);
		assertThatIllegalStateException().isThrownBy(() -> clients.get(0).get("k")).withMessageContaining("closed");
		assertThat(used.get(0).title(2)).isEqualTo("title 2");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching
	static class Application {

		@Bean
		Early early(Titles titles) {
			return new Early(titles);
		}

		@Bean
		Titles titles() {
			return new Titles();
		}

		@Bean
		Late late(Titles titles) {
			return new Late(titles);
		}

	}

	static class Titles {

		@Cacheable("titles")
		public String title(long id) {
			LOADS.incrementAndGet();
			return "title " + id;
		}

	}

	record Early(Titles titles) {

		@PreDestroy
		void end() {
			FOUND.add(this.titles.title(1));
		}

	}

	record Late(Titles titles) {

		@PreDestroy
		void end() {
			FOUND.add(this.titles.title(1));
		}

	}

}
