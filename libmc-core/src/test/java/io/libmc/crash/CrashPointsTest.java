package io.libmc.crash;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.libmc.testing.Certificates;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Whatever is thrown wherever costs the call that it meets and its connection, and
 * nothing else: no wrong value, all calls end in time, the service is back, no thread or
 * descriptor more than before. A sample of the points is tried in the time of a test; all
 * of them with {@code -Dlibmc.crash.every=1}.
 */
class CrashPointsTest {

	private static final int SECONDS = 5;

	private static final boolean EVERY = Integer.getInteger("libmc.crash.every", 0) == 1;

	@ParameterizedTest
	@EnumSource
	@Timeout(value = 2, unit = TimeUnit.HOURS)
	void whatIsThrownAtAnyPointCostsItsCallAndNothingElse(CrashWay way) throws Exception {
		assumeTrue(way != CrashWay.VIRTUAL || Runtime.version().feature() >= 21, "there are no virtual threads");
		String[] arguments = (way == CrashWay.TLS) ? Certificates.memcached("localhost") : new String[0];
		try (MemcachedServer server = MemcachedServer.start(arguments)) {
			String address = (way == CrashWay.TLS) ? "localhost:" + server.port() : server.address();
			List<String> output = run(way, address);
			assertThat(output).anyMatch((line) -> line.startsWith("POINTS")).contains("DONE");
			assertThat(output).noneMatch((line) -> line.startsWith("FINDING") || line.contains("LEFT:"));
		}
	}

	private static List<String> run(CrashWay way, String address) throws IOException, InterruptedException {
		return ChildJvm.run(EVERY ? Duration.ofHours(2) : Duration.ofSeconds(90),
				List.of("-Xmx256m", "-XX:+EnableDynamicAgentLoading", "-Djdk.attach.allowAttachSelf=true"),
				CrashRun.class, way.name(), address, String.valueOf(EVERY ? 0 : SECONDS));
	}

}
