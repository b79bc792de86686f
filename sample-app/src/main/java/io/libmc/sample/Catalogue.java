package io.libmc.sample;

import java.util.List;
import java.util.Optional;

import org.springframework.cache.annotation.CacheEvict;
import org.springframework.cache.annotation.CachePut;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.stereotype.Service;

/**
 * The catalogue as the application sees it. Each cache's time to live is in
 * {@code application.yml}.
 */
@Service
class Catalogue {

	private final BookRepository books;

	Catalogue(BookRepository books) {
		this.books = books;
	}

	/**
	 * Finds a book. That there is none is cached too. However many ask at once, one of
	 * them queries the database.
	 */
	@Cacheable(cacheNames = "books.byId", sync = true)
	Optional<Book> find(long id) {
		return this.books.findById(id);
	}

	/**
	 * Finds books by a part of their title or author, in lower case.
	 */
	@Cacheable("books.search")
	List<Book> search(String words) {
		return this.books.findByTitleOrAuthor(words);
	}

	/**
	 * Counts books. However many threads ask at once, one of them queries the database.
	 */
	@Cacheable(cacheNames = "books.statistics", sync = true)
	List<GroupSize> count(Grouping grouping) {
		return this.books.countBy(grouping);
	}

	/**
	 * Changes a book: its entry is replaced, and whatever may list it is dropped.
	 */
	@CachePut(cacheNames = "books.byId", key = "#book.id")
	@CacheEvict(cacheNames = { "books.search", "books.statistics" }, allEntries = true)
	Optional<Book> update(Book book) {
		return this.books.update(book) ? Optional.of(book) : Optional.empty();
	}

	/**
	 * Forgets a book's cache entry; the book stays.
	 */
	@CacheEvict("books.byId")
	void evict(long id) {
	}

}
