package io.libmc;

import java.io.ObjectInputFilter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.libmc.codec.EncodedValue;
import io.libmc.codec.LibmcTranscoder;
import io.libmc.codec.Transcoder;
import io.libmc.testing.ScriptedServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Arguments that make no sense are refused by name, and nothing is sent.
 */
class BadInputTest {

	private static final byte[] VALUE = { 'v' };

	private ScriptedServer server;

	private MemcachedClient client;

	@BeforeEach
	void start() {
		this.server = ScriptedServer.of((connection) -> {
			while (connection.nextLine() != null) {
				connection.reply("END\r\n");
			}
		});
		this.client = MemcachedClient.builder()
			.servers(this.server.address())
			.pollTimeout(Duration.ofSeconds(5))
			.flushAllEnabled(true)
			.build();
	}

	@AfterEach
	void stop() {
		this.client.close();
		this.server.close();
	}

	/** Every argument of every method that could be null. */
	static Stream<Arguments> references() {
		return Stream.of(MemcachedClient.class, AsyncMemcachedClient.class)
			.flatMap((type) -> Stream.of(type.getMethods()))
			.filter((method) -> !Modifier.isStatic(method.getModifiers()))
			.flatMap((method) -> IntStream.range(0, method.getParameterCount())
				.filter((i) -> !method.getParameterTypes()[i].isPrimitive())
				.mapToObj((i) -> Arguments.of(method, i)));
	}

