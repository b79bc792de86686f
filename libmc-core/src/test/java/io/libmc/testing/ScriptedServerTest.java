package io.libmc.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class ScriptedServerTest {

	@Test
	void scriptReadsAndReplies() throws IOException {
		try (ScriptedServer server = ScriptedServer.of((client) -> {
			client.expect("get k\r\n");
			client.reply("VALUE k 0 1\r\nv\r\nEND\r\n");
			assertThat(client.readLine()).isEqualTo("set k 0 0 2");
			assertThat(client.read(2)).containsExactly(0xff, 0x00);
			client.expect("\r\n");
			client.reply(new byte[] { 'O', 'K' });
			client.close();
		}); Socket socket = connect(server)) {
			send(socket, "get k\r\n");
			send(socket, "set k 0 0 2\r\n\u00ff\u0000\r\n");
			assertThat(readAll(socket)).isEqualTo("VALUE k 0 1\r\nv\r\nEND\r\nOK");
			server.awaitScripts();
			assertThat(server.received()).containsExactly("get k\r\nset k 0 0 2\r\n\u00ff\u0000\r\n");
		}
	}

	@Test
	void eachConnectionHasItsScriptAndTheLastServesTheRest() throws IOException {
		try (ScriptedServer server = ScriptedServer.of((client) -> {
			client.reply("first");
			client.close();
		}, (client) -> {
			client.reply("further");
			client.close();
		})) {
			for (String expected : new String[] { "first", "further", "further" }) {
				try (Socket socket = connect(server)) {
					assertThat(readAll(socket)).isEqualTo(expected);
				}
			}
			assertThat(server.received()).hasSize(3);
		}
	}

	@Test
	void connectionOutlivesItsScriptAndIsStillRecorded() throws IOException {
		try (ScriptedServer server = ScriptedServer.of((client) -> client.reply("x"));
				Socket socket = connect(server)) {
			assertThat(socket.getInputStream().read()).isEqualTo('x');
			server.awaitScripts();
			send(socket, "more");
			await().until(() -> server.received().get(0).equals("more"));
		}
	}

	@Test
	void scriptMayWaitForTheTest() throws IOException {
		CountDownLatch told = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.of((client) -> {
			told.await();
			client.reply("x");
		}); Socket socket = connect(server)) {
			assertThat(socket.getInputStream().available()).isZero();
			told.countDown();
			assertThat(socket.getInputStream().read()).isEqualTo('x');
		}
	}

	@Test
	void resetFailsTheClientsRead() throws IOException {
		try (ScriptedServer server = ScriptedServer.of(ScriptedServer.Connection::reset);
				Socket socket = connect(server)) {
			assertThatExceptionOfType(SocketException.class).isThrownBy(() -> readAll(socket));
		}
	}

	@Test
	void clientsEndIsExpected() throws IOException {
		try (ScriptedServer server = ScriptedServer.of(ScriptedServer.Connection::expectClose)) {
			connect(server).close();
			await().until(() -> server.received().size() == 1);
			server.awaitScripts();
		}
	}

	@Test
	void unexpectedByteFailsTheTestAndClosesTheConnection() throws IOException {
		ScriptedServer server = ScriptedServer.of((client) -> client.expect("get a\r\n"));
		try (Socket socket = connect(server)) {
			send(socket, "get b");
			assertThat(readAll(socket)).isEmpty();
		}
		assertThatExceptionOfType(AssertionError.class).isThrownBy(server::close)
			.withMessage("a script failed: expected \"get a\\r\\n\", got \"get b\"");
	}

	@Test
	void missingByteFailsTheTest() throws IOException {
		ScriptedServer server = ScriptedServer.of((client) -> client.expect("get a\r\n"));
		try (Socket socket = connect(server)) {
			send(socket, "get a\r");
			socket.shutdownOutput();
			assertThat(readAll(socket)).isEmpty();
		}
		assertThatExceptionOfType(AssertionError.class).isThrownBy(server::awaitScripts)
			.withMessage(
					"a script failed: expected \"get a\\r\\n\", got \"get a\\r\" and then the end of the connection");
		server.close();
	}

	@Test
	void closingInterruptsAScriptAndThatIsNoFailure() throws IOException {
		CountDownLatch waiting = new CountDownLatch(1);
		ScriptedServer server = ScriptedServer.of((client) -> {
			waiting.countDown();
			new CountDownLatch(1).await();
		});
		try (server; Socket socket = connect(server)) {
			await().until(() -> waiting.getCount() == 0);
			server.close();
			assertThat(socket.getInputStream().read()).isNegative();
		}
	}

	private static Socket connect(ScriptedServer server) throws IOException {
		assertThat(server.address()).isEqualTo("127.0.0.1:" + server.port());
		return new Socket(InetAddress.getLoopbackAddress(), server.port());
	}

	private static void send(Socket socket, String text) throws IOException {
		socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
	}

	private static String readAll(Socket socket) throws IOException {
		return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
	}

}
