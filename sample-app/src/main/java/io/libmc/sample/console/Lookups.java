package io.libmc.sample.console;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.web.context.support.ServletRequestHandledEvent;

/**
 * Which books were opened last.
 */
@Component
class Lookups {

	private static final Pattern BOOK = Pattern.compile("/api/books/(\\d{1,18})");

	private static final int BOOKS = 60;

	private final Map<Long, Boolean> opened = new LinkedHashMap<>();

	@EventListener
	synchronized void remember(ServletRequestHandledEvent request) {
		Matcher book = BOOK.matcher(request.getRequestUrl());
		if (request.getMethod().equals("GET") && request.getStatusCode() == 200 && book.matches()) {
			Long id = Long.valueOf(book.group(1));
			this.opened.remove(id);
			this.opened.put(id, true);
			if (this.opened.size() > BOOKS) {
				this.opened.remove(this.opened.keySet().iterator().next());
			}
		}
	}

	/** The books, the last one last. */
	synchronized Long[] opened() {
		return this.opened.keySet().toArray(Long[]::new);
	}

}
