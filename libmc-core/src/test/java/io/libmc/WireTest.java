package io.libmc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.InflaterInputStream;

import io.libmc.testing.ScriptedServer;
import io.libmc.testing.Vectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * For the same call this client sends what libmc sends, byte by byte, and makes the same
 * of the replies.
 */
class WireTest {

	private static final byte[] V = { 'v' };

	private static final Map<String, byte[]> A1_B2 = new LinkedHashMap<>();

	static {
		A1_B2.put("a", new byte[] { '1' });
		A1_B2.put("b", new byte[] { '2' });
	}

	/** The calls of {@code wire.tsv} as they are written here. */
	private static final Map<String, Function<MemcachedClient, @Nullable Object>> CALLS = Map.ofEntries(
			call("get('k')", (client) -> client.get("k")), call("get('?k')", (client) -> client.get("?k")),
			call("gets('k')", (client) -> client.gets("k")),
			call("get_multi(['a','b','c'])", (client) -> client.getMulti(List.of("a", "b", "c"))),
			call("set('k',b'v')", (client) -> client.set("k", V)),
			call("set('?k',b'v')", (client) -> client.set("?k", V)),
			call("set('k',b'v'*50)", (client) -> client.set("k", "v".repeat(50).getBytes(StandardCharsets.UTF_8))),
			call("set('k','v',time=60)", (client) -> client.set("k", "v", seconds(60))),
			call("set('k',5)", (client) -> client.set("k", 5)),
			call("set('k',True,-1)", (client) -> client.set("k", true, seconds(-1))),
			call("add('k',b'v',9)", (client) -> client.add("k", V, seconds(9))),
			call("replace('k',b'v',9)", (client) -> client.replace("k", V, seconds(9))),
			call("append('k',b'v')", (client) -> client.append("k", V)),
			call("prepend('k',b'v')", (client) -> client.prepend("k", V)),
			call("cas('k',b'v',7,123)", (client) -> client.cas("k", V, seconds(7), 123)),
			call("cas('k',b'v',0,9)", (client) -> client.cas("k", V, Duration.ZERO, 9)),
			call("set_multi({'a':b'1','b':b'2'},time=3)", (client) -> client.setMulti(A1_B2, seconds(3))),
			call("set_multi({'a':b'1','b':b'2'})", (client) -> client.setMulti(A1_B2)),
			call("append_multi(['a','b'],b'z')", (client) -> client.appendMulti(List.of("a", "b"), new byte[] { 'z' })),
			call("prepend_multi(['a','b'],b'z')",
					(client) -> client.prependMulti(List.of("a", "b"), new byte[] { 'z' })),
			call("delete('k')", (client) -> client.delete("k")),
			call("delete_multi(['a','b'])", (client) -> client.deleteMulti(List.of("a", "b"))),
			call("touch('k',10)", (client) -> client.touch("k", seconds(10))),
			call("touch('k',5)", (client) -> client.touch("k", seconds(5))),
			call("expire('k')", (client) -> client.expire("k")), call("incr('k',3)", (client) -> client.incr("k", 3)),
			call("incr('k',1)", (client) -> client.incr("k", 1)), call("decr('k',3)", (client) -> client.decr("k", 3)),
			call("version()", MemcachedClient::version), call("stats()", (client) -> client.stats()),
			call("flush_all()", MemcachedClient::flushAll), call("quit()", (client) -> {
				// libmc's connection was made by a version()
				client.version();
				client.quit();
				return true;
			}));

	private static final Pattern ESCAPE = Pattern.compile("\\\\(x[0-9a-f]{2}|.)");

	private static final Pattern ADDRESS = Pattern.compile("127\\.0\\.0\\.1:[0-9]+");

	private static final Pattern COMPRESSED = Pattern.compile("set k 16 0 ([0-9]+)\r\n(.*)\r\n", Pattern.DOTALL);

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("rows")
	void sendsWhatLibmcSendsAndMakesTheSameOfTheReply(String call, String options, String request, String result) {
		try (ScriptedServer server = ScriptedServer.of(WireTest::serve);
				MemcachedClient client = client(server, options)) {
			assertThat(CALLS).containsKey(call);
			Object returned = CALLS.get(call).apply(client);
			assertThat(python(returned)).isEqualTo(ADDRESS.matcher(result).replaceAll(server.address()));
			String expected = inflated(unescaped(request));
			Awaitility.await()
				.pollDelay(Duration.ZERO)
				.pollInterval(Duration.ofMillis(2))
				.untilAsserted(() -> assertThat(server.received()).map(WireTest::inflated).containsExactly(expected));
		}
	}

