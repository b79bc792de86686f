package io.libmc;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

import io.libmc.MemcachedListener.LoadOutcome;
import io.libmc.codec.EncodedValue;
import io.libmc.codec.Transcoder;
import io.libmc.testing.Caller;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.RawConnection;
import io.libmc.testing.ScriptedServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What is stored can be read, and what cannot be kept is told.
 */
@Timeout(60)
@Memcached(args = { "-m", "256" })
class LostValuesTest {

	private static final int LIMIT = 10_000_000;

	private final AtomicInteger lost = new AtomicInteger();

	private MemcachedServer server;

	private MemcachedClient client;

	private MemcachedClient compressing;

	@BeforeEach
	void connect(MemcachedServer started) {
		this.server = started;
		this.client = builder().build();
		this.compressing = builder().compressionThreshold(10).listener(new MemcachedListener() {

			@Override
			public void loadEnded(LoadOutcome outcome) {
				LostValuesTest.this.lost.addAndGet((outcome == LoadOutcome.LOST) ? 1 : 0);
			}

		}).build();
	}

	private MemcachedClientBuilder builder() {
		return MemcachedClient.builder().servers(this.server.address()).pollTimeout(Duration.ofSeconds(10));
	}

	@AfterEach
	void close() {
		this.client.close();
		this.compressing.close();
	}

	// What cannot be read is refused

	@Test
	void valueThatWouldBeTooLargeOnceUnpackedIsRefusedByEveryCommand() {
		byte[] zeros = new byte[LIMIT + 1];
		MemcachedClient view = this.compressing.withTranscoder(new Transcoder() {

			@Override
			public EncodedValue encode(Object value) {
				return new EncodedValue(7, zeros);
			}

			@Override
			public @Nullable Object decode(int flags, byte[] bytes) {
				return bytes;
			}

		});
		for (Object value : List.of(zeros, "x".repeat(LIMIT), List.of("x".repeat(LIMIT)))) {
			assertRefused(this.compressing, value);
		}
		assertRefused(view, "small");
		assertThat(this.compressing.<Object>get("k")).isNull();
		assertThat(this.compressing.set("k", new byte[LIMIT])).isTrue();
		assertThat(this.compressing.<byte[]>get("k")).hasSize(LIMIT);
	}

	private static void assertRefused(MemcachedClient client, Object value) {
		List<Runnable> calls = List.of(() -> client.set("k", value), () -> client.add("k", value),
				() -> client.replace("k", value), () -> client.cas("k", value, Duration.ZERO, 1),
				() -> client.setMulti(Map.of("k", value)), () -> client.async().set("k", value).join(),
				() -> client.async().setMulti(Map.of("k", value)).join());
		assertThat(calls).allSatisfy((call) -> assertThatIllegalArgumentException().isThrownBy(call::run)
			.withMessageContaining("maxValueBytes"));
	}

	@ParameterizedTest
	@EnumSource
	void loadedValueThatWouldBeTooLargeOnceUnpackedIsReturnedAndNotSaidToBeKept(Caller caller) throws Exception {
		byte[] zeros = new byte[LIMIT + 1];
		LoadPolicy policy = LoadPolicy.timeToLive(Duration.ofMinutes(5));
		assertThat(caller.<byte[]>getOrLoad(this.compressing, "k", policy, () -> zeros)).isSameAs(zeros);
		assertThat(this.lost).hasValue(1);
		assertThat(this.compressing.<Object>get("k", policy)).isNull();
	}

	// Chunks

