package io.libmc.sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;

import io.libmc.sample.BookRepository.BookQueried;

import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * What happens to a popular book when its entry expires: everybody asks for it at once.
 * Without {@code sync = true} each of them would query the database.
 */
@Component
class Stampede {

	private static final int CALLERS = 200;

	private final Catalogue catalogue;

	/** How often the database was asked, by the book of each stampede under way. */
	private final ConcurrentMap<Long, LongAdder> loads = new ConcurrentHashMap<>();

	Stampede(Catalogue catalogue) {
		this.catalogue = catalogue;
	}

	/**
	 * Lets all callers ask for a book that is not in the cache.
	 * @return what came of it, or empty if there is no such book
	 * @throws IllegalStateException if there is a stampede on that book already
	 */
	Optional<Outcome> on(long bookId) throws InterruptedException {
		LongAdder queries = new LongAdder();
		if (this.loads.putIfAbsent(bookId, queries) != null) {
			throw new IllegalStateException("There is a stampede on book " + bookId + " already.");
		}
		ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
		try {
			this.catalogue.evict(bookId);
			CountDownLatch start = new CountDownLatch(1);
			List<Future<Optional<Book>>> answers = new ArrayList<>();
			for (int i = 0; i < CALLERS; i++) {
				answers.add(callers.submit(() -> {
					start.await();
					return this.catalogue.find(bookId);
				}));
			}
			long started = System.nanoTime();
			start.countDown();
			boolean found = true;
			for (Future<Optional<Book>> answer : answers) {
				found &= answer.get().isPresent();
			}
			long millis = Duration.ofNanos(System.nanoTime() - started).toMillis();
			return found ? Optional.of(new Outcome(CALLERS, queries.sum(), millis)) : Optional.empty();
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException("a caller failed", ex.getCause());
		}
		finally {
			callers.shutdownNow();
			this.loads.remove(bookId);
		}
	}

	@EventListener
	void count(BookQueried query) {
		LongAdder queries = this.loads.get(query.id());
		if (queries != null) {
			queries.increment();
		}
	}

	/**
	 * What came of a stampede.
	 *
	 * @param callers how many asked for the book at once
	 * @param loads how often the database was asked for it meanwhile
	 * @param millis how long it took until the last one had the book
	 */
	record Outcome(int callers, long loads, long millis) {

	}

}