	@Test
	void everyRowOfTheVectorsIsThere() {
		assertThat(rows()).hasSize(37);
	}

	static Stream<Object[]> rows() {
		return Vectors.rows("wire.tsv").stream().skip(1).map((row) -> (Object[]) row);
	}

	private static MemcachedClient client(ScriptedServer server, String options) {
		JsonNode json = JsonMapper.shared().readTree(options);
		return MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(5))
			.noReply(json.path("noreply").asBoolean(false))
			.prefix(json.path("prefix").asString(""))
			.compressionThreshold(json.path("comp_threshold").asInt(0))
			.flushAllEnabled(true)
			.build();
	}

	/** A memcached that finds nothing and agrees to everything. */
	private static void serve(ScriptedServer.Connection connection) throws IOException {
		for (String line = connection.nextLine(); line != null; line = connection.nextLine()) {
			String[] words = line.split(" ", -1);
			if (words[0].equals("quit")) {
				connection.close();
				return;
			}
			String reply = switch (words[0]) {
				case "get", "gets" -> "END\r\n";
				case "delete" -> "DELETED\r\n";
				case "touch" -> "TOUCHED\r\n";
				case "incr", "decr" -> "5\r\n";
				case "version" -> "VERSION 1.6.18\r\n";
				case "stats" -> "STAT pid 1\r\nEND\r\n";
				case "flush_all" -> "OK\r\n";
				default -> {
					connection.read(Integer.parseInt(words[4]) + 2);
					yield "STORED\r\n";
				}
			};
			if (!words[words.length - 1].equals("noreply")) {
				connection.reply(reply);
			}
		}
	}

	private static Duration seconds(int seconds) {
		return Duration.ofSeconds(seconds);
	}

	private static Map.Entry<String, Function<MemcachedClient, @Nullable Object>> call(String python,
			Function<MemcachedClient, @Nullable Object> java) {
		return Map.entry(python, java);
	}

	/** A result as Python would print libmc's. */
	private static String python(@Nullable Object result) {
		if (result == null) {
			return "None";
		}
		if (result instanceof Boolean done) {
			return done ? "True" : "False";
		}
		if (result instanceof OptionalLong number) {
			return number.isPresent() ? Long.toString(number.getAsLong()) : "None";
		}
		if (result instanceof CasResult cas) {
			return python(cas == CasResult.STORED);
		}
		if (result instanceof MultiResult multi) {
			return python(multi.succeeded());
		}
		if (result instanceof MultiGetResult<?> found) {
			assertThat(found.failures()).isEmpty();
			return python(found.values());
		}
		if (result instanceof Map<?, ?> map) {
			return map.entrySet()
				.stream()
				.map((entry) -> python(entry.getKey()) + ": " + python(entry.getValue()))
				.collect(Collectors.joining(", ", "{", "}"));
		}
		if (result instanceof Collection<?> list) {
			return list.stream().map(WireTest::python).collect(Collectors.joining(", ", "[", "]"));
		}
		String text = result.toString();
		return text.matches("[0-9]+") ? text : "'" + text + "'";
	}

	private static String unescaped(String python) {
		return ESCAPE.matcher(python).replaceAll((match) -> Matcher.quoteReplacement(switch (match.group(1).charAt(0)) {
			case 'r' -> "\r";
			case 'n' -> "\n";
			case 't' -> "\t";
			case 'x' -> Character.toString(Integer.parseInt(match.group(1).substring(1), 16));
			default -> match.group(1);
		}));
	}

	/** The request with its data inflated: zlib's bytes differ between its builds. */
	private static String inflated(String request) {
		Matcher compressed = COMPRESSED.matcher(request);
		if (!compressed.matches()) {
			return request;
		}
		byte[] data = compressed.group(2).getBytes(StandardCharsets.ISO_8859_1);
		assertThat(compressed.group(1)).isEqualTo(Integer.toString(data.length));
		try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(data))) {
			return "set k 16 0, inflated: " + new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
