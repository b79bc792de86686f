package io.libmc.benchmarks.compare;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.libmc.benchmarks.client.Book;
import io.libmc.benchmarks.client.BookBean;
import io.libmc.benchmarks.client.BookPage;
import org.jspecify.annotations.Nullable;

/**
 * What values are.
 */
enum Shape {

	/** Text of a size: bytes, or a String where the client holds objects. */
	TEXT("") {
		@Override
		Object value(Random random) {
			throw new UnsupportedOperationException("text has a size");
		}

		@Override
		boolean fits(@Nullable Object value) {
			return value instanceof byte[] || value instanceof String;
		}
	},

	/** A record of six fields. */
	RECORD("a record") {
		@Override
		Object value(Random random) {
			return book(random);
		}

		@Override
		boolean fits(@Nullable Object value) {
			return value instanceof Book book && book.tags().size() == TAGS;
		}
	},

	/** A bean of six properties. */
	BEAN("a bean") {
		@Override
		Object value(Random random) {
			return new BookBean(book(random));
		}

		@Override
		boolean fits(@Nullable Object value) {
			return value instanceof BookBean bean && bean.getTags().size() == TAGS;
		}
	},

	/** An {@code ArrayList} of 50 records. */
	LIST("a list of 50 records") {
		@Override
		Object value(Random random) {
			return books(random, 50);
		}

		@Override
		boolean fits(@Nullable Object value) {
			return value instanceof List<?> list && list.size() == 50 && RECORD.fits(list.get(49));
		}
	},

	/** A page of 20 records, in a record of the application's. */
	PAGE("a page of 20 records") {
		@Override
		Object value(Random random) {
			return new BookPage(random.nextInt(100), 2000, books(random, 20));
		}

		@Override
		boolean fits(@Nullable Object value) {
			return value instanceof BookPage page && page.content().size() == 20 && RECORD.fits(page.content().get(19));
		}
	};

	private static final int TAGS = 3;

	private static final List<String> WORDS = List.of("the", "river", "of", "winter", "and", "a", "house", "light",
			"without", "glass", "garden", "last", "letters", "from", "north", "silent", "king", "under", "stone",
			"history", "small", "summer", "night", "travels");

	private static final LocalDate FIRST_DAY = LocalDate.of(1950, 1, 1);

	private static final int DAYS = 27_000;

	private final String label;

	Shape(String label) {
		this.label = label;
	}

	/** One of many. */
	abstract Object value(Random random);

	/** Whether it is one, as far as can be told so fast that every reply is asked. */
	abstract boolean fits(@Nullable Object value);

	@Override
	public String toString() {
		return this.label;
	}

	private static List<Book> books(Random random, int count) {
		return Stream.generate(() -> book(random)).limit(count).collect(Collectors.toCollection(ArrayList::new));
	}

	private static Book book(Random random) {
		return new Book(random.nextInt(1_000_000), words(random, 5), words(random, 2),
				BigDecimal.valueOf(random.nextInt(500, 10_000), 2), FIRST_DAY.plusDays(random.nextInt(DAYS)),
				new ArrayList<>(List.of(words(random, 1), words(random, 1), words(random, 1))));
	}

	private static String words(Random random, int count) {
		return Stream.generate(() -> WORDS.get(random.nextInt(WORDS.size())))
			.limit(count)
			.collect(Collectors.joining(" "));
	}

}
