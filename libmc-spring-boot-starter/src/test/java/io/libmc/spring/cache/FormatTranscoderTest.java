package io.libmc.spring.cache;

import java.math.BigInteger;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.RawValue;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * A client that stores what caches store.
 */
@Memcached
class FormatTranscoderTest {

	private static final Book BOOK = new Book(42, "libmc", LocalDate.of(2026, 11, 29), List.of("java", "cache"));

	@ParameterizedTest
	@ValueSource(strings = { "jdk", "json" })
	void recordsComeBackAndWhatPythonReadsIsLibmcs(String name, MemcachedServer server) {
		try (MemcachedClient client = client(server, format(name)); MemcachedClient libmc = client(server, null)) {
			client.set("book", BOOK);
			assertThat(client.get("book", Book.class)).isEqualTo(BOOK);
			assertThat(client.getRaw("book").flags()).isEqualTo(FormatTranscoder.FORMATTED);
			client.set("books", List.of(BOOK, BOOK));
			assertThat(client.<Object>get("books")).isEqualTo(List.of(BOOK, BOOK));
			client.set("split", "x".repeat(10) + BOOK);
			client.set("large", List.of("x".repeat(1_500_000), BOOK));
			assertThat(client.<Object>get("large")).isEqualTo(List.of("x".repeat(1_500_000), BOOK));
			client.set("big", BigInteger.TEN.pow(30));
			assertThat(client.<Object>get("big")).isEqualTo(BigInteger.TEN.pow(30));
			client.set("map", Map.of("a", 1));
			assertThat(client.<Object>get("map")).isEqualTo(Map.of("a", 1));
			assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> libmc.get("book"))
				.withMessageContaining("flags 1024");
			for (Object value : List.of("text", 5L, true, 0.5)) {
				client.set("k", value);
				assertThat(libmc.<Object>get("k")).isEqualTo(value);
				assertThat(client.<Object>get("k")).isEqualTo(value);
			}
			client.set("n", 5);
			assertThat(client.incr("n", 2)).hasValue(7);
		}
	}

	@Test
	void whatCannotBeStoredIsRefusedAndWhatCannotBeReadIsAnError(MemcachedServer server) {
		try (MemcachedClient client = client(server, format("json"))) {
			assertThatIllegalArgumentException().isThrownBy(() -> client.set("k", new Object()))
				.withMessageContaining("java.lang.Object");
			client.setRaw("k", new RawValue(FormatTranscoder.FORMATTED, new byte[30]), Duration.ZERO);
			assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> client.get("k"))
				.withMessageContainingAll("\"k\"", "not in the format \"json\"");
		}
	}

	private static EntryFormat format(String name) {
		List<String> own = List.of("io.libmc.spring.cache.*");
		ClassLoader loader = FormatTranscoderTest.class.getClassLoader();
		return name.equals("jdk") ? EntryFormat.jdk(loader, own) : EntryFormat.json(loader, own);
	}

	private static MemcachedClient client(MemcachedServer server, EntryFormat format) {
		io.libmc.MemcachedClientBuilder builder = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(5));
		return ((format != null) ? builder.transcoder(format.transcoder()) : builder).build();
	}

	record Book(long id, String title, LocalDate published, List<String> tags) implements java.io.Serializable {

	}

}
