package io.libmc.spring.cache;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ApplicationThreadsTest {

	private static final InheritableThreadLocal<@Nullable Object> INHERITABLE = new InheritableThreadLocal<>();

	@Test
	void threadHasWhatTheApplicationHasAndNothingOfTheCallerThatNeedsItFirst() throws Exception {
		ApplicationThreads threads = new ApplicationThreads(() -> "libmc-test");
		List<@Nullable Object> seen = Collections.synchronizedList(new ArrayList<>());
		try (URLClassLoader callers = new URLClassLoader(new URL[0])) {
			Thread caller = new Thread(() -> {
				INHERITABLE.set("of the caller");
				Thread made = threads.newThread(() -> {
					seen.add(Thread.currentThread().getContextClassLoader());
					seen.add(INHERITABLE.get());
				});
				assertThat(made.isDaemon()).isTrue();
				assertThat(made.getName()).isEqualTo("libmc-test");
				made.start();
				try {
					made.join();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			});
			caller.setContextClassLoader(callers);
			caller.start();
			caller.join();
		}
		assertThat(seen).containsExactly(Thread.currentThread().getContextClassLoader(), null);
	}

}
