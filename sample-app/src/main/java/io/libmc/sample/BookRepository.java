package io.libmc.sample;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The catalogue's table. A few hundred rows in memory answer at once, so each query first
 * sleeps for {@code sample.slow-query}: that, and nothing else, is what makes the sample
 * slow without its cache.
 */
@Repository
class BookRepository {

	private final JdbcClient jdbc;

	private final Duration slowQuery;

	private final ApplicationEventPublisher events;

	BookRepository(JdbcClient jdbc, SampleProperties properties, ApplicationEventPublisher events) {
		this.jdbc = jdbc;
		this.events = events;
		this.slowQuery = properties.slowQuery();
	}

	Optional<Book> findById(long id) {
		beSlow();
		this.events.publishEvent(new BookQueried(id));
		return this.jdbc.sql("select * from book where id = ?").param(id).query(Book.class).optional();
	}

	List<Book> findByTitleOrAuthor(String words) {
		beSlow();
		return this.jdbc.sql("""
				select * from book
				where locate(:words, lower(title)) > 0 or locate(:words, lower(author)) > 0
				order by published, title""").param("words", words).query(Book.class).list();
	}

	List<GroupSize> countBy(Grouping grouping) {
		beSlow();
		return this.jdbc.sql("""
				select name, count(*) as books from (select %s as name from book)
				group by name order by books desc, name""".formatted(grouping.expression()))
			.query(GroupSize.class)
			.list();
	}

	boolean update(Book book) {
		return this.jdbc.sql("""
				update book set title = :title, author = :author, published = :published, language = :language
				where id = :id""").paramSource(book).update() == 1;
	}

	private void beSlow() {
		try {
			Thread.sleep(this.slowQuery.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("interrupted in a slow query", ex);
		}
	}

	/** The database was asked for a book. */
	record BookQueried(long id) {

	}

}
