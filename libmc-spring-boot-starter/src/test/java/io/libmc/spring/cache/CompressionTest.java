package io.libmc.spring.cache;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;

import io.libmc.MemcachedClient;
import io.libmc.RawValue;
import io.libmc.codec.DecodingBudget;
import io.libmc.codec.EncodedValue;
import io.libmc.codec.Transcoder;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.cache.Cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@Memcached
class CompressionTest {

	private static final String TEXT = "memcached ".repeat(500);

	private static final Lz4Items LZ4 = new Lz4Items();

	private MemcachedClient client;

	@BeforeEach
	void connect(MemcachedServer server) {
		this.client = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(5))
			.compressionThreshold(10_000)
			.build();
	}

	@AfterEach
	void close() {
		this.client.close();
	}

	@ParameterizedTest
	@CsvSource({ "NONE, 0", "ZLIB, 16", "LZ4, 512" })
	void entriesAreAsTheCacheSaysAndReadByAllOthers(Compression compression, int flag) {
		Cache cache = cache(new LibmcCacheSettings().compression(compression, 1000));
		cache.put("long", TEXT);
		cache.put("longer", TEXT.repeat(500));
		cache.put("short", "text");
		assertThat(raw("long").flags()).isEqualTo(flag);
		assertThat(raw("long").bytes()).hasSizeBetween(40, (flag > 0) ? 500 : 6000);
		assertThat(raw("short").flags()).isZero();
		for (Compression other : Compression.values()) {
			Cache another = cache(new LibmcCacheSettings().compression(other, 1000));
			assertThat(another.get("long", String.class)).isEqualTo(TEXT);
			assertThat(another.get("longer", String.class)).isEqualTo(TEXT.repeat(500));
			assertThat(another.get("short", String.class)).isEqualTo("text");
		}
	}

	@Test
	void unlessItIsSetItIsTheClients() {
		Cache cache = cache(new LibmcCacheSettings());
		cache.put("long", TEXT);
		assertThat(raw("long").flags()).isZero();
		cache.put("long", TEXT + TEXT);
		assertThat(raw("long").flags()).isEqualTo(Transcoder.COMPRESSED);
	}

	@ParameterizedTest
	@CsvSource({ "ZLIB", "LZ4" })
	void whatWouldBecomeLongerStaysAsItIs(Compression compression) {
		byte[] noise = new byte[3000];
		new Random(1).nextBytes(noise);
		Cache cache = cache(new LibmcCacheSettings().format(EntryFormat.libmc()).compression(compression, 0));
		cache.put("noise", noise);
		assertThat(raw("noise").flags()).isEqualTo(32);
		assertThat(cache.get("noise", byte[].class)).isEqualTo(noise);
	}

	@Test
	void whatIsNoLz4IsAMissWithinTheBudget() {
		EncodedValue honest = LZ4.encode(TEXT);
		for (int at = 0; at < honest.bytes().length; at++) {
			for (int bit = 0; bit < 8; bit++) {
				byte[] broken = honest.bytes().clone();
				broken[at] ^= (byte) (1 << bit);
				Object read = LZ4.transcoder.decode(honest.flags(), broken);
				assertThat(read).isInstanceOf(Entry.class);
			}
		}
		for (int length : new int[] { -1, Integer.MAX_VALUE, 255 * 96 + 1 }) {
			byte[] lying = ByteBuffer.allocate(100).putInt(length).array();
			assertThatIllegalArgumentException().isThrownBy(() -> Lz4.decompress(lying, DecodingBudget.of(100)))
				.withMessageContaining("LZ4");
		}
		byte[] bomb = Lz4.compress(new EncodedValue(0, new byte[200_000_000])).bytes();
		assertThatIllegalArgumentException().isThrownBy(() -> Lz4.decompress(bomb, DecodingBudget.of(bomb.length)))
			.withMessageContaining("more than");
	}

	@Test
	void aBadThresholdIsNamed() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new LibmcCacheSettings().compression(Compression.ZLIB, -1))
			.withMessageContaining("compressionThreshold: -1");
		assertThatExceptionOfType(NullPointerException.class)
			.isThrownBy(() -> new LibmcCacheSettings().compression(null, 1));
	}

	private RawValue raw(String key) {
		RawValue raw = this.client.getRaw("books:" + key);
		assertThat(raw).isNotNull();
		return raw;
	}

	private Cache cache(LibmcCacheSettings settings) {
		LibmcCacheManager manager = new LibmcCacheManager(this.client, settings.onError(OnError.THROW));
		manager.initializeCaches();
		return manager.getCache("books");
	}

	/** Items of a cache that are compressed. */
	private static final class Lz4Items {

		private final EntryFormat format = EntryFormat.jdk(getClass().getClassLoader(), java.util.List.of());

		private final EntryTranscoder transcoder = new EntryTranscoder(this.format, 100, false);

		EncodedValue encode(Object value) {
			return this.transcoder.encode(Entry.of(42, value));
		}

	}

}
