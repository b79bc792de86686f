package io.libmc.internal.discovery;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

import io.libmc.internal.routing.ServerAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What DNS says of servers, by stubs.
 */
@Timeout(30)
class DnsTest {

	@Test
	void everyAddressOfOneFamilyIsAServer() throws Exception {
		DnsAddresses list = new DnsAddresses("dns:cache:11212", ServerAddress.parse("cache:11212"), (name) -> {
			assertThat(name).isEqualTo("cache");
			return new InetAddress[] { InetAddress.getByName("10.0.0.2"), InetAddress.getByName("fd00::2"),
					InetAddress.getByName("10.0.0.1") };
		});
		assertThat(list.ask().servers()).containsExactly("10.0.0.2:11212", "10.0.0.1:11212");
		assertThat(list.ask().version()).isZero();
		DnsAddresses six = new DnsAddresses("dns:cache", ServerAddress.parse("cache"),
				(name) -> new InetAddress[] { InetAddress.getByName("fd00::2") });
		assertThat(six.ask().servers()).containsExactly("[fd00:0:0:0:0:0:0:2]:11211");
		ServerAddress.parseAll(six.ask().servers());
	}

	@Test
	void aNameThatIsUnknownFails() {
		DnsAddresses list = new DnsAddresses("dns:cache", ServerAddress.parse("cache"), (name) -> {
			throw new UnknownHostException(name);
		});
		assertThatExceptionOfType(IOException.class).isThrownBy(list::ask);
	}

	@Test
	void theTargetsOfServiceRecordsAreServers() throws Exception {
		try (ServiceRecords stub = new ServiceRecords(List.of("memcached-0.cache", "memcached-1.cache"), 11213)) {
			DnsServices list = new DnsServices("dns-srv:_memcached._tcp.cache", "_memcached._tcp.cache", stub.url());
			assertThat(list.ask().servers()).containsExactlyInAnyOrder("memcached-0.cache:11213",
					"memcached-1.cache:11213");
		}
		try (ServiceRecords stub = new ServiceRecords(List.of(), 11213)) {
			DnsServices list = new DnsServices("dns-srv:cache", "cache", stub.url());
			assertThatExceptionOfType(IOException.class).isThrownBy(list::ask);
		}
	}

	/** RFC 2782: a target that is the root says that the service is not there. */
	@Test
	void theRootIsNoServer() throws Exception {
		try (ServiceRecords stub = new ServiceRecords(List.of(""), 11213)) {
			DnsServices list = new DnsServices("dns-srv:_memcached._tcp.cache", "_memcached._tcp.cache", stub.url());
			assertThat(list.ask().servers()).isEmpty();
		}
	}

	/** A DNS server on loopback that knows the SRV records of any name. */
	private static final class ServiceRecords implements AutoCloseable {

		private final DatagramSocket socket = new DatagramSocket(
				new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

		private final List<String> targets;

		private final int port;

		ServiceRecords(List<String> targets, int port) throws IOException {
			this.targets = targets;
			this.port = port;
			Thread thread = new Thread(this::serve, "dns-stub");
			thread.setDaemon(true);
			thread.start();
		}

		String url() {
			return "dns://127.0.0.1:" + this.socket.getLocalPort();
		}

		private void serve() {
			try {
				while (true) {
					DatagramPacket packet = new DatagramPacket(new byte[512], 512);
					this.socket.receive(packet);
					byte[] answer = answer(packet);
					this.socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
				}
			}
			catch (IOException ex) {
				// it is closed
			}
		}

		private byte[] answer(DatagramPacket query) throws IOException {
			ByteArrayOutputStream out = new ByteArrayOutputStream();
			int end = 12;
			while (query.getData()[end] != 0) {
				end += query.getData()[end] + 1;
			}
			// a name that has no records does not exist
			int code = this.targets.isEmpty() ? 3 : 0;
			out.write(query.getData(), 0, 2);
			out.write(numbers(0x8580 | code, 1, this.targets.size(), 0, 0));
			out.write(query.getData(), 12, end + 5 - 12);
			for (String target : this.targets) {
				byte[] name = name(target);
				out.write(numbers(0xc00c, 33, 1, 0, 60, 6 + name.length, 0, 0, this.port));
				out.write(name);
			}
			return out.toByteArray();
		}

		private static byte[] numbers(int... numbers) {
			ByteBuffer buffer = ByteBuffer.allocate(2 * numbers.length);
			for (int number : numbers) {
				buffer.putShort((short) number);
			}
			return buffer.array();
		}

		private static byte[] name(String name) {
			ByteArrayOutputStream out = new ByteArrayOutputStream();
			for (String label : name.split("\\.", -1)) {
				if (label.isEmpty()) {
					break;
				}
				out.write(label.length());
				out.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
			}
			out.write(0);
			return out.toByteArray();
		}

		@Override
		public void close() {
			this.socket.close();
		}

	}

}
