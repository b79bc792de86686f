package io.libmc.spring.cache;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.cache.autoconfigure.CacheAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.CacheEvict;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.libmc.spring.autoconfigure.LibmcAutoConfiguration;
import io.libmc.spring.autoconfigure.LibmcCacheAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that finds many books at once, and evicts all of an author's.
 */
@Memcached(servers = 2)
class GroupsApplicationTest {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LibmcAutoConfiguration.class, LibmcCacheAutoConfiguration.class,
				CacheAutoConfiguration.class))
		.withUserConfiguration(Application.class)
		.withPropertyValues("libmc.cache.allowed-classes=io.libmc.spring.cache.*");

	record Book(long id, long authorId, String title) {

	}

	/** As a repository of Spring Data's. */
	static class BookRepository {

		private final Map<Long, Book> books = new ConcurrentHashMap<>();

		private final List<Long> found = new ArrayList<>();

		Collection<Book> findAllById(Iterable<Long> ids) {
			List<Book> books = new ArrayList<>();
			ids.forEach((id) -> {
				this.found.add(id);
				if (this.books.containsKey(id)) {
					books.add(this.books.get(id));
				}
			});
			return books;
		}

	}

	static class Books {

		private final BookRepository repository;

		private final BulkCache cache;

		Books(BookRepository repository, CacheManager caches) {
			this.repository = repository;
			this.cache = (BulkCache) Objects.requireNonNull(caches.getCache("books.byId"));
		}

		Collection<Book> find(Collection<Long> ids) {
			Map<Long, @Nullable Book> books = this.cache.getAll(ids,
					(Collection<Long> missing) -> this.repository.findAllById(missing)
						.stream()
						.collect(Collectors.toMap(Book::id, Function.identity())));
			return books.values().stream().filter(Objects::nonNull).toList();
		}

		@Cacheable("books.byId")
		public @Nullable Book find(long id) {
			return this.repository.findAllById(List.of(id)).stream().findFirst().orElse(null);
		}

		@CacheEvict(cacheNames = "books.byId", key = "T(io.libmc.spring.cache.CacheGroup).of(#authorId)")
		public void rename(long authorId) {
			this.repository.books.replaceAll(
					(id, book) -> (book.authorId == authorId) ? new Book(id, authorId, book.title + "!") : book);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching(proxyTargetClass = true)
	static class Application {

		@Bean
		BookRepository repository() {
			return new BookRepository();
		}

		@Bean
		Books books(BookRepository repository, CacheManager caches) {
			return new Books(repository, caches);
		}

		@Bean
		CacheGroups authors() {
			return (key, value) -> (value instanceof Book book) ? List.of(String.valueOf(book.authorId)) : List.of();
		}

	}

	@Test
	void allBooksOfAnAuthorAreEvictedByAnAnnotation(List<MemcachedServer> servers) {
		String addresses = servers.stream().map(MemcachedServer::address).collect(Collectors.joining(","));
		for (String groups : List.of("groups=#value.authorId", "groups-by=authors",
				"caches[books.byId].groups[0]=#value?.authorId")) {
			this.runner.withPropertyValues("libmc.servers=" + addresses, "libmc.cache." + groups).run((context) -> {
				Books books = context.getBean(Books.class);
				BookRepository repository = context.getBean(BookRepository.class);
				for (long id = 0; id < 20; id++) {
					repository.books.put(id, new Book(id, id % 2, "t"));
				}
				for (int i = 0; i < 2; i++) {
					assertThat(books.find(List.of(1L, 2L, 3L, 4L, 77L))).extracting(Book::id)
						.containsExactly(1L, 2L, 3L, 4L);
					assertThat(books.find(1)).isEqualTo(new Book(1, 1, "t"));
					assertThat(books.find(77)).isNull();
				}
				assertThat(repository.found).containsExactly(1L, 2L, 3L, 4L, 77L);
				books.rename(1);
				assertThat(books.find(1)).isEqualTo(new Book(1, 1, "t!"));
				assertThat(books.find(List.of(2L, 3L, 77L))).extracting(Book::title).containsExactly("t", "t!");
				assertThat(repository.found).containsExactly(1L, 2L, 3L, 4L, 77L, 1L, 3L);
				Objects.requireNonNull(context.getBean(CacheManager.class).getCache("books.byId")).clear();
			});
		}
	}

	@Test
	void badGroupsAreNamedWithTheirPropertyAtStart() {
		this.runner.withPropertyValues("libmc.cache.groups=#value.")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("libmc.cache.groups")
				.hasStackTraceContaining("\"#value.\" is no expression"));
		this.runner.withPropertyValues("libmc.cache.groups-by=athors")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("those that there are: authors"));
		this.runner.withPropertyValues("libmc.cache.groups-by=authors", "libmc.cache.groups=#key")
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("groups is set beside it"));
		this.runner
			.withPropertyValues("libmc.cache.groups-by=authors", "libmc.cache.caches.books.groups=#key",
					"libmc.cache.caches.others.groups=")
			.run((context) -> assertThat(context).hasNotFailed());
	}

}
