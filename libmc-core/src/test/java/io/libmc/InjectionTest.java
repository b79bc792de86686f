package io.libmc;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.Deflater;

import io.libmc.codec.LibmcTranscoder;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.RawConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * The tricks of "The New Page of Injections: Memcached Injections" (Ivan Novikov, Black
 * Hat USA 2014): keys that hold commands, arguments or too much, values that hold
 * commands, and objects that do something when they are read.
 */
@Timeout(60)
@Memcached
class InjectionTest {

	private static final byte[] VALUE = { 'v' };

	private MemcachedClient client;

	private MemcachedServer server;

	@BeforeEach
	void connect(MemcachedServer memcached) {
		this.server = memcached;
		this.client = MemcachedClient.builder().servers(memcached.address()).pollTimeout(Duration.ofSeconds(5)).build();
		this.client.set("victim", "untouched");
	}

	@AfterEach
	void close() {
		this.client.close();
	}

	/** By the paper's names of the tricks. */
	static Stream<String> hostileKeys() {
		return Stream.of(
				// batch injection: a line feed begins another command
				"k 0 0 1\r\n1\r\nset injected 0 3600 10\r\n1234567890\r\n", "k\r\nset injected 0 0 1\r\n1",
				"k\nset injected 0 0 1\n1\n", "k\rset injected 0 0 1\r1", "k\r\ndelete victim", "k\r\nflush_all",
				"k\nflush_all\n", "k\r\nquit\r\n", "\r\nflush_all\r\n",
				// breaking the arguments: a space begins another one
				"k 0 0 1", "k 0 -1 1", "k victim", " victim", "victim ", "k\tvictim", "victim noreply",
				"k 0 30 1 noreply", "k 1 noreply\r\nflush_all",
				// a NUL ends the key for C
				"victim\0", "victim\0k", "\0", "victim\0 0 0 1",
				// breaking the length: the data block of a line that is too long is
				// executed
				"k".repeat(251), "k".repeat(10_000), "k".repeat(240) + " 0 0 1", "\u00e9".repeat(126),
				"set injected 0 0 1 ".repeat(20),
				// what else could end a line or a word
				"k\u000bvictim", "k\u000cvictim", "k\u007f", "k\u001bvictim", "");
	}

	@ParameterizedTest
	@MethodSource("hostileKeys")
	void hostileKeyIsRefusedByEveryCommandAndTheServerHearsNothing(String key) {
		long before = commands();
		List<Callable<?>> calls = List.of(() -> this.client.get(key), () -> this.client.gets(key),
				() -> this.client.getAndTouch(key, Duration.ZERO), () -> this.client.getRaw(key),
				() -> this.client.set(key, VALUE), () -> this.client.add(key, VALUE),
				() -> this.client.replace(key, VALUE), () -> this.client.append(key, VALUE),
				() -> this.client.prepend(key, VALUE), () -> this.client.cas(key, VALUE, Duration.ZERO, 1),
				() -> this.client.delete(key), () -> this.client.touch(key, Duration.ZERO),
				() -> this.client.incr(key, 1), () -> this.client.getMulti(List.of("k", key)),
				() -> this.client.getList(List.of(key, "k")),
				() -> this.client.setMulti(Map.of("k", VALUE, key, VALUE)),
				() -> this.client.deleteMulti(List.of("victim", key)),
				() -> this.client.appendMulti(List.of("victim", key), VALUE), () -> this.client.stats(key),
				() -> this.client.stats("items", key), () -> this.client.serverFor(key),
				() -> this.client.meta().get(key, MetaGet.VALUE), () -> this.client.meta().debug(key),
				() -> this.client.meta().set(key, new RawValue(0, VALUE), MetaSet.SET),
				() -> this.client.meta().delete(key, MetaDelete.DELETE), () -> this.client.async().get(key).join(),
				() -> this.client.async().set(key, VALUE).join(),
				() -> this.client.async().getMulti(List.of("k", key)).join(),
				() -> this.client.async().stats(key).join(),
				() -> this.client.getOrLoad(key, LoadPolicy.timeToLive(Duration.ofMinutes(1)), () -> "v"),
				() -> this.client.invalidate(key, Duration.ZERO),
				() -> this.client.async()
					.getOrLoad(key, LoadPolicy.timeToLive(Duration.ofMinutes(1)),
							() -> CompletableFuture.completedFuture("v"))
					.join(),
				() -> this.client.async().invalidate(key, Duration.ZERO).join());
		assertThat(calls).allSatisfy(
				(call) -> assertThatIllegalArgumentException().isThrownBy(call::call).withMessageContaining("key"));
		if (!key.isEmpty()) {
			assertThatIllegalArgumentException().isThrownBy(() -> MemcachedClient.builder().prefix(key));
		}
		assertThat(commands()).as("commands heard").isEqualTo(before);
		assertThat(this.client.<String>get("victim")).isEqualTo("untouched");
	}

