package io.libmc.faults;

import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.MemcachedProtocolException;
import io.libmc.MemcachedServerException;
import io.libmc.MemcachedTimeoutException;
import io.libmc.faults.Way.Report;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.ScriptedServer;
import io.libmc.testing.ScriptedServer.Connection;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * One of two servers answers with what no memcached in its right mind would. In a
 * template, {@code {k}} is the first key asked for and {@code {v}} its rightful value.
 */
@Timeout(60)
@Memcached
@ExtendWith(Leaks.class)
class ReplyFaultsTest {

	private static final Duration POLL = Duration.ofSeconds(1);

	/** Where the rest of a reply is waited for. */
	private static final Duration SHORT_POLL = Duration.ofMillis(500);

	private static final String SILENCE = "silence instead of ";

	private static final String RIGHTFUL = "VALUE {k} 0 {n}\r\n{v}\r\n";

	private static final Map<String, String> TEMPLATES = templates();

	private static Map<String, String> templates() {
		byte[] noise = new byte[200];
		new Random(7).nextBytes(noise);
		return Map.ofEntries(Map.entry("another key", "VALUE other 0 5\r\nwrong\r\nEND\r\n"),
				Map.entry("a key cut short", "VALUE ke 0 5\r\nwrong\r\nEND\r\n"),
				Map.entry("a key with more behind it", "VALUE {k}x 0 5\r\nwrong\r\nEND\r\n"),
				Map.entry("the value twice", RIGHTFUL + "VALUE {k} 0 5\r\nwrong\r\nEND\r\n"),
				Map.entry("an extra line", "END\r\nVALUE {k} 0 5\r\nwrong\r\nEND\r\n"),
				Map.entry("too short a length", "VALUE {k} 0 1\r\nwrong\r\nEND\r\n"),
				Map.entry("too long a length", "VALUE {k} 0 7\r\nwrong\r\nEND\r\n"),
				Map.entry("a negative length", "VALUE {k} 0 -1\r\nwrong\r\nEND\r\n"),
				Map.entry("a huge length", "VALUE {k} 0 1073741825\r\nwrong\r\nEND\r\n"),
				Map.entry("a length of 30 digits", "VALUE {k} 0 " + "9".repeat(30) + "\r\nwrong\r\nEND\r\n"),
				Map.entry("no end of the value", "VALUE {k} 0 5\r\nwrongEND\r\n"),
				Map.entry(SILENCE + "the end", RIGHTFUL),
				Map.entry(SILENCE + "the value", "VALUE {k} 0 500\r\nwrong\r\n"),
				Map.entry("only line feeds", "VALUE {k} 0 5\nwrong\nEND\n"),
				Map.entry("a reply of another command", "STORED\r\n"), Map.entry("a number", "42\r\n"),
				Map.entry("a meta reply", "VA 5 k{k}\r\nwrong\r\n"),
				Map.entry("SERVER_ERROR", "SERVER_ERROR out of memory\r\n"),
				Map.entry("CLIENT_ERROR", "CLIENT_ERROR bad command line format\r\n"), Map.entry("ERROR", "ERROR\r\n"),
				Map.entry("SERVER_ERROR behind a value", RIGHTFUL + "SERVER_ERROR out of memory\r\n"),
				Map.entry("ERROR behind a value", RIGHTFUL + "ERROR\r\n"),
				Map.entry("an error within a value", "VALUE {k} 0 20\r\nSERVER_ERROR out of memory\r\n"),
				Map.entry("two error lines", "CLIENT_ERROR bad data chunk\r\nERROR\r\n"),
				Map.entry("an endless line", "VALUE " + "x".repeat(100_000)), Map.entry("empty lines", "\r\n\r\n\r\n"),
				Map.entry(SILENCE + "a line's end", "\0".repeat(1000)),
				Map.entry("noise", new String(noise, ISO_8859_1) + "\n"),
				Map.entry("HTTP", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
				Map.entry("a TLS alert", "\u0015\u0003\u0003\u0000\u0002\u0002\n"),
				Map.entry("SSH", "SSH-2.0-OpenSSH_9.2\r\n"),
				Map.entry("too many connections", "ERROR Too many open connections\r\n"));
	}

	static Stream<Arguments> faults() {
		return TEMPLATES.keySet()
			.stream()
			.sorted()
			.flatMap((name) -> failovers(name).map((failover) -> Arguments.of(name, failover)));
	}

	/** A silent server is not dead, so failover is none of its business. */
	private static Stream<Boolean> failovers(String name) {
		return name.startsWith(SILENCE) ? Stream.of(false) : Stream.of(false, true);
	}

	@ParameterizedTest(name = "{0}, failover {1}")
	@MethodSource("faults")
	void replyThatMakesNoSenseCostsItsCallersTheirCallAndNobodyAnythingElse(String name, boolean failover,
			MemcachedServer sound) {
		AtomicBoolean faulty = new AtomicBoolean(true);
		String template = TEMPLATES.get(name);
		Duration poll = name.startsWith(SILENCE) ? SHORT_POLL : POLL;
		try (ScriptedServer scripted = ScriptedServer.of((connection) -> serve(connection, template, faulty));
				MemcachedClient client = MemcachedClient.builder()
					.servers(scripted.address(), sound.address())
					.failover(failover)
					.pollTimeout(poll)
					.build()) {
			Map<String, List<String>> keys = Stream.iterate(0, (i) -> i + 1)
				.limit(100)
				.map((i) -> "key" + i)
				.collect(Collectors.groupingBy(client::serverFor));
			List<String> soundKeys = keys.get(sound.address()).subList(0, 2);
			List<String> all = new ArrayList<>(keys.get(scripted.address()).subList(0, 1));
			all.addAll(soundKeys);
			Map<String, byte[]> entries = new HashMap<>();
			all.forEach((key) -> entries.put(key, rightful(key).getBytes(ISO_8859_1)));
			soundKeys.forEach((key) -> client.set(key, entries.get(key)));
			for (Way way : Way.values()) {
				faulty.set(true);
				Report read = way.read(client, all);
				check(way + " with " + name, poll, read, soundKeys);
				assertThat(read.failures.values()).as(way + " with " + name).hasOnlyElementsOfType(failureBy(name));
				Report stored = way.store(client, entries);
				assertThat(stored.longest).isLessThanOrEqualTo(poll.plus(Patience.TOLERANCE));
				assertThat(stored.failures.keySet()).doesNotContainAnyElementsOf(soundKeys);
				faulty.set(false);
				client.quit();
				check(way + " after " + name, poll, way.read(client, all), all);
			}
		}
	}

	private static void check(String what, Duration poll, Report report, List<String> mustHave) {
		assertThat(report.longest).as(what).isLessThanOrEqualTo(poll.plus(Patience.TOLERANCE));
		report.values.forEach(
				(key, value) -> assertThat(new String((byte[]) value, ISO_8859_1)).as(what).isEqualTo(rightful(key)));
		assertThat(report.values.keySet()).as("%s: %s", what, report.failures).containsAll(mustHave);
		assertThat(report.failures.keySet()).as(what).doesNotContainAnyElementsOf(mustHave);
	}

	private static Class<? extends MemcachedException> failureBy(String name) {
		if (name.startsWith(SILENCE)) {
			return MemcachedTimeoutException.class;
		}
		return name.startsWith("SERVER_ERROR") ? MemcachedServerException.class : MemcachedProtocolException.class;
	}

	private static String rightful(String key) {
		return "the value of " + key;
	}

	private static void serve(Connection connection, String template, AtomicBoolean faulty) throws IOException {
		for (String line = connection.nextLine(); line != null; line = connection.nextLine()) {
			String[] words = line.split(" ");
			if (words[0].equals("quit")) {
				connection.close();
				return;
			}
			if (words[0].equals("set")) {
				connection.read(Integer.parseInt(words[4]) + 2);
			}
			try {
				connection.reply(faulty.get() ? filled(template, words[1]) : wellBehaved(words));
			}
			catch (SocketException ex) {
				return; // the client had enough
			}
		}
	}

	private static String wellBehaved(String[] words) {
		if (words[0].equals("set")) {
			return "STORED\r\n";
		}
		return Stream.of(words).skip(1).map((key) -> filled(RIGHTFUL, key)).collect(Collectors.joining()) + "END\r\n";
	}

	private static String filled(String template, String key) {
		String value = rightful(key);
		return template.replace("{k}", key).replace("{v}", value).replace("{n}", "" + value.length());
	}

}
