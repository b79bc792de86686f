package io.libmc;

import java.text.MessageFormat;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import io.libmc.testing.FaultProxy;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The log tells of a server's state once when it changes, however many calls fail.
 */
@Timeout(60)
@Memcached
class TroubleLogTest {

	private static final Duration SEVERAL_ATTEMPTS = Duration.ofMillis(100);

	private final Queue<String> lines = new ConcurrentLinkedQueue<>();

	private final Logger logger = Logger.getLogger("io.libmc");

	private final Handler handler = new Handler() {

		@Override
		public void publish(LogRecord record) {
			if (record.getLevel().intValue() >= Level.INFO.intValue()) {
				TroubleLogTest.this.lines
					.add(record.getLevel() + " " + MessageFormat.format(record.getMessage(), record.getParameters()));
			}
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
		}

	};

	@BeforeEach
	void listen() {
		this.logger.addHandler(this.handler);
	}

	@AfterEach
	void stopListening() {
		this.logger.removeHandler(this.handler);
	}

	@Test
	void ofAThousandFailingCallsOneLineIsWrittenAndOneWhenTheServerIsBack(MemcachedServer server) {
		try (FaultProxy proxy = FaultProxy.to(server);
				MemcachedClient client = MemcachedClient.builder()
					.servers(proxy.address())
					.pollTimeout(Duration.ofSeconds(5))
					.retryTimeout(Duration.ofMillis(5))
					.build()) {
			client.set("k", "v");
			assertThat(this.lines).as("a server that is well").isEmpty();
			proxy.refuse();
			Awaitility.await().until(() -> !answers(client));
			long start = System.nanoTime();
			for (int failed = 0; failed < 1000 || System.nanoTime() - start < SEVERAL_ATTEMPTS.toNanos(); failed++) {
				assertThat(answers(client)).isFalse();
			}
			proxy.heal();
			Awaitility.await().until(() -> answers(client));
			Awaitility.await().until(() -> this.lines.size() == 2);
			assertThat(List.copyOf(this.lines)).satisfiesExactly(
					(line) -> assertThat(line).matches("WARNING memcached server " + proxy.address()
							+ " is down: connecting failed: Connection refused; it is retried every 5 ms"),
					(line) -> assertThat(line)
						.matches("INFO memcached server " + proxy.address() + " is up again after \\d+ ms"));
		}
	}

	private static boolean answers(MemcachedClient client) {
		try {
			client.get("k");
			return true;
		}
		catch (MemcachedException ex) {
			return false;
		}
	}

}