	/** Cut to one byte each they would be CR and LF, a space, a NUL. */
	@ParameterizedTest
	@MethodSource
	void characterThatOnlyLooksLikeASeparatorIsPartOfTheKey(String key) {
		long before = commands();
		assertThat(this.client.set(key, key)).isTrue();
		assertThat(commands()).as("commands heard").isEqualTo(before + 1);
		assertThat(this.client.<String>get(key)).isEqualTo(key);
		assertThat(this.client.<String>getMulti(List.of(key, "victim")).values())
			.isEqualTo(Map.of(key, key, "victim", "untouched"));
		try (RawConnection raw = RawConnection.to(this.server)) {
			assertThat(raw.item("injected")).isNull();
		}
	}

	static Stream<String> characterThatOnlyLooksLikeASeparatorIsPartOfTheKey() {
		return Stream.of("k\u010d\u010aset injected 0 0 1\u010d\u010a1".replace(' ', '\u0120'), "k\u2028flush_all",
				"k\u3000victim", "k\u0085flush_all", "k\u00a0victim", "k\u0100victim", "k\ud83d\ude0dvictim",
				"../../victim", "%0d%0aflush_all", "\\r\\nflush_all", "victim;flush_all", "$(flush_all)");
	}

	@ParameterizedTest
	@MethodSource
	void valueThatHoldsCommandsIsOnlyAValue(String value) {
		byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
		for (String key : List.of("k", "k".repeat(250))) {
			assertThat(this.client.set(key, bytes)).isTrue();
			assertThat(this.client.append(key, bytes)).isTrue();
			assertThat(this.client.prepend(key, bytes)).isTrue();
			assertThat(this.client.<byte[]>get(key))
				.isEqualTo((value + value + value).getBytes(StandardCharsets.UTF_8));
			assertThat(this.client.set(key, value)).isTrue();
			assertThat(this.client.<String>get(key)).isEqualTo(value);
		}
		assertThat(this.client.<Object>get("injected")).isNull();
		assertThat(this.client.<String>get("victim")).isEqualTo("untouched");
	}

	static Stream<String> valueThatHoldsCommandsIsOnlyAValue() {
		return Stream.of("\r\nset injected 0 0 1\r\n1\r\n", "\r\nflush_all\r\n", "END\r\n", "\r\n", "",
				"VALUE victim 0 4\r\nevil\r\nEND\r\n", "\0", "set injected 0 0 1\r\n1");
	}

	@Test
	void objectOfAClassThatIsNotAllowedIsNeverMade(MemcachedServer memcached) throws IOException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
			out.writeObject(new Object[] { "harmless", new Gadget() });
		}
		RawValue planted = new RawValue(256, bytes.toByteArray());
		this.client.setRaw("planted", planted, Duration.ZERO);
		int before = Gadget.MADE.get();
		ObjectInputFilter filter = ObjectInputFilter.Config.createFilter("java.base/*;io.libmc.codec.*");
		try (MemcachedClient careful = MemcachedClient.builder()
			.servers(memcached.address())
			.transcoder(LibmcTranscoder.create(filter))
			.build()) {
			assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> careful.get("planted"))
				.withMessageContaining("ObjectInputFilter");
		}
		assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> this.client.get("planted"));
		this.client.setRaw("pickled", new RawValue(1, "cos\nsystem\n(S'true'\ntR.".getBytes(StandardCharsets.US_ASCII)),
				Duration.ZERO);
		assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> this.client.get("pickled"))
			.withMessageContaining("pickle");
		assertThat(Gadget.MADE).hasValue(before);
	}

	@Test
	void valueThatWouldUnpackBeyondTheLimitIsRefusedBeforeItDoes() {
		Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
		ByteArrayOutputStream bomb = new ByteArrayOutputStream();
		byte[] zeros = new byte[1 << 20];
		byte[] piece = new byte[1 << 16];
		for (int i = 0; i < 500; i++) {
			deflater.setInput(zeros);
			while (!deflater.needsInput()) {
				bomb.write(piece, 0, deflater.deflate(piece));
			}
		}
		deflater.finish();
		while (!deflater.finished()) {
			bomb.write(piece, 0, deflater.deflate(piece));
		}
		deflater.end();
		assertThat(this.client.setRaw("bomb", new RawValue(16, bomb.toByteArray()), Duration.ZERO)).isTrue();
		assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> this.client.get("bomb"))
			.withMessageContaining("more than 10000000 bytes (maxValueBytes)");
		assertThat(this.client.<Object>getMulti(List.of("bomb", "victim")).failures()).containsOnlyKeys("bomb");
	}

	/** What the server has been told to do, but for being asked for statistics. */
	private long commands() {
		try (RawConnection raw = RawConnection.to(this.server)) {
			return Stream
				.of("cmd_get", "cmd_set", "cmd_flush", "cmd_touch", "cmd_meta", "delete_hits", "delete_misses",
						"incr_hits", "incr_misses")
				.mapToLong((name) -> Long.parseLong(raw.stat(name)))
				.sum();
		}
	}

	/** Does what it should not when it is read. */
	private static final class Gadget implements Serializable {

		private static final long serialVersionUID = 1;

		private static final AtomicInteger MADE = new AtomicInteger();

		private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
			in.defaultReadObject();
			MADE.incrementAndGet();
		}

	}

}
