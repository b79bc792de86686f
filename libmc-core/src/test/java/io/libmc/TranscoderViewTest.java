package io.libmc;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

import io.libmc.codec.EncodedValue;
import io.libmc.codec.Transcoder;
import io.libmc.testing.Caller;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * A client's view with another transcoder.
 */
@Timeout(60)
@Memcached
class TranscoderViewTest {

	private static final LoadPolicy POLICY = LoadPolicy.timeToLive(Duration.ofMinutes(5));

	private MemcachedClient client;

	private MemcachedClient view;

	@BeforeEach
	void connect(MemcachedServer server) {
		this.client = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(5))
			.prefix("app:")
			.compressionThreshold(100)
			.noReply(true)
			.build();
		this.view = this.client.withTranscoder(new Reversed());
	}

	@AfterEach
	void close() {
		this.client.close();
	}

	@Test
	void itsValuesAreItsTranscodersAndTheKeysAndCompressionTheClients() {
		assertThat(this.view.set("k", "abc")).isTrue();
		assertThat(this.view.<String>get("k")).isEqualTo("abc");
		assertThat(this.view.async().<String>get("k").join()).isEqualTo("abc");
		assertThat(this.client.getRaw("k")).isEqualTo(new RawValue(77, "cba".getBytes(StandardCharsets.UTF_8)));
		this.view.set("long", "x".repeat(1000));
		assertThat(this.client.getRaw("long").flags()).isEqualTo(77 | Transcoder.COMPRESSED);
		assertThat(this.view.<String>get("long")).hasSize(1000);
	}

	@Test
	void anotherThresholdIsItsOwn() {
		String text = "x".repeat(1000);
		MemcachedClient never = this.client.withCompressionThreshold(0);
		never.set("k", text);
		assertThat(this.client.getRaw("k").flags() & Transcoder.COMPRESSED).isZero();
		assertThat(never.withCompressionThreshold(999).set("k", text)).isTrue();
		assertThat(never.getRaw("k").flags() & Transcoder.COMPRESSED).isEqualTo(Transcoder.COMPRESSED);
		assertThat(never.<String>get("k")).isEqualTo(text);
		MemcachedClient both = this.view.withCompressionThreshold(0);
		both.set("k", text + "y");
		assertThat(this.client.getRaw("k").flags()).as("of the view's transcoder").isEqualTo(77);
		assertThatIllegalArgumentException().isThrownBy(() -> this.client.withCompressionThreshold(-1))
			.withMessageContaining("compressionThreshold: -1");
	}

	@Test
	void itAwaitsItsRepliesWhereTheClientDoesNot() {
		assertThat(this.client.delete("absent")).as("not awaited").isTrue();
		assertThat(this.view.delete("absent")).isFalse();
		assertThat(this.view.async().delete("absent").join()).isFalse();
		assertThat(this.view.add("k", "v")).isTrue();
		assertThat(this.view.add("k", "v")).isFalse();
	}

	@Test
	void itHasTheClientsConnections(MemcachedServer server) {
		this.client.get("k");
		this.view.get("k");
		assertThat(this.client.servers().get(0).connections()).isEqualTo(1);
		assertThat(this.view.servers()).extracting(ServerSnapshot::name).containsExactly(server.address());
	}

	@Test
	void closingItClosesNothingAndItEndsWithTheClient() {
		this.view.set("k", "v");
		this.view.close();
		assertThat(this.view.<String>get("k")).isEqualTo("v");
		assertThat(this.view.async().<String>get("k").join()).isEqualTo("v");
		assertThat(this.client.getRaw("k")).isNotNull();
		this.client.close();
		assertThatIllegalStateException().isThrownBy(() -> this.view.get("k"));
		assertThatIllegalStateException().isThrownBy(() -> this.client.withTranscoder(new Reversed()));
	}

	@ParameterizedTest
	@EnumSource
	void itsLoadsAreItsOwn(Caller caller) throws Exception {
		AtomicInteger loads = new AtomicInteger();
		Callable<String> loader = () -> "v" + loads.incrementAndGet();
		assertThat(caller.<String>getOrLoad(this.view, "k", POLICY, loader)).isEqualTo("v1");
		assertThat(caller.<String>getOrLoad(this.view, "k", POLICY, loader)).isEqualTo("v1");
		assertThat(this.client.getRaw("k").bytes()).isEqualTo("1v".getBytes(StandardCharsets.UTF_8));
		assertThat(caller.<String>get(this.view, "k", POLICY)).isEqualTo("v1");
	}

	@Test
	void aTranscoderIsNeeded() {
		assertThatNullPointerException().isThrownBy(() -> this.client.withTranscoder(null));
	}

	/** Writes texts backwards. */
	private static final class Reversed implements Transcoder {

		@Override
		public EncodedValue encode(Object value) {
			String reversed = new StringBuilder((String) value).reverse().toString();
			return new EncodedValue(77, reversed.getBytes(StandardCharsets.UTF_8));
		}

		@Override
		public Object decode(int flags, byte[] bytes) {
			if (flags != 77) {
				throw new IllegalArgumentException("not mine");
			}
			return new StringBuilder(new String(bytes, StandardCharsets.UTF_8)).reverse().toString();
		}

	}

}
