package com.example;

import java.util.concurrent.atomic.AtomicInteger;

import org.springframework.cache.annotation.Cacheable;
import org.springframework.stereotype.Service;

/**
 * Books that are cached.
 */
@Service
public class Books {

	private final AtomicInteger loads = new AtomicInteger();

	@Cacheable(cacheNames = "books", sync = true)
	public Book find(long id) {
		this.loads.incrementAndGet();
		return new Book(id, "Emma");
	}

	public int loads() {
		return this.loads.get();
	}

	/**
	 * A book.
	 */
	public record Book(long id, String title) {
	}

}
