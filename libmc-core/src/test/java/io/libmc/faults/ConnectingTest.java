package io.libmc.faults;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedConnectionException;
import io.libmc.MemcachedException;
import io.libmc.MemcachedTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * An attempt to connect that would never end.
 */
@Timeout(60)
@ExtendWith(Leaks.class)
class ConnectingTest {

	private static final Duration TIMEOUT = Duration.ofMillis(200);

	@TempDir
	Path directory;

	/** The system itself gives a connect to a unix socket no timeout. */
	@Test
	@EnabledOnOs(value = OS.LINUX, disabledReason = "a full backlog is refused elsewhere")
	void attemptEndsAfterItsTimeoutsTogether() throws Exception {
		UnixDomainSocketAddress address = UnixDomainSocketAddress.of(this.directory.resolve("full"));
		List<SocketChannel> waiting = new ArrayList<>();
		try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address, 1)) {
			assertThat(server.isOpen()).isTrue();
			while (fills(address, waiting)) {
				assertThat(waiting).hasSizeLessThan(100);
			}
			try (MemcachedClient client = MemcachedClient.builder()
				.servers(address.getPath().toString())
				.connectTimeout(TIMEOUT)
				.handshakeTimeout(TIMEOUT)
				.pollTimeout(TIMEOUT)
				.retryTimeout(Duration.ofMillis(100))
				.build()) {
				assertThatExceptionOfType(MemcachedTimeoutException.class).isThrownBy(() -> client.get("k"));
				long start = System.nanoTime();
				MemcachedException failure;
				do {
					failure = failure(client);
				}
				while (failure instanceof MemcachedTimeoutException
						&& System.nanoTime() - start < TIMEOUT.multipliedBy(10).toNanos());
				assertThat(failure).isInstanceOf(MemcachedConnectionException.class)
					.hasMessageContaining("longer than all its timeouts");
			}
		}
		finally {
			for (SocketChannel channel : waiting) {
				channel.close();
			}
		}
	}

	private static boolean fills(UnixDomainSocketAddress address, List<SocketChannel> waiting) throws Exception {
		SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
		waiting.add(channel);
		channel.configureBlocking(false);
		try {
			return channel.connect(address);
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static MemcachedException failure(MemcachedClient client) {
		try {
			client.get("k");
			throw new AssertionError("nobody accepts connections");
		}
		catch (MemcachedException ex) {
			return ex;
		}
	}

}
