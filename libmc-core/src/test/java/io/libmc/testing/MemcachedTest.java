package io.libmc.testing;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@Memcached(servers = 2, args = { "-m", "16" })
class MemcachedTest {

	private final List<MemcachedServer> servers;

	MemcachedTest(List<MemcachedServer> servers) {
		this.servers = servers;
	}

	@Test
	void serversAreInjectedInOrder(MemcachedServer first, MemcachedServer second) {
		assertThat(this.servers).containsExactly(first, second);
		assertThat(first.address()).isEqualTo("127.0.0.1:" + first.port()).isNotEqualTo(second.address());
	}

	@Test
	@Memcached(args = { "-c", "77" })
	void aMethodsOwnServersComeBeforeThoseOfItsClass(MemcachedServer own, List<MemcachedServer> all)
			throws IOException {
		assertThat(all).containsExactly(own);
		assertThat(this.servers).doesNotContain(own);
		assertThat(ask(own, "stats settings")).contains("STAT maxconns 77\r\n");
	}

	@Test
	void argumentsReachTheProcess(MemcachedServer server) throws IOException {
		assertThat(ask(server, "stats settings")).contains("STAT maxbytes 16777216\r\n")
			.contains("STAT inter 127.0.0.1\r\n");
	}

	@Test
	void killedServerRefusesConnectionsUntilItIsRestartedOnItsPort(MemcachedServer server) throws IOException {
		int port = server.port();
		server.kill();
		assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> ask(server, "version"));
		server.restart();
		assertThat(server.port()).isEqualTo(port);
		assertThat(ask(server, "version")).startsWith("VERSION ");
	}

	@Test
	void pausedServerAcceptsAndSaysNothingUntilItIsResumed(MemcachedServer server) throws IOException {
		server.pause();
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
			socket.setSoTimeout(50);
			socket.getOutputStream().write("version\r\n".getBytes(StandardCharsets.US_ASCII));
			assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> socket.getInputStream().read());
			server.resume();
			socket.setSoTimeout(10_000);
			assertThat(socket.getInputStream().read()).isEqualTo('V');
		}
	}

	@Test
	void everyTestFindsTheServersRunningAndEmpty(MemcachedServer first, MemcachedServer second) throws IOException {
		assertThat(ask(first, "set k 0 0 1\r\nv")).isEqualTo("STORED\r\n");
		first.pause();
		second.kill();
		this.servers.forEach(MemcachedServer::refresh);
		assertThat(ask(first, "get k")).isEqualTo("END\r\n");
		assertThat(ask(second, "version")).startsWith("VERSION ");
	}

	@Test
	void unixSocketServerAnswersAndLeavesNoFileBehind() throws IOException {
		Path path;
		try (MemcachedServer server = MemcachedServer.startOnUnixSocket();
				SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
			path = Path.of(server.address());
			channel.connect(UnixDomainSocketAddress.of(path));
			channel.write(ByteBuffer.wrap("version\r\n".getBytes(StandardCharsets.US_ASCII)));
			ByteBuffer reply = ByteBuffer.allocate(1);
			channel.read(reply);
			assertThat(reply.get(0)).isEqualTo((byte) 'V');
			assertThatIllegalStateException().isThrownBy(server::port).withMessageContaining(path.toString());
		}
		assertThat(Files.exists(path.getParent())).isFalse();
	}

	@Test
	void serverThatWantsAPasswordStarts(@TempDir Path directory) throws IOException {
		Path passwords = Files.writeString(directory.resolve("passwords"), "user:secret\n");
		try (MemcachedServer server = MemcachedServer.start("-Y", passwords.toString())) {
			assertThat(ask(server, "get k")).isEqualTo("CLIENT_ERROR unauthenticated\r\n");
		}
	}

	@Test
	void argumentsThatMemcachedRefusesFailWithWhatItSaid() {
		assertThatIllegalStateException().isThrownBy(() -> MemcachedServer.start("--no-such-option"))
			.withMessageContaining("no-such-option")
			.withMessageContaining("unrecognized option");
	}

	private static String ask(MemcachedServer server, String command) throws IOException {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
			socket.setSoTimeout(10_000);
			socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
			socket.shutdownOutput();
			return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
		}
	}

}
