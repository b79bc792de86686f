package io.libmc;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

import io.libmc.testing.Certificates;
import io.libmc.testing.Fault;
import io.libmc.testing.FaultProxy;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.ScriptedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * TLS where something is wrong. That it works where all is well {@link ConformanceTest}
 * shows.
 */
@Timeout(60)
@Tag("alone")
class TlsTest {

	private static final Duration POLL = Duration.ofSeconds(10);

	private static MemcachedServer localhost;

	private static MemcachedServer elsewhere;

	@BeforeAll
	static void start() {
		localhost = MemcachedServer.start(Certificates.memcached("localhost"));
		elsewhere = MemcachedServer.start(Certificates.memcached("elsewhere"));
	}

	@AfterAll
	static void stop() {
		localhost.close();
		elsewhere.close();
	}

	@Test
	void certificateOfAnotherHostIsRefused() {
		try (MemcachedClient client = builder(elsewhere.address(), "ca").build()) {
			assertThatExceptionOfType(MemcachedConnectionException.class).isThrownBy(() -> client.get("k"))
				.withMessageContaining("the TLS handshake failed")
				.withMessageContaining("127.0.0.1")
				.withMessageContaining("nothing of it was sent");
		}
		try (MemcachedClient client = builder(elsewhere.address(), "ca").hostnameVerification(false).build()) {
			assertThat(client.set("k", "v")).isTrue();
		}
	}

	@Test
	void nameIsVerifiedAsItIsWrittenInTheListOfServers() {
		try (MemcachedClient client = builder("localhost:" + localhost.port() + " elsewhere.example", "ca").build()) {
			assertThat(client.set("k", "v")).isTrue();
		}
	}

	@Test
	void certificateOfAnUnknownAuthorityIsRefused() {
		try (MemcachedClient client = builder(localhost.address(), "other-ca").build()) {
			assertThatExceptionOfType(MemcachedConnectionException.class).isThrownBy(() -> client.get("k"))
				.withMessageContaining("the TLS handshake failed")
				.withMessageContaining("certification path");
		}
	}

	@Test
	void serverThatWantsToKnowItsClientsTakesThoseWithACertificateAndTellsOthersWhy() {
		try (MemcachedServer strict = MemcachedServer.start(Certificates.memcachedForKnownClients("localhost"))) {
			try (MemcachedClient known = builder(strict.address(), "ca").ssl(() -> Certificates.presenting("ca"))
				.build()) {
				assertThat(known.set("k", "v")).isTrue();
				known.quit();
				assertThat(known.<String>get("k")).isEqualTo("v");
			}
			try (MemcachedClient unknown = builder(strict.address(), "ca").build()) {
				assertThatExceptionOfType(MemcachedConnectionException.class).isThrownBy(() -> unknown.get("k"))
					.withMessageContaining("the TLS handshake failed")
					.withMessageContaining("certificate");
				assertThatExceptionOfType(MemcachedConnectionException.class).isThrownBy(() -> unknown.get("k"))
					.withMessageContaining("has been dead for");
			}
		}
	}

