package io.libmc.testing;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(30)
@Memcached
class FaultProxyTest {

	private static final String MISS = "END\r\n";

	private FaultProxy proxy;

	private Socket client;

	@BeforeEach
	void connect(MemcachedServer server) throws IOException {
		this.proxy = FaultProxy.to(server);
		this.client = connected();
	}

	@AfterEach
	void close() throws IOException {
		this.client.close();
		this.proxy.close();
	}

	@Test
	void passesBothDirectionsOnAndForgetsWhatHasEnded() throws IOException {
		assertThat(ask("set k 0 0 1\r\nv\r\n", 8)).isEqualTo("STORED\r\n");
		assertThat(ask("get k\r\n", 21)).isEqualTo("VALUE k 0 1\r\nv\r\nEND\r\n");
		assertThat(this.proxy.accepted()).isEqualTo(1);
		assertThat(this.proxy.links()).hasSize(1);
		this.client.close();
		Awaitility.await().until(() -> this.proxy.links().isEmpty());
	}

	@Test
	void heldRepliesComeOnceTheProxyIsHealed() throws IOException {
		this.proxy.replies(Fault.hold());
		send("get k\r\n");
		assertSilent();
		this.proxy.heal();
		assertThat(receive(MISS.length())).isEqualTo(MISS);
	}

	@Test
	void delayedRequestsComeLate() throws IOException {
		this.proxy.requests(Fault.delay(Duration.ofMillis(200)));
		long start = System.nanoTime();
		assertThat(ask("get k\r\n", MISS.length())).isEqualTo(MISS);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(199));
	}

	@Test
	void swallowedBytesNeverCome() throws IOException {
		this.proxy.requests(Fault.swallow());
		send("get lost\r\n");
		assertSilent();
		this.proxy.heal();
		assertThat(ask("get k\r\n", MISS.length())).isEqualTo(MISS);
		assertSilent();
	}

	@Test
	void trickledBytesComeOneByOneAndAllOfThem() throws IOException {
		this.proxy.requests(Fault.trickle());
		this.proxy.replies(Fault.drip(Duration.ofMillis(20)));
		send("get k\r\n");
		assertThat(this.client.getInputStream().read(new byte[100])).isEqualTo(1);
		assertThat(receive(MISS.length() - 1)).isEqualTo(MISS.substring(1));
	}

	@Test
	void duplicatedRepliesComeTwice() throws IOException {
		this.proxy.replies(Fault.duplicate());
		assertThat(ask("get k\r\n", 2 * MISS.length())).isEqualTo(MISS + MISS);
	}

	@Test
	void corruptedRepliesDifferInOneBit() throws IOException {
		this.proxy.replies(Fault.corrupt(new Random(1)));
		String reply = ask("get k\r\n", MISS.length());
		int bits = 0;
		for (int i = 0; i < MISS.length(); i++) {
			bits += Integer.bitCount(reply.charAt(i) ^ MISS.charAt(i));
		}
		assertThat(bits).isEqualTo(1);
	}

	@Test
	void resetMayBeginWithinAReply() throws IOException {
		this.proxy.replies(Fault.after(2, Fault.reset()));
		assertThat(ask("get k\r\n", 2)).isEqualTo("EN");
		assertThatExceptionOfType(SocketException.class).isThrownBy(() -> this.client.getInputStream().read())
			.withMessageContaining("reset");
	}

	@Test
	void halfClosedConnectionEndsInOneDirectionOnly(MemcachedServer server) throws IOException {
		this.proxy.replies(Fault.halfClose());
		send("set k 0 0 1\r\nv\r\n");
		assertThat(this.client.getInputStream().read()).isEqualTo(-1);
		send("set k 0 0 1\r\nw\r\n");
		try (RawConnection raw = RawConnection.to(server)) {
			Awaitility.await().until(() -> raw.item("k"), (item) -> item != null && item.text().equals("w"));
		}
	}

	@Test
	void faultMayBeOfOneConnectionAlone() throws IOException {
		try (Socket other = connected()) {
			Awaitility.await().until(() -> this.proxy.links().size() == 2);
			this.proxy.links().get(0).replies(Fault.swallow());
			other.getOutputStream().write("get k\r\n".getBytes(StandardCharsets.US_ASCII));
			assertThat(other.getInputStream().readNBytes(MISS.length())).hasSize(MISS.length());
			send("get k\r\n");
			assertSilent();
		}
	}

	@Test
	void refusingProxyListensAgainOnItsPortOnceHealed() throws IOException {
		assertThat(ask("get k\r\n", MISS.length())).isEqualTo(MISS);
		this.proxy.refuse();
		assertThatExceptionOfType(SocketException.class).isThrownBy(() -> this.client.getInputStream().read());
		assertThatExceptionOfType(ConnectException.class).isThrownBy(this::connected);
		this.proxy.heal();
		this.client = connected();
		assertThat(ask("get k\r\n", MISS.length())).isEqualTo(MISS);
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void ignoringProxyAnswersNoConnectUntilItIsHealed() throws IOException {
		this.proxy.ignore();
		try (Socket ignored = new Socket()) {
			InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port(this.proxy));
			assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> ignored.connect(address, 100));
		}
		this.proxy.heal();
		this.client = connected();
		assertThat(ask("get k\r\n", MISS.length())).isEqualTo(MISS);
	}

	@Test
	void smallBuffersStopTheSenderSoon(MemcachedServer server) throws IOException {
		try (FaultProxy narrow = FaultProxy.withSmallBuffers(server); SocketChannel sender = SocketChannel.open()) {
			narrow.requests(Fault.hold());
			sender.setOption(StandardSocketOptions.SO_SNDBUF, 1);
			sender.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port(narrow)));
			sender.configureBlocking(false);
			AtomicInteger taken = new AtomicInteger();
			ByteBuffer piece = ByteBuffer.allocate(1024);
			Awaitility.await().during(Duration.ofMillis(200)).until(() -> {
				int count = sender.write(piece.clear());
				return taken.addAndGet(count) > 0 && count == 0;
			});
			assertThat(taken).hasValueLessThan(64 * 1024);
		}
	}

	private Socket connected() throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(this.proxy));
		socket.setSoTimeout(10_000);
		return socket;
	}

	private static int port(FaultProxy proxy) {
		return Integer.parseInt(proxy.address().substring("127.0.0.1:".length()));
	}

	private String ask(String request, int length) throws IOException {
		send(request);
		return receive(length);
	}

	private void send(String request) throws IOException {
		this.client.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
	}

	private String receive(int length) throws IOException {
		return new String(this.client.getInputStream().readNBytes(length), StandardCharsets.ISO_8859_1);
	}

	private void assertSilent() throws IOException {
		this.client.setSoTimeout(100);
		assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> this.client.getInputStream().read());
		this.client.setSoTimeout(10_000);
	}

}
