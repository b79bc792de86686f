package io.libmc.spring.app;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.cache.annotation.CacheEvict;
import org.springframework.cache.annotation.CachePut;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.stereotype.Service;

/**
 * Counts how often a book is really read, on whatever thread and whenever that is.
 */
@Service
class AsyncBookService {

	private final AtomicInteger reads = new AtomicInteger();

	@Cacheable("async.future")
	public CompletableFuture<@Nullable Book> future(long id) {
		return CompletableFuture.supplyAsync(() -> read(id));
	}

	@Cacheable(cacheNames = "async.future", sync = true)
	public CompletableFuture<@Nullable Book> futureTogether(long id) {
		return CompletableFuture.supplyAsync(() -> read(id));
	}

	@Cacheable(cacheNames = "async.future", sync = true)
	public CompletableFuture<Book> futureThatThrows(long id) throws IOException {
		throw new IOException("no book " + id);
	}

	@Cacheable(cacheNames = "async.mono", sync = true)
	public Mono<Book> monoThatThrows(long id) throws IOException {
		throw new IOException("no book " + id);
	}

	@Cacheable("async.mono")
	public Mono<Book> mono(long id) {
		return Mono.delay(Duration.ofMillis(10)).mapNotNull((tick) -> read(id));
	}

	@Cacheable(cacheNames = "async.mono", sync = true)
	public Mono<Book> monoTogether(long id) {
		return Mono.delay(Duration.ofMillis(10)).mapNotNull((tick) -> read(id));
	}

	@Cacheable("async.flux")
	public Flux<Book> flux(int count) {
		return Flux.range(1, count).delayElements(Duration.ofMillis(1)).mapNotNull(this::read);
	}

	@Cacheable(cacheNames = "async.flux", sync = true)
	public Flux<Book> fluxTogether(int count) {
		return Flux.range(1, count).delayElements(Duration.ofMillis(1)).mapNotNull(this::read);
	}

	@CachePut(cacheNames = "async.mono", key = "#book.id")
	public Mono<Book> save(Book book) {
		return Mono.delay(Duration.ofMillis(1)).thenReturn(book);
	}

	@CacheEvict("async.mono")
	public Mono<Void> delete(long id) {
		return Mono.delay(Duration.ofMillis(1)).then();
	}

	private @Nullable Book read(long id) {
		int read = this.reads.incrementAndGet();
		return (id > 0) ? new Book(id, "Async", read) : null;
	}

	int reads() {
		return this.reads.get();
	}

}
