package io.libmc.sample;

import java.util.OptionalLong;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.stereotype.Component;

/**
 * Counts how often a book is opened, in memcached itself: what the injected client is
 * for. Unlike a cache, the client reports failures, and its user decides what they mean.
 */
@Component
class PageViews {

	private static final Logger logger = LoggerFactory.getLogger(PageViews.class);

	private final MemcachedClient memcached;

	PageViews(MemcachedClient memcached) {
		this.memcached = memcached;
	}

	/**
	 * Counts one view.
	 * @return all views so far, or empty if the counter's server does not answer
	 */
	OptionalLong count(long bookId) {
		String key = "views:" + bookId;
		try {
			OptionalLong views = this.memcached.incr(key, 1);
			if (views.isPresent()) {
				return views;
			}
			boolean first = this.memcached.add(key, 1);
			return first ? OptionalLong.of(1) : this.memcached.incr(key, 1);
		}
		catch (MemcachedException ex) {
			logger.debug("View of book {} not counted", bookId, ex);
			return OptionalLong.empty();
		}
	}

}
