package io.libmc.sample.documentation;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

import javax.net.ssl.SSLContext;

import io.libmc.MemcachedClient;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the samples of the documentation speak of without declaring it: every one that is
 * not a whole file is compiled as a part of a subclass.
 */
public abstract class Vocabulary {

	/** A client of a server that is there. */
	protected MemcachedClient mc;

	protected SSLContext sslContext;

	protected final Orders orders = new Orders();

	protected final Executor pool = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task);
		thread.setDaemon(true);
		return thread;
	});

	private int loads;

	/** A slow query. */
	protected Book find(long id) {
		return new Book(id, 7, "Emma, load " + ++this.loads);
	}

	/** The same, of what libmc's own format can hold. */
	protected String title(long id) {
		return find(id).title();
	}

	/** Compares a value with what a comment behind its statement says. */
	protected static void expect(@Nullable Object value, String text) {
		Object shown = value;
		if (value instanceof byte[] bytes) {
			shown = new String(bytes, StandardCharsets.UTF_8);
		}
		else if (value instanceof OptionalLong number) {
			shown = number.isPresent() ? number.getAsLong() : "empty";
		}
		else if (value instanceof String string) {
			shown = '"' + string + '"';
		}
		assertThat(String.valueOf(shown)).isEqualTo(text);
	}

	public record Book(long id, long authorId, String title) {

		public List<String> tags() {
			return List.of();
		}

	}

	public record Author(long id, String name) {

	}

	public record Tenant(String code) {

	}

	public record Token(String text, Instant expires) {

	}

	public record Order(long id, Duration age) {

	}

	public static class Orders {

		public @Nullable Order find(long id) {
			return new Order(id, Duration.ZERO);
		}

		public int loads() {
			return 2;
		}

	}

	public static class OrderController {

	}

	public interface BookRepository {

		Collection<Book> findAllById(Iterable<Long> ids);

		Book load(long id);

		List<String> names();

		void rename(Author author);

	}

	protected BookRepository repository = new BookRepository() {

		@Override
		public Collection<Book> findAllById(Iterable<Long> ids) {
			List<Book> books = new ArrayList<>();
			ids.forEach((id) -> books.add(load(id)));
			return books;
		}

		@Override
		public Book load(long id) {
			return find(id);
		}

		@Override
		public List<String> names() {
			return List.of();
		}

		@Override
		public void rename(Author author) {
		}

	};

}