	/** TLS reads a record byte by byte, each of which could renew a socket's timeout. */
	@Test
	void recordThatDripsInHoldsNobodyBeyondTheTimeout() {
		try (FaultProxy proxy = FaultProxy.to(localhost);
				MemcachedClient client = builder(proxy.address(), "ca").pollTimeout(Duration.ofMillis(500)).build()) {
			assertThat(client.set("k", "v".repeat(1000))).isTrue();
			proxy.replies(Fault.drip(Duration.ofMillis(50)));
			long start = System.nanoTime();
			assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> client.get("k"));
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(700));
		}
	}

	/**
	 * TLS 1.2 answers the end of a connection, and a wish for another handshake, with a
	 * record of its own, for which its reader waits as long as a writer is stuck.
	 */
	@Test
	void readerThatHasToAnswerWhileAWriteIsStuckStillEndsInTime() throws Exception {
		ExecutorService threads = Executors.newCachedThreadPool();
		try (SSLServerSocket listener = (SSLServerSocket) Certificates.serving("localhost")
			.getServerSocketFactory()
			.createServerSocket()) {
			listener.setReceiveBufferSize(4096);
			listener.setEnabledProtocols(new String[] { "TLSv1.2" });
			listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
			CountDownLatch stuck = new CountDownLatch(1);
			Future<?> server = threads.submit(() -> {
				try (SSLSocket accepted = (SSLSocket) listener.accept()) {
					accepted.getInputStream().readNBytes("version\r\n".length());
					accepted.getOutputStream().write("VERSION 1.6.18\r\n".getBytes(StandardCharsets.US_ASCII));
					for (int i = 0; i < 3; i++) {
						accepted.getInputStream().readNBytes("get k\r\n".length());
						accepted.getOutputStream().write("END\r\n".getBytes(StandardCharsets.US_ASCII));
					}
					accepted.getInputStream().readNBytes("get k\r\n".length());
					stuck.await();
					accepted.shutdownOutput();
					Thread.sleep(5000);
				}
				return null;
			});
			try (MemcachedClient client = builder("127.0.0.1:" + listener.getLocalPort(), "ca")
				.pollTimeout(Duration.ofSeconds(1))
				.splitLargeValues(false)
				.maxValueBytes(20_000_000)
				.build()) {
				for (int i = 0; i < 3; i++) {
					assertThat(client.<Object>get("k")).isNull();
				}
				long start = System.nanoTime();
				Future<Duration> reader = threads.submit(() -> {
					assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> client.get("k"));
					return Duration.ofNanos(System.nanoTime() - start);
				});
				Thread.sleep(500);
				Future<?> writer = threads.submit(() -> assertThatExceptionOfType(MemcachedException.class)
					.isThrownBy(() -> client.set("large", new byte[15_000_000])));
				Thread.sleep(200);
				stuck.countDown();
				assertThat(reader.get(10, TimeUnit.SECONDS)).isLessThan(Duration.ofMillis(1300));
				writer.get(10, TimeUnit.SECONDS);
			}
			server.cancel(true);
		}
		finally {
			threads.shutdownNow();
		}
	}

	@Test
	void bytesThatWereChangedOnTheWayEndTheConnectionAndNoValueComesOutOfThem() {
		byte[] value = "v".repeat(1000).getBytes(StandardCharsets.US_ASCII);
		try (FaultProxy proxy = FaultProxy.to(localhost);
				MemcachedClient client = builder(proxy.address(), "ca").retryTimeout(Duration.ofMillis(10)).build()) {
			assertThat(client.set("k", value)).isTrue();
			proxy.replies(Fault.corrupt(new Random(7)));
			assertThatExceptionOfType(MemcachedConnectionException.class).isThrownBy(() -> client.get("k"));
			proxy.heal();
			Awaitility.await()
				.ignoreException(MemcachedConnectionException.class)
				.untilAsserted(() -> assertThat(client.<byte[]>get("k")).isEqualTo(value));
		}
	}

	@Test
	void plainClientFailsOnATlsServerWithinItsTime() {
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(localhost.address())
			.pollTimeout(Duration.ofSeconds(1))
			.build()) {
			long start = System.nanoTime();
			assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> client.get("k"));
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
		}
	}

	@Test
	void tlsClientFailsOnAPlainServerWithinItsTime() {
		try (MemcachedServer plain = MemcachedServer.start();
				MemcachedClient client = builder(plain.address(), "ca").handshakeTimeout(Duration.ofMillis(500))
					.build()) {
			long start = System.nanoTime();
			assertThatExceptionOfType(MemcachedConnectionException.class).isThrownBy(() -> client.get("k"))
				.withMessageContaining("the TLS handshake failed");
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
		}
	}

	@Test
	void serverThatNeverAnswersTheHandshakeCostsTheHandshakeTimeout() {
		try (ScriptedServer silent = ScriptedServer.of((connection) -> {
		}); MemcachedClient client = builder(silent.address(), "ca").handshakeTimeout(Duration.ofMillis(500)).build()) {
			assertThatExceptionOfType(MemcachedConnectionException.class).isThrownBy(() -> client.get("k"))
				.withMessageContaining("handshakeTimeout");
		}
	}

	@Test
	void contextIsAskedForAtEachConnect() {
		AtomicInteger asked = new AtomicInteger();
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(localhost.address())
			.pollTimeout(POLL)
			.retryTimeout(Duration.ofMillis(10))
			.ssl(() -> context(asked.incrementAndGet()))
			.build()) {
			assertThatExceptionOfType(MemcachedConnectionException.class).isThrownBy(() -> client.get("k"));
			Awaitility.await().ignoreException(MemcachedConnectionException.class).until(() -> client.set("k", "v"));
			client.quit();
			assertThat(client.set("k", "v")).isTrue();
			assertThat(asked).hasValue(3);
		}
	}

	@Test
	void supplierThatThrowsIsToldAndAskedAgain() {
		AtomicInteger asked = new AtomicInteger();
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(localhost.address())
			.pollTimeout(POLL)
			.retryTimeout(Duration.ofMillis(10))
			.ssl(() -> {
				if (asked.incrementAndGet() == 1) {
					throw new IllegalStateException("no certificates yet");
				}
				return Certificates.trusting("ca");
			})
			.build()) {
			assertThatExceptionOfType(MemcachedConnectionException.class).isThrownBy(() -> client.get("k"))
				.withMessageContaining("no certificates yet");
			Awaitility.await().ignoreException(MemcachedConnectionException.class).until(() -> client.set("k", "v"));
		}
	}

	private static SSLContext context(int ask) {
		return Certificates.trusting((ask == 1) ? "other-ca" : "ca");
	}

	private static MemcachedClientBuilder builder(String server, String authority) {
		return MemcachedClient.builder()
			.servers(server)
			.pollTimeout(POLL)
			.connectTimeout(Duration.ofSeconds(2))
			.ssl(() -> Certificates.trusting(authority));
	}

}
