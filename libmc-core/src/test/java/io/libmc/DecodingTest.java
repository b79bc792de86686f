package io.libmc;

import java.io.ByteArrayOutputStream;
import java.io.ObjectInputFilter.Status;
import java.lang.management.ManagementFactory;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;

import com.sun.management.ThreadMXBean;
import io.libmc.codec.LibmcTranscoder;
import io.libmc.testing.JavaStream;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What a value may cost whoever reads it, from a server to the caller.
 */
@Timeout(60)
@Memcached
class DecodingTest {

	private MemcachedClient client;

	@BeforeEach
	void connect(MemcachedServer server) {
		this.client = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(10))
			.compressionThreshold(1000)
			.transcoder(LibmcTranscoder.create((info) -> Status.ALLOWED))
			.build();
	}

	@AfterEach
	void close() {
		this.client.close();
	}

	@Test
	void tenKilobytesDoNotBecomeHalfAGigabyteOfMaps() throws Exception {
		byte[] maps = new byte[9_999_995];
		Arrays.fill(maps, (byte) '{');
		for (int i = 6; i < maps.length; i += 2) {
			maps[i] = '0';
		}
		byte[] count = { '[', 0x3b, 0x4b, 0x4c, 0 };
		System.arraycopy(count, 0, maps, 0, count.length);
		RawValue stored = new RawValue(32 | 16, compressed(maps));
		assertThat(stored.bytes().length).isLessThan(20_000);
		this.client.setRaw("bomb", stored, Duration.ZERO);
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long before = threads.getCurrentThreadAllocatedBytes();
		assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> this.client.get("bomb"))
			.withMessageContainingAll("bomb", "bytes of memory", "maxValueBytes");
		assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(120_000_000);
	}

	/** Written out it would have a billion digits. */
	@Test
	void hugePowerOfTenIsNoBigInteger() {
		this.client.set("number", new BigDecimal("1E1000000000"));
		assertTimeoutPreemptively(Duration.ofSeconds(2),
				() -> assertThatExceptionOfType(MemcachedException.class)
					.isThrownBy(() -> this.client.get("number", BigInteger.class))
					.withMessageContaining("number"));
		assertThat(this.client.get("number", BigDecimal.class)).isEqualTo("1E1000000000");
	}

	/**
	 * To count its digits takes seconds, and more than four times so for twice as many.
	 */
	@Test
	void longIntegerIsNoOtherNumber() {
		BigDecimal number = new BigDecimal(BigInteger.ONE.shiftLeft(7_000_000));
		this.client.set("number", number);
		assertTimeoutPreemptively(Duration.ofSeconds(2), () -> {
			for (Class<? extends Number> type : List.of(Long.class, Integer.class, Double.class, BigInteger.class)) {
				assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> this.client.get("number", type))
					.withMessageContaining("number");
			}
		});
		assertThat(this.client.get("number", BigDecimal.class)).isEqualTo(number);
	}

	/** Java finds no such class, and reads objects where numbers seem to be. */
	@Test
	void arrayOfNoClassIsNotReadAtAll() throws IOException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
			out.writeObject(new int[2]);
		}
		String text = bytes.toString(StandardCharsets.ISO_8859_1).replace("[I", "[X");
		this.client.setRaw("array", new RawValue(256, text.getBytes(StandardCharsets.ISO_8859_1)), Duration.ZERO);
		assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> this.client.get("array"))
			.withMessageContainingAll("array", "the class [X");
	}

	@Test
	void setOfSetsThatIsHashedForEverIsNotReadAtAll() {
		byte[] bomb = new JavaStream().twos(100, HashSet.class).toByteArray();
		this.client.setRaw("bomb", new RawValue(256, bomb), Duration.ZERO);
		assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> this.client.get("bomb"))
			.withMessageContainingAll("bomb", "steps");
		assertThat(this.client.getMulti(List.of("bomb", "absent")).failures()).containsOnlyKeys("bomb");
	}

	@Test
	void whatCouldNotBeReadIsNotStored() {
		List<Map<String, String>> maps = Collections.nCopies(2_000_000, Map.of());
		assertThatIllegalArgumentException().isThrownBy(() -> this.client.set("k", maps))
			.withMessageContainingAll("\"k\" could be stored but never read again", "maxValueBytes");
		assertThatIllegalArgumentException().isThrownBy(() -> this.client.async().set("k", maps));
		assertThat(this.client.<Object>get("k")).isNull();
	}

	@Test
	void whatIsAllowedIsReadHoweverWellItIsCompressed() {
		byte[] zeros = new byte[10_000_000];
		assertThat(this.client.set("zeros", zeros)).isTrue();
		assertThat(this.client.<byte[]>get("zeros")).isEqualTo(zeros);
		String text = "x".repeat(9_999_000);
		assertThat(this.client.set("text", text)).isTrue();
		assertThat(this.client.<String>get("text")).isEqualTo(text);
		List<Long> numbers = Collections.nCopies(1_900_000, 7L);
		assertThat(this.client.set("numbers", numbers)).isTrue();
		assertThat(this.client.<List<Long>>get("numbers")).isEqualTo(numbers);
	}

	private static byte[] compressed(byte[] bytes) throws Exception {
		ByteArrayOutputStream compressed = new ByteArrayOutputStream();
		try (DeflaterOutputStream out = new DeflaterOutputStream(compressed)) {
			out.write(bytes);
		}
		return compressed.toByteArray();
	}

}
