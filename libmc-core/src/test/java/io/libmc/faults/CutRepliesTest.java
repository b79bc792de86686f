package io.libmc.faults;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.libmc.MemcachedClient;
import io.libmc.faults.Way.Report;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.ScriptedServer;
import io.libmc.testing.ScriptedServer.Connection;
import io.libmc.testing.ScriptedServer.Script;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Replies that come in two pieces, with something between them: before, in and after the
 * header, the value and the trailer, at every byte.
 */
@Timeout(60)
@Memcached
@ExtendWith(Leaks.class)
class CutRepliesTest {

	private static final Duration POLL = Duration.ofSeconds(1);

	/** What comes between the pieces. */
	enum Cut {

		NOTHING {

			@Override
			void between(Connection connection) {
			}

		},

		RESET {

			@Override
			void between(Connection connection) throws Exception {
				connection.reset();
			}

		},

		CLOSE {

			@Override
			void between(Connection connection) throws Exception {
				connection.close();
			}

		};

		abstract void between(Connection connection) throws Exception;

	}

	static Stream<Arguments> cuts() {
		return Stream.of(Cut.values())
			.flatMap((cut) -> Stream.of(Way.values())
				.flatMap((way) -> Stream.of(Arguments.of(cut, way, false), Arguments.of(cut, way, true))));
	}

	@ParameterizedTest(name = "{0}, {1}, failover {2}")
	@MethodSource("cuts")
	void replyCutAnywhereIsWholeOrAFailure(Cut cut, Way way, boolean failover, MemcachedServer sound) {
		String sample = reply("key10 key11");
		AtomicInteger at = new AtomicInteger();
		Script script = (connection) -> {
			for (String line = connection.nextLine(); line != null; line = connection.nextLine()) {
				String reply = reply(line.substring("get ".length()));
				int cutAt = Math.min(at.get(), reply.length());
				connection.reply(reply.substring(0, cutAt));
				cut.between(connection);
				if (cut != Cut.NOTHING) {
					return;
				}
				connection.reply(reply.substring(cutAt));
			}
		};
		try (ScriptedServer scripted = ScriptedServer.of(script);
				MemcachedClient client = MemcachedClient.builder()
					.servers(scripted.address(), sound.address())
					.failover(failover)
					.pollTimeout(POLL)
					.build()) {
			Map<String, List<String>> keys = Stream.iterate(10, (i) -> i + 1)
				.limit(80)
				.map((i) -> "key" + i)
				.collect(Collectors.groupingBy(client::serverFor));
			String healthy = keys.get(sound.address()).get(0);
			client.set(healthy, rightful(healthy).getBytes(ISO_8859_1));
			List<String> cutKeys = keys.get(scripted.address()).subList(0, 2);
			List<String> all = List.of(cutKeys.get(0), healthy, cutKeys.get(1));
			for (int i = 0; i <= sample.length(); i++) {
				at.set(i);
				check(cut, way.read(client, all), all, healthy);
			}
		}
	}

	private static void check(Cut cut, Report report, List<String> all, String healthy) {
		Map<String, String> values = new HashMap<>();
		report.values.forEach((key, value) -> values.put(key, new String((byte[]) value, ISO_8859_1)));
		values.forEach((key, value) -> assertThat(value).isEqualTo(rightful(key)));
		assertThat(values).containsKey(healthy);
		if (cut == Cut.NOTHING) {
			assertThat(values).containsOnlyKeys(all);
		}
		assertThat(values.size() + report.failures.size()).as("no cut reply is taken for a miss").isEqualTo(all.size());
		assertThat(report.longest).isLessThanOrEqualTo(POLL.plus(Patience.TOLERANCE));
	}

	private static String reply(String keys) {
		return Stream.of(keys.split(" "))
			.map((key) -> "VALUE " + key + " 0 " + rightful(key).length() + "\r\n" + rightful(key) + "\r\n")
			.collect(Collectors.joining()) + "END\r\n";
	}

	private static String rightful(String key) {
		return "of " + key;
	}

}