	@Test
	void chunksThatAreLongerThanLibmcWritesThemAreRefusedOneByOne() {
		byte[] item = new byte[1_000_001];
		try (RawConnection raw = RawConnection.to(this.server);
				MemcachedClient whole = builder().splitLargeValues(false).build()) {
			raw.ask("set big 4096 0 2\r\n10\r\n");
			for (int i = 0; i < 10; i++) {
				whole.set("~3big/" + i, item);
			}
			this.client.set("fine", new byte[2_500_000]);
			this.client.set("small", new byte[1]);
			assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> this.client.get("big"))
				.withMessageContaining("1000001 bytes");
			MultiGetResult<byte[]> found = this.client.getMulti(List.of("fine", "big", "small"));
			assertThat(found.values()).containsOnlyKeys("fine", "small");
			assertThat(found.failures()).containsOnlyKeys("big");
			assertThat(found.values().get("fine")).hasSize(2_500_000);
		}
	}

	@Test
	void valueThatIsTooLargeDoesNotHideThoseThatAreReadWithIt() {
		this.client.set("large", new byte[200]);
		this.client.set("small", new byte[100]);
		try (MemcachedClient modest = builder().maxValueBytes(150).build()) {
			MultiGetResult<byte[]> found = modest.getMulti(List.of("large", "absent", "small"));
			assertThat(found.values()).containsOnlyKeys("small");
			assertThat(found.missing()).containsExactly("absent");
			assertThat(found.failures()).containsOnlyKeys("large");
			assertThat(found.failures().get("large")).hasMessageContaining("200 bytes")
				.hasMessageContaining("maxValueBytes");
		}
	}

	@Test
	void chunksThatAreTogetherTooLargeAreNotAskedFor() {
		try (ScriptedServer scripted = ScriptedServer.of((connection) -> {
			connection.expect("get big\r\n");
			connection.reply("VALUE big 4096 1\r\n4\r\nEND\r\n");
			connection.expect("get other\r\n");
			connection.reply("END\r\n");
		});
				MemcachedClient modest = MemcachedClient.builder()
					.servers(scripted.address())
					.maxValueBytes(3_000_000)
					.pollTimeout(Duration.ofSeconds(5))
					.build()) {
			assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> modest.get("big"))
				.withMessageContaining("3000000");
			assertThat(modest.<Object>get("other")).isNull();
			scripted.awaitScripts();
		}
		this.client.set("big", new byte[3_500_000]);
		try (MemcachedClient modest = builder().maxValueBytes(3_200_000).build()) {
			assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> modest.get("big"))
				.withMessageContaining("3200000");
			assertThat(modest.getMulti(List.of("big")).failures()).containsOnlyKeys("big");
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 2_000_000, 2_000_001, 2_500_000, 3_000_000, 9_000_000, 9_999_999, 10_000_000 })
	void splitValueWhoseItemWasCountedIsNeverPartOfItself(int length) {
		byte[] value = new byte[length];
		new Random(length).nextBytes(value);
		assertThat(this.client.set("big", new byte[10_000_000])).isTrue();
		assertThat(this.client.set("big", value)).isTrue();
		int count = (length + 999_999) / 1_000_000;
		for (int down = 1; down <= count; down++) {
			assertThat(this.client.decr("big", down)).hasValue(count - down);
			assertNotRead("big", value);
			assertThat(this.client.incr("big", down)).hasValue(count);
			if (count < 10) {
				assertThat(this.client.<byte[]>get("big")).as("counted back").isEqualTo(value);
				assertThat(this.client.<byte[]>getMulti(List.of("big")).values().get("big")).isEqualTo(value);
			}
			this.client.set("big", value);
		}
		for (int up = 1; up <= 3; up++) {
			this.client.incr("big", up);
			assertNotRead("big", value);
			this.client.set("big", value);
		}
	}

	/**
	 * The value of the exact length would be believed, but for an old chunk behind it.
	 */
	private void assertNotRead(String key, byte[] value) {
		try {
			assertThat(this.client.<byte[]>get(key)).isIn(null, value);
		}
		catch (MemcachedException ex) {
			assertThat(ex).hasMessageContaining("chunk");
		}
		assertThat(this.client.<byte[]>getMulti(List.of(key)).values()).isEmpty();
		try {
			assertThat(this.client.async().getRaw(key).join()).isNull();
		}
		catch (CompletionException ex) {
			assertThat(ex).hasMessageContaining("chunk");
		}
	}

	// Appending

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whatIsAddedToAValueThatIsNoPlainBytesIsNoticed(boolean behind) {
		byte[] more = "more".getBytes(StandardCharsets.US_ASCII);
		Map<String, Object> values = new HashMap<>(Map.of("text", "abc", "list", List.of(1L), "map", Map.of("a", 1L),
				"number", 5L, "float", 1.5, "true", true, "split", new byte[1_500_000]));
		values.put("compressed", "x".repeat(1000));
		values.put("compressed-bytes", new byte[1000]);
		values.put("compressed-number", BigInteger.TEN.pow(40));
		for (Map.Entry<String, Object> each : values.entrySet()) {
			String key = each.getKey();
			assertThat(this.compressing.set(key, each.getValue())).isTrue();
			assertThat(behind ? this.compressing.append(key, more) : this.compressing.prepend(key, more)).isTrue();
			assertThatExceptionOfType(MemcachedException.class).as(key).isThrownBy(() -> this.compressing.get(key));
		}
		assertThat(this.compressing.set("bytes", new byte[] { 1 })).isTrue();
		assertThat(this.compressing.append("bytes", more)).isTrue();
		assertThat(this.compressing.<byte[]>get("bytes")).hasSize(5);
	}

	@Test
	void addingToAnItemThatIsFullIsAnExceptionAndNotFalse() {
		byte[] half = new byte[600_000];
		this.client.set("full", half);
		this.client.set("empty", new byte[0]);
		this.client.set("other", new byte[0]);
		List<Runnable> calls = List.of(() -> this.client.append("full", half), () -> this.client.prepend("full", half),
				() -> join(() -> this.client.async().append("full", half).join()),
				() -> join(() -> this.client.async().prepend("full", half).join()));
		assertThat(calls)
			.allSatisfy((call) -> assertThatExceptionOfType(MemcachedServerException.class).isThrownBy(call::run)
				.withMessageContaining("too large")
				.withMessageContaining("full")
				.satisfies((ex) -> assertThat(ex.server()).isEqualTo(this.server.address())));
		for (MultiResult result : List.of(this.client.appendMulti(List.of("full", "absent", "empty"), half),
				this.client.async().prependMulti(List.of("full", "absent", "other"), half).join())) {
			assertThat(result.succeeded()).isFalse();
			assertThat(result.notStored()).containsExactly("absent");
			assertThat(result.failures()).containsOnlyKeys("full");
		}
		assertThat(this.client.<byte[]>get("full")).hasSize(600_000);
		assertThat(this.client.append("absent", half)).isFalse();
	}

	private static void join(Runnable call) {
		try {
			call.run();
		}
		catch (CompletionException ex) {
			throw (RuntimeException) ex.getCause();
		}
	}

	/** Somebody deleted it, and somebody else stored it. */
	@Test
	void itemThatCameBackMeanwhileIsAddedTo() {
		try (ScriptedServer scripted = ScriptedServer.of((connection) -> {
			connection.expect("append k 0 0 1\r\nx\r\n");
			connection.reply("NOT_STORED\r\n");
			connection.expect("get k\r\n");
			connection.reply("VALUE k 0 1\r\ny\r\nEND\r\n");
			connection.expect("append k 0 0 1\r\nx\r\n");
			connection.reply("STORED\r\n");
		});
				MemcachedClient appending = MemcachedClient.builder()
					.servers(scripted.address())
					.pollTimeout(Duration.ofSeconds(5))
					.build()) {
			assertThat(appending.append("k", new byte[] { 'x' })).isTrue();
			scripted.awaitScripts();
		}
	}

	@Test
	void valueThatTheServerFindsTooLargeIsAnExceptionOfEveryCommand() {
		byte[] large = new byte[1_100_000];
		try (MemcachedClient whole = builder().splitLargeValues(false).build()) {
			whole.set("k", new byte[1]);
			long cas = whole.gets("k").cas();
			for (Runnable call : List.<Runnable>of(() -> whole.set("k", large), () -> whole.add("absent", large),
					() -> whole.replace("k", large), () -> whole.cas("k", large, Duration.ZERO, cas),
					() -> whole.setRaw("k", new RawValue(0, large), Duration.ZERO),
					() -> whole.meta().set("k", new RawValue(0, large), MetaSet.SET))) {
				whole.set("k", new byte[1]);
				assertThatExceptionOfType(MemcachedServerException.class).isThrownBy(call::run)
					.withMessageContaining("too large");
			}
			MultiResult result = whole.setMulti(Map.of("small", new byte[1], "k", large));
			assertThat(result.failures()).containsOnlyKeys("k");
			assertThat(result.notStored()).isEmpty();
		}
	}

	// Counting

	@Test
	void integersAreCountedWhateverTheThresholdOfCompression() {
		try (MemcachedClient eager = builder().compressionThreshold(1).build()) {
			for (Object number : List.of(5, 5L, (short) 5, (byte) 5, BigInteger.valueOf(5), 1_111_111_111_111_111_111L,
					new BigInteger("11111111111111111111"))) {
				assertThat(eager.set("n", number)).isTrue();
				assertThat(eager.incr("n", 1).getAsLong()).isEqualTo(new BigInteger(number.toString()).longValue() + 1);
				assertThat(eager.set("n", BigInteger.TEN.pow(300))).isTrue();
				assertThat(eager.getRaw("n").flags()).isEqualTo(4);
				assertThat(eager.setMulti(Map.of("m", number)).succeeded()).isTrue();
				assertThat(eager.decr("m", 1)).isPresent();
			}
			assertThat(eager.set("text", "1".repeat(100))).isTrue();
			assertThat(eager.getRaw("text").flags()).isEqualTo(32 | Transcoder.COMPRESSED);
		}
	}

	@Test
	void countingWhatIsNoNumberTellsHowToStoreOne() {
		this.client.set("text", "5");
		for (Runnable call : List.<Runnable>of(() -> this.client.incr("text", 1), () -> this.client.decr("text", 1),
				() -> this.client.meta().arithmetic("text", MetaArithmetic.INCREMENT))) {
			assertThatExceptionOfType(MemcachedProtocolException.class).isThrownBy(call::run)
				.withMessageContaining("non-numeric")
				.withMessageContaining("set(key, 5)");
		}
	}

	@Test
	void compressedBytesAreStillReadAsTheyWereWritten() {
		byte[] value = new byte[100_000];
		Arrays.fill(value, 0, 50_000, (byte) 7);
		this.compressing.set("k", value);
		assertThat(this.compressing.<byte[]>get("k")).isEqualTo(value);
		assertThat(this.client.<byte[]>get("k")).isEqualTo(value);
	}

}
