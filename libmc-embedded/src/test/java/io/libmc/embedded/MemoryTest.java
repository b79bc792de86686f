package io.libmc.embedded;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What clients have begun to send counts, too. */
@Timeout(60)
class MemoryTest {

	private static final String FULL = "SERVER_ERROR out of memory storing object\r\n";

	private static final String VALUE = "v".repeat(1_000_000);

	private static long number(EmbeddedMemcached server, String name) {
		return Long.parseLong(server.stats().get(name));
	}

	/** Clients each of whom has begun to store a value, and has the rest to say. */
	private static List<RawClient> begun(EmbeddedMemcached server, int count, String command) throws IOException {
		List<RawClient> clients = new ArrayList<>();
		long said = number(server, "bytes_read");
		for (int i = 0; i < count; i++) {
			String line = String.format(command, i) + "\r\n";
			clients.add(new RawClient(server.port()).say(line));
			said += line.length();
		}
		long all = said;
		Awaitility.await().until(() -> number(server, "bytes_read") == all);
		return clients;
	}

	private static List<String> finish(List<RawClient> clients) throws IOException {
		List<String> answers = new ArrayList<>();
		for (RawClient client : clients) {
			answers.add(client.ask(VALUE + "\r\n"));
			client.close();
		}
		return answers;
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void withoutEvictionsValuesOnTheirWayAreNoMoreThanTheBound(boolean virtualThreads) throws IOException {
		try (EmbeddedMemcached server = EmbeddedMemcached.builder()
			.virtualThreads(virtualThreads)
			.maxBytes(2 << 20)
			.evictions(false)
			.start()) {
			for (RawClient client : begun(server, 2, "set given-up-%d 0 0 1000000")) {
				client.close();
			}
			Awaitility.await().until(() -> number(server, "curr_connections") == 0);
			List<String> answers = finish(begun(server, 10, "set k%d 0 0 1000000"));
			assertThat(answers).hasSize(10).containsOnly("STORED\r\n", FULL);
			assertThat(answers.stream().filter(FULL::equals)).hasSize(8);
			assertThat(number(server, "bytes")).isBetween(2_000_000L, 2L << 20);
			assertThat(number(server, "store_no_memory")).isEqualTo(8);
		}
	}

	@Test
	void withoutEvictionsNothingGrowsBeyondTheBound() throws IOException {
		try (EmbeddedMemcached server = EmbeddedMemcached.builder()
			.maxBytes(2048)
			.maxItemSize(1024)
			.evictions(false)
			.start(); RawClient client = new RawClient(server.port())) {
			for (int length : new int[] { 900, 453, 453 }) {
				assertThat(client.ask("set " + length % 10 + number(server, "curr_items") + " 0 0 " + (length - 1)
						+ "\r\n" + "v".repeat(length - 1) + "\r\n"))
					.isEqualTo("STORED\r\n");
			}
			assertThat(client.ask("set n 0 0 2\r\n99\r\n")).isEqualTo("STORED\r\n");
			assertThat(number(server, "bytes")).isEqualTo(2048);
			assertThat(client.ask("decr n 1\r\n")).isEqualTo("98\r\n");
			assertThat(client.ask("incr n 2\r\n")).isEqualTo("SERVER_ERROR out of memory\r\n");
			assertThat(client.ask("ma n D2\r\n")).isEqualTo("SERVER_ERROR out of memory\r\n");
			assertThat(client.ask("md n x F1\r\n")).isEqualTo("SERVER_ERROR out of memory\r\n");
			assertThat(client.ask("append n 0 0 1\r\n0\r\n")).isEqualTo(FULL);
			assertThat(client.say("mg n v\r\n").hearTo("98\r\n")).isEqualTo("VA 2\r\n98\r\n");
			assertThat(client.ask("ma n D1 v\r\n")).isEqualTo("VA 2\r\n");
			assertThat(number(server, "bytes")).isEqualTo(2048);
		}
	}

	@Test
	void withEvictionsValuesOnTheirWayAreNoMoreThanTheBoundEither() throws IOException {
		try (EmbeddedMemcached server = EmbeddedMemcached.builder().maxBytes(4 << 20).start()) {
			List<String> answers = finish(begun(server, 10, "ms k%d 1000000"));
			assertThat(answers.stream().filter("HD\r\n"::equals)).hasSize(4);
			assertThat(answers.stream().filter(FULL::equals)).hasSize(6);
			for (int i = 0; i < 10; i++) {
				assertThat(finish(begun(server, 4, "set k%d 0 0 1000000"))).containsOnly("STORED\r\n");
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void linesOnTheirWayAreBounded(boolean virtualThreads) throws IOException {
		String line = "get" + " k".repeat(2_000_000);
		try (EmbeddedMemcached server = EmbeddedMemcached.builder().virtualThreads(virtualThreads).start()) {
			for (int round = 0; round < 2; round++) {
				List<RawClient> clients = new ArrayList<>();
				List<String> answers = new ArrayList<>();
				for (int i = 0; i < 20; i++) {
					RawClient client = new RawClient(server.port());
					clients.add(client);
					try {
						client.say(line);
					}
					catch (IOException ex) {
						// sent away
					}
				}
				int all = 20 * (round + 1);
				Awaitility.await()
					.atMost(Duration.ofSeconds(30))
					.until(() -> number(server, "total_connections") == all
							&& number(server, "curr_connections") <= 16);
				for (RawClient client : clients) {
					answers.add(hear(client));
					client.close();
				}
				assertThat(answers.stream().filter("END\r\n"::equals).count()).isBetween(3L, 16L);
				Awaitility.await().until(() -> number(server, "curr_connections") == 0);
			}
		}
	}

	/**
	 * Ends a line, and hears the answer unless the rest of the line has met a closed
	 * socket.
	 */
	private static String hear(RawClient client) {
		try {
			return client.ask("\r\n");
		}
		catch (IOException ex) {
			return "";
		}
	}

}
