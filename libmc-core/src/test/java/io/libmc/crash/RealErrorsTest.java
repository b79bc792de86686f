package io.libmc.crash;

import java.time.Duration;
import java.util.List;

import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A stack and a heap that are really at their end cost the calls that meet it, and
 * nothing that comes after.
 */
@Timeout(300)
@Memcached(servers = 2)
class RealErrorsTest {

	/** Some five times what it takes where nothing else runs. */
	private static final Duration LONGEST_LIFE = Duration.ofMinutes(4);

	@Test
	void recursionOnASmallStackTakesNoClientItsServerAndGivesNobodyAnothersNumber(MemcachedServer server)
			throws Exception {
		List<String> output = ChildJvm.run(LONGEST_LIFE, List.of(), RealErrors.class, "stack", server.address());

		assertThat(output).contains("CLIENTS 40, overflown 40, serving again 40", "DONE")
			.noneMatch((line) -> line.contains("LEFT:"));
	}

	@Test
	void fullHeapTakesNoClientItsServerAndNoWatchdogItsLife(MemcachedServer server, MemcachedServer stopped)
			throws Exception {
		stopped.pause();
		List<String> output = ChildJvm.run(LONGEST_LIFE, List.of("-Xmx64m"), RealErrors.class, "heap", server.address(),
				stopped.address());
		stopped.resume();

		assertThat(output).contains("DONE").noneMatch((line) -> line.contains("LEFT:"));
	}

}
