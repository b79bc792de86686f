package io.libmc.sample.console;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * How long look-ups of books take, and which books were opened last.
 */
@Component
class Lookups implements HandlerInterceptor, WebMvcConfigurer {

	private static final String STARTED = Lookups.class.getName();

	private static final int BOOKS = 60;

	private final Timer lookups;

	private final Map<Long, Boolean> opened = new LinkedHashMap<>();

	Lookups(MeterRegistry meters) {
		this.lookups = Timer.builder("sample.lookups")
			.description("How long look-ups of books took.")
			.publishPercentiles(0.5, 0.99)
			.distributionStatisticExpiry(Duration.ofSeconds(10))
			.register(meters);
	}

	@Override
	public void addInterceptors(InterceptorRegistry registry) {
		registry.addInterceptor(this).addPathPatterns("/api/books/{id}");
	}

	@Override
	public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
		request.setAttribute(STARTED, System.nanoTime());
		return true;
	}

	@Override
	public void afterCompletion(HttpServletRequest request, HttpServletResponse response, Object handler,
			@org.jspecify.annotations.Nullable Exception ex) {
		if (request.getMethod().equals("GET") && response.getStatus() == HttpServletResponse.SC_OK
				&& request.getAttribute(STARTED) instanceof Long started) {
			this.lookups.record(Duration.ofNanos(System.nanoTime() - started));
			String path = request.getRequestURI();
			remember(Long.parseLong(path.substring(path.lastIndexOf('/') + 1)));
		}
	}

	private synchronized void remember(long book) {
		this.opened.remove(book);
		this.opened.put(book, true);
		if (this.opened.size() > BOOKS) {
			this.opened.remove(this.opened.keySet().iterator().next());
		}
	}

	/** The books that were opened last. */
	synchronized Long[] opened() {
		return this.opened.keySet().toArray(Long[]::new);
	}

	Timer lookups() {
		return this.lookups;
	}

}