	@ParameterizedTest
	@MethodSource("references")
	void nullIsRefusedByTheArgumentsName(Method method, int index) {
		Object[] arguments = goodArguments(method);
		arguments[index] = null;
		assertThatNullPointerException().isThrownBy(() -> call(method, arguments))
			.withMessageContaining(method.getParameters()[index].getName());
		assertThat(this.server.received()).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("references")
	void nullWithinAnArgumentIsRefused(Method method, int index) {
		Object[] arguments = goodArguments(method);
		Object holed = holed(arguments[index], null);
		if (holed != null) {
			arguments[index] = holed;
			assertThatNullPointerException().isThrownBy(() -> call(method, arguments))
				.withMessageMatching("(key|a server .*|an argument)");
			assertThat(this.server.received()).isEmpty();
		}
	}

	@ParameterizedTest
	@MethodSource("references")
	void badKeyIsRefusedAloneAndAmongGoodOnes(Method method, int index) {
		String name = method.getParameters()[index].getName();
		for (String bad : List.of("", " ", "a b", "a\r\nb", "a\nb", "a\u0000", "a\tb", "a\u007fb", "\ud800", "é \udc00",
				"k".repeat(251), "é".repeat(126))) {
			Object[] arguments = goodArguments(method);
			if (name.equals("key")) {
				arguments[index] = bad;
			}
			else if (!name.equals("servers") && holed(arguments[index], bad) != null) {
				arguments[index] = holed(arguments[index], bad);
			}
			else {
				return;
			}
			assertThatIllegalArgumentException().isThrownBy(() -> call(method, arguments))
				.withMessageContaining("is refused");
		}
		assertThat(this.server.received()).isEmpty();
	}

	@Test
	void mapWithANullValueIsRefusedByItsKey() {
		Map<String, byte[]> entries = new LinkedHashMap<>();
		entries.put("good", VALUE);
		entries.put("empty", null);
		assertThatNullPointerException().isThrownBy(() -> this.client.setMulti(entries))
			.withMessageContaining("value of \"empty\"");
		assertThatNullPointerException().isThrownBy(() -> this.client.async().setMulti(entries))
			.withMessageContaining("value of \"empty\"");
		assertThat(this.server.received()).isEmpty();
	}

	@Test
	void negativeDeltaIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.client.incr("k", -1))
			.withMessageContaining("delta: -1")
			.withMessageContaining("decr");
		assertThatIllegalArgumentException().isThrownBy(() -> this.client.decr("k", Long.MIN_VALUE))
			.withMessageContaining("delta")
			.withMessageContaining("incr");
		assertThat(this.server.received()).isEmpty();
	}

	@Test
	void rawFlagsOfSplitValuesAreRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.client.setRaw("k", new RawValue(Transcoder.CHUNKED, VALUE), Duration.ZERO))
			.withMessageContaining("4096");
		assertThatNullPointerException().isThrownBy(() -> new RawValue(0, null)).withMessageContaining("bytes");
		assertThat(this.server.received()).isEmpty();
	}

	@Test
	void valuesOverTheLimitAreRefused() {
		try (MemcachedClient small = MemcachedClient.builder()
			.servers(this.server.address())
			.maxValueBytes(10)
			.build()) {
			byte[] large = new byte[11];
			List<Runnable> calls = List.of(() -> small.set("k", large), () -> small.add("k", large),
					() -> small.replace("k", large), () -> small.append("k", large), () -> small.prepend("k", large),
					() -> small.cas("k", large, Duration.ZERO, 1),
					() -> small.setRaw("k", new RawValue(0, large), Duration.ZERO),
					() -> small.setMulti(Map.of("k", large)), () -> small.appendMulti(List.of("k"), large),
					() -> small.prependMulti(List.of("k"), large));
			assertThat(calls).allSatisfy((call) -> assertThatIllegalArgumentException().isThrownBy(call::run)
				.withMessageContaining("11 bytes")
				.withMessageContaining("maxValueBytes"));
			assertThat(this.server.received()).isEmpty();
		}
	}

	/** In memory it is small; written out it would have 3 GB. */
	@Test
	void valueThatRefersToItsPartsOverAndOverIsNotWrittenOut() {
		Object shared = List.of("x");
		for (int i = 0; i < 28; i++) {
			shared = Arrays.asList(shared, shared);
		}
		Object value = shared;
		assertThatIllegalArgumentException().isThrownBy(() -> this.client.set("k", value))
			.withMessageContaining("\"k\"")
			.withMessageContaining("10000000 bytes (maxValueBytes)");
		assertThat(LibmcTranscoder.create((info) -> ObjectInputFilter.Status.ALLOWED).encode(value, 10_000))
			.isNotNull();
		assertThat(LibmcTranscoder.create((info) -> ObjectInputFilter.Status.ALLOWED).encode(new int[10_000], 10_000))
			.isNull();
	}

	@Test
	void transcoderThatThrowsLeavesTheConnectionUntouched() {
		Transcoder transcoder = new Transcoder() {

			@Override
			public EncodedValue encode(Object value) {
				if (value.equals("bad")) {
					throw new IllegalArgumentException("no such value");
				}
				return new EncodedValue(7, VALUE);
			}

			@Override
			public @Nullable Object decode(int flags, byte[] bytes) {
				if (flags == 8) {
					throw new IllegalStateException("no such flags");
				}
				return flags;
			}

		};
		try (ScriptedServer strict = ScriptedServer.of((connection) -> {
			connection.expect("get k\r\n");
			connection.reply("VALUE k 7 1\r\nv\r\nEND\r\n");
			connection.expect("get k\r\n");
			connection.reply("VALUE k 8 1\r\nv\r\nEND\r\n");
			connection.expect("get a k b\r\n");
			connection.reply("VALUE a 1 0\r\n\r\nVALUE k 8 1\r\nv\r\nVALUE b 2 1\r\nv\r\nEND\r\n");
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
		});
				MemcachedClient own = MemcachedClient.builder()
					.servers(strict.address())
					.transcoder(transcoder)
					.pollTimeout(Duration.ofSeconds(5))
					.build()) {
			assertThat(own.<Integer>get("k")).isEqualTo(7);
			List<Runnable> calls = List.of(() -> own.set("k", "bad"), () -> own.add("k", "bad"),
					() -> own.replace("k", "bad"), () -> own.cas("k", "bad", Duration.ZERO, 1),
					() -> own.setMulti(Map.of("good", "good", "k", "bad")), () -> own.async().set("k", "bad").join());
			assertThat(calls).allSatisfy(
					(call) -> assertThatIllegalArgumentException().isThrownBy(call::run).withMessage("no such value"));
			assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> own.get("k"))
				.withMessageContaining("\"k\"")
				.withMessageContaining("flags 8")
				.withMessageContaining("no such flags");
			MultiGetResult<Integer> found = own.getMulti(List.of("a", "k", "b"));
			assertThat(found.values()).containsExactly(Map.entry("a", 1), Map.entry("b", 2));
			assertThat(found.failures()).containsOnlyKeys("k");
			assertThat(own.<Object>get("k")).isNull();
			assertThat(strict.received()).hasSize(1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "host:port", "host:0", "host:65536", "host:-1", "host:", "host alias more",
			"host  alias", " host", "host ", "host:11211 alias\\", "/run/socket\\", "::1", "[::1", "[::1]x", "a\tb",
			"host\n", "host/path", "http://host" })
	void malformedServerIsRefusedAndChangesNothing(String malformed) {
		assertThatIllegalArgumentException().isThrownBy(() -> MemcachedClient.builder().servers("localhost", malformed))
			.withMessageContaining("is refused");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.client.updateServers(List.of("localhost", malformed)))
			.withMessageContaining("is refused");
		assertThat(this.client.serverFor("k")).isEqualTo(this.server.address());
	}

	@Test
	void serversOfTheSameNameAreRefused() {
		for (List<String> servers : List.of(List.of("a:1", "a:1"), List.of("a", "a:11211"), List.of("a:1 x", "b:2 x"),
				List.of("a:1", "b:2 a:1"), List.of("/s", "/s"), List.of("a", "b:1 a"))) {
			assertThatIllegalArgumentException().isThrownBy(() -> MemcachedClient.builder().servers(servers))
				.withMessageContaining("same name");
		}
	}

	@Test
	void noServersAtAllAreRefused() {
		assertThatThrownBy(() -> MemcachedClient.builder().build()).hasMessageContaining("servers");
		assertThatThrownBy(() -> MemcachedClient.builder().servers(List.of()).build()).hasMessageContaining("servers");
		assertThatIllegalArgumentException().isThrownBy(() -> this.client.updateServers(List.of()));
	}

	@Test
	void spaceWithinAnAliasIsEscaped() {
		try (MemcachedClient aliased = MemcachedClient.builder().servers("localhost the\\ first").build()) {
			assertThat(aliased.serverFor("k")).isEqualTo("the\\ first");
		}
	}

	static Stream<Arguments> optionsOutOfRange() {
		return Stream.of(bad("connectTimeout", (b) -> b.connectTimeout(Duration.ZERO)),
				bad("connectTimeout", (b) -> b.connectTimeout(Duration.ofDays(2))),
				bad("handshakeTimeout", (b) -> b.handshakeTimeout(Duration.ofNanos(1))),
				bad("pollTimeout", (b) -> b.pollTimeout(Duration.ofMillis(-5))),
				bad("pollTimeout", (b) -> b.pollTimeout(Duration.ofSeconds(Long.MAX_VALUE))),
				bad("retryTimeout", (b) -> b.retryTimeout(Duration.ZERO)), bad("maxRetries", (b) -> b.maxRetries(-1)),
				bad("maxRetries", (b) -> b.maxRetries(11)),
				bad("compressionThreshold", (b) -> b.compressionThreshold(-1)),
				bad("connectionsPerServer", (b) -> b.connectionsPerServer(0)),
				bad("connectionsPerServer", (b) -> b.connectionsPerServer(65)),
				bad("maxInFlightOperations", (b) -> b.maxInFlightOperations(0)),
				bad("maxInFlightBytes", (b) -> b.maxInFlightBytes(1023)),
				bad("maxValueBytes", (b) -> b.maxValueBytes(0)),
				bad("maxValueBytes", (b) -> b.maxValueBytes(Integer.MAX_VALUE)), bad("prefix", (b) -> b.prefix("a b")),
				bad("prefix", (b) -> b.prefix("a\n")), bad("prefix", (b) -> b.prefix("p".repeat(250))),
				bad("prefix", (b) -> b.prefix("é".repeat(125))), bad("user", (b) -> b.credentials("", "secret")),
				bad("user", (b) -> b.credentials("a b", "secret")), bad("user", (b) -> b.credentials("a\n", "secret")),
				bad("password", (b) -> b.credentials("a", "")),
				bad("password", (b) -> b.credentials("a", "secret\r\n")),
				bad("user", (b) -> b.credentials("a:b", "secret")),
				bad("password", (b) -> b.credentials("a", "secret ")),
				bad("password", (b) -> b.credentials("a", "secret secret")),
				bad("password", (b) -> b.credentials("user", "secret".repeat(42))));
	}

	private static Arguments bad(String name, Consumer<MemcachedClientBuilder> option) {
		return Arguments.of(name, option);
	}

	@ParameterizedTest(name = "{0} #{index}")
	@MethodSource("optionsOutOfRange")
	void optionOutOfRangeIsRefusedByName(String name, Consumer<MemcachedClientBuilder> option) {
		assertThatIllegalArgumentException().isThrownBy(() -> option.accept(MemcachedClient.builder()))
			.withMessageContaining(name)
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("secret"));
	}

	static Stream<Arguments> builderReferences() {
		return Stream.of(MemcachedClientBuilder.class.getMethods())
			.filter((method) -> method.getDeclaringClass() == MemcachedClientBuilder.class)
			.flatMap((method) -> IntStream.range(0, method.getParameterCount())
				.filter((i) -> !method.getParameterTypes()[i].isPrimitive())
				.mapToObj((i) -> Arguments.of(method, i)));
	}

	@ParameterizedTest
	@MethodSource("builderReferences")
	void nullOptionIsRefusedByName(Method method, int index) {
		Object[] arguments = goodArguments(method);
		arguments[index] = null;
		assertThatNullPointerException().isThrownBy(() -> invoke(method, MemcachedClient.builder(), arguments))
			.withMessageContaining(method.getParameters()[index].getName());
	}

	@Test
	void keyMayHave250BytesWithItsPrefix() {
		try (ScriptedServer plain = ScriptedServer.of((connection) -> {
			connection.expect("get " + "p".repeat(100) + "k".repeat(150) + "\r\n");
			connection.reply("END\r\n");
			connection.expect("get ?" + "p".repeat(100) + "k".repeat(149) + "\r\n");
			connection.reply("END\r\n");
			connection.expect("get ?" + "p".repeat(100) + "\r\n");
			connection.reply("END\r\n");
		});
				MemcachedClient prefixed = MemcachedClient.builder()
					.servers(plain.address())
					.prefix("p".repeat(100))
					.pollTimeout(Duration.ofSeconds(5))
					.build()) {
			assertThat(prefixed.<Object>get("k".repeat(150))).isNull();
			assertThat(prefixed.<Object>get("?" + "k".repeat(149))).isNull();
			assertThat(prefixed.<Object>get("?")).isNull();
			assertThatIllegalArgumentException().isThrownBy(() -> prefixed.get("k".repeat(151)))
				.withMessageContaining("251 bytes");
		}
	}

	@Test
	void closedClientRefusesEverything() {
		this.client.close();
		Stream.of(MemcachedClient.class, AsyncMemcachedClient.class)
			.flatMap((type) -> Stream.of(type.getMethods()))
			.filter((method) -> !Modifier.isStatic(method.getModifiers()))
			.filter((method) -> !List.of("close", "async", "meta").contains(method.getName()))
			.forEach((method) -> assertThatThrownBy(() -> call(method, goodArguments(method))).as(method.toString())
				.isInstanceOf(IllegalStateException.class)
				.hasMessageContaining("closed"));
		assertThat(this.server.received()).isEmpty();
	}

	@Test
	void flushAllIsRefusedUnlessSwitchedOn() {
		try (MemcachedClient careful = MemcachedClient.builder().servers(this.server.address()).build()) {
			assertThatThrownBy(careful::flushAll).isInstanceOf(IllegalStateException.class)
				.hasMessageContaining("flushAllEnabled");
			assertThatThrownBy(() -> careful.async().flushAll()).isInstanceOf(IllegalStateException.class);
		}
		assertThat(this.server.received()).isEmpty();
	}

	private void call(Method method, Object[] arguments) throws Throwable {
		Object target = (method.getDeclaringClass() == MemcachedClient.class) ? this.client : this.client.async();
		invoke(method, target, arguments);
	}

	private static void invoke(Method method, Object target, Object[] arguments) throws Throwable {
		try {
			method.invoke(target, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getCause();
		}
	}

	private static Object[] goodArguments(Method method) {
		return Arrays.stream(method.getParameters()).map(BadInputTest::goodArgument).toArray();
	}

	private static Object goodArgument(Parameter parameter) {
		Class<?> type = parameter.getType();
		List<Object> samples = List.of("k", new String[] { "localhost" }, List.of("localhost"), Map.of("k", VALUE),
				VALUE, new RawValue(0, VALUE), byte[].class, Duration.ZERO, 1L, 1, true, HashFunction.MD5,
				LibmcTranscoder.create(), (Executor) Runnable::run, new MemcachedListener() {
				}, (Supplier<?>) () -> null, (Callable<?>) () -> VALUE, LoadPolicy.timeToLive(Duration.ZERO),
				(ServerList) () -> new ServerList.Answer(0, List.of("localhost")));
		return samples.stream()
			.filter((sample) -> (type == Object.class) ? sample == VALUE
					: type.isInstance(sample) || isPrimitiveOf(type, sample))
			.findFirst()
			.orElseThrow(() -> new AssertionError("say here what a good " + type + " is"));
	}

	private static boolean isPrimitiveOf(Class<?> type, Object sample) {
		return (type == long.class && sample instanceof Long) || (type == int.class && sample instanceof Integer)
				|| (type == boolean.class && sample instanceof Boolean);
	}

	/** The same argument with something bad in it, or null if it can hold nothing. */
	private static @Nullable Object holed(Object argument, @Nullable String bad) {
		if (argument instanceof Collection<?>) {
			return Arrays.asList("good", bad);
		}
		if (argument instanceof Map<?, ?>) {
			Map<String, Object> entries = new LinkedHashMap<>();
			entries.put("good", VALUE);
			entries.put(bad, VALUE);
			return Collections.unmodifiableMap(entries);
		}
		return (argument instanceof String[]) ? new String[] { "good", bad } : null;
	}

}
