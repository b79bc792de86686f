package io.libmc.spring.app;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

import org.springframework.cache.annotation.CacheEvict;
import org.springframework.cache.annotation.CachePut;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.stereotype.Service;

/**
 * Counts how often it is really asked.
 */
@Service
class BookService {

	private final AtomicInteger reads = new AtomicInteger();

	@Cacheable("books.byId")
	public @Nullable Book find(long id) {
		int read = this.reads.incrementAndGet();
		return (id > 0) ? new Book(id, "The book of " + id, read) : null;
	}

	@Cacheable(cacheNames = "brief")
	public Book findForASecond(long id) {
		return new Book(id, "Brief", this.reads.incrementAndGet());
	}

	@Cacheable("books.byAuthorAndYear")
	public List<Book> findByAuthor(String author, int year) {
		return List.of(new Book(year, author, this.reads.incrementAndGet()));
	}

	@Cacheable(cacheNames = "books.slow", sync = true)
	public Book findTogether(long id) throws InterruptedException {
		int read = this.reads.incrementAndGet();
		Thread.sleep(200);
		return new Book(id, "Slow", read);
	}

	@CachePut(cacheNames = "books.byId", key = "#book.id")
	public Book save(Book book) {
		return book;
	}

	@CacheEvict("books.byId")
	public void delete(long id) {
	}

	@CacheEvict(cacheNames = "books.byId", allEntries = true)
	public void deleteAll() {
	}

	int reads() {
		return this.reads.get();
	}

}
