package io.libmc.spring.cache;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.codec.DecodingBudget;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What cannot be cached costs the application nothing but the caching, unless it wants to
 * know.
 */
@Memcached
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class UncacheableTest {

	private static final String OWN = UncacheableTest.class.getName();

	private MemcachedClient client;

	@BeforeEach
	void createClient(MemcachedServer server) {
		this.client = MemcachedClient.builder().servers(server.address()).pollTimeout(Duration.ofSeconds(5)).build();
	}

	@AfterEach
	void close() {
		this.client.close();
	}

	@Test
	void underBypassItIsLeftOutAndSaidOnce(CapturedOutput output) {
		LibmcCache cache = cache(UnaryOperator.identity());
		cache.put("k", "old");
		for (int i = 0; i < 3; i++) {
			cache.put("k", new NotAllowed(i));
		}
		assertThat(cache.get("k")).isNull();
		assertThat(cache.putIfAbsent("k", new NotAllowed(3))).isNull();
		assertThat(cache.<Object>get("k", () -> new NotAllowed(4))).isEqualTo(new NotAllowed(4));
		assertThat(cache.<Object>retrieve("k", () -> CompletableFuture.completedFuture(new NotAllowed(5))).join())
			.isEqualTo(new NotAllowed(5));
		assertThat(cache.get("k")).isNull();
		cache.put("k", "kept");
		assertThat(cache.putIfAbsent("k", new NotAllowed(6))).isNotNull()
			.satisfies((present) -> assertThat(present.get()).isEqualTo("kept"));
		assertThat(cache.getStatistics().uncacheable()).isEqualTo(7);
		assertThat(cache.getStatistics().failures()).isZero();
		assertThat(output.getAll()).contains("\"books\"", NotAllowed.class.getName(), "libmc.cache.allowed-classes");
		assertThat(output.getAll().split("returned without being cached", -1)).hasSizeBetween(2, 3);
	}

	@Test
	void underBypassNullIsLeftOutWhereItIsNotCached() {
		LibmcCache cache = cache((settings) -> settings.cacheNullValues(false));
		cache.put("k", "old");
		cache.put("k", null);
		assertThat(cache.get("k")).isNull();
	}

	@Test
	void whoWantsToKnowIsTold() {
		LibmcCache cache = cache((settings) -> settings.onError(OnError.THROW));
		assertThatIllegalArgumentException().isThrownBy(() -> cache.put("k", new NotAllowed(1)))
			.withMessageContainingAll("\"books\"", NotAllowed.class.getName(), "libmc.cache.allowed-classes");
		assertThatIllegalArgumentException().isThrownBy(() -> cache.putIfAbsent("k", new NotAllowed(1)));
		assertThat(cache.getStatistics().uncacheable()).isEqualTo(2);
	}

	@Test
	void whoIsToldIsLeftWithoutAnOlderValueAllTheSame() {
		LibmcCache cache = cache((settings) -> settings.onError(OnError.THROW).cacheNullValues(false));
		for (Object value : Arrays.asList(new NotAllowed(1), null)) {
			cache.put("k", "old");
			assertThatIllegalArgumentException().isThrownBy(() -> cache.put("k", value));
			assertThat(cache.get("k")).isNull();
		}
		this.client.close();
		assertThatIllegalArgumentException().isThrownBy(() -> cache.put("k", new NotAllowed(1)))
			.satisfies((ex) -> assertThat(ex.getSuppressed()).hasSize(1));
	}

	@Test
	void everyClassThatIsInTheWayIsNamedAtOnce() {
		EntryFormat format = EntryFormat.jdk(getClass().getClassLoader(), List.of(OWN + "$Outer"));
		Outer value = new Outer(new NotAllowed(1), new Open(2), List.of(new Other("x")));
		assertThatIllegalArgumentException().isThrownBy(() -> format.encode(value))
			.withMessageContainingAll(OWN + "$NotAllowed", OWN + "$Open", OWN + "$Other", "libmc.cache.allowed-classes",
					"java.io.Serializable", "libmc.cache.serializer: json");
	}

	@Test
	void whateverWritingAValueThrowsItIsLeftOutWithTheOlderEntry() {
		LibmcCache cache = cache(
				(settings) -> settings.format(EntryFormat.jdk(getClass().getClassLoader(), List.of(OWN + "$Failing"))));
		for (Object value : List.of(new Failing(new IllegalStateException("detached")),
				new Failing(new NoClassDefFoundError("gone")), new Failing(new StackOverflowError()))) {
			cache.put("k", "old");
			cache.put("k", value);
			assertThat(cache.get("k")).isNull();
		}
		assertThat(cache.getStatistics().uncacheable()).isEqualTo(3);
	}

	@Test
	void whateverASerializerThrowsItIsTheSame() {
		List<Throwable> failures = List.of(new IOException("not declared"), new AssertionError("no"),
				new NoClassDefFoundError("gone"), new StackOverflowError(),
				new UncheckedIOException(new IOException()));
		AtomicReference<Throwable> next = new AtomicReference<>();
		LibmcCache cache = cache((settings) -> settings.format(EntryFormat.of("own", new CacheValueSerializer() {

			@Override
			public byte[] serialize(Object value) {
				return UncacheableTest.<RuntimeException>orThrow(next.get()).getBytes(StandardCharsets.UTF_8);
			}

			@Override
			public Object deserialize(byte[] bytes, DecodingBudget budget) {
				return UncacheableTest.<RuntimeException>orThrow(next.get());
			}

		})));
		for (Throwable failure : failures) {
			next.set(null);
			cache.put("k", "old");
			assertThat(cache.get("k", String.class)).isEqualTo("fine");
			next.set(failure);
			assertThat(cache.get("k")).isNull();
			cache.put("k", "new");
			next.set(null);
			assertThat(cache.get("k")).isNull();
			next.set(failure);
			assertThat(cache.<Object>get("k", () -> "loaded")).isEqualTo("loaded");
			assertThat(cache.putIfAbsent("k", "new")).isNull();
			assertThat(cache.<Object>retrieve("k", () -> CompletableFuture.completedFuture("later")).join())
				.isEqualTo("later");
		}
		assertThat(cache.getStatistics().uncacheable()).isEqualTo(4L * failures.size());
	}

	/** As Kotlin's code does, and Lombok's. */
	@SuppressWarnings("unchecked")
	private static <T extends Throwable> String orThrow(@Nullable Throwable failure) throws T {
		if (failure != null) {
			throw (T) failure;
		}
		return "fine";
	}

	@Test
	void jsonNamesEveryClassThatIsInTheWayToo() {
		EntryFormat format = EntryFormat.json(getClass().getClassLoader(), List.of("acme.*"));
		List<Object> value = List.of(new Secret(1), List.of(new Hidden("x")));
		for (int i = 0; i < 2; i++) {
			assertThatIllegalArgumentException().isThrownBy(() -> format.encode(value))
				.withMessageContainingAll(Secret.class.getName(), Hidden.class.getName(),
						"libmc.cache.allowed-classes");
		}
	}

	@Test
	void aClosedClientIsLikeAFailingMemcached() {
		LibmcCache cache = cache(UnaryOperator.identity());
		LibmcCache strict = cache((settings) -> settings.onError(OnError.THROW));
		cache.put("k", "v");
		this.client.close();
		AtomicInteger loads = new AtomicInteger();
		assertThat(cache.get("k")).isNull();
		assertThat(cache.<Object>get("k", () -> "loaded" + loads.incrementAndGet())).isEqualTo("loaded1");
		assertThat(cache.retrieve("k").join()).isNull();
		assertThat(
				cache.<Object>retrieve("k", () -> CompletableFuture.completedFuture("loaded" + loads.incrementAndGet()))
					.join())
			.isEqualTo("loaded2");
		assertThat(cache.putIfAbsent("k", "w")).isNull();
		assertThat(cache.evictIfPresent("k")).isFalse();
		cache.put("k", "w");
		cache.evict("k");
		cache.clear();
		assertThat(cache.getStatistics().failures()).isEqualTo(9);
		assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> strict.get("k"))
			.withMessageContaining("closed");
	}

	/** The loader has run; it must not run again. */
	@Test
	void aClientThatIsClosedDuringALoadDoesNotLoseItsValue() {
		LibmcCache cache = cache(UnaryOperator.identity());
		AtomicInteger loads = new AtomicInteger();
		assertThat(cache.<Object>get("k", () -> {
			this.client.close();
			return "loaded" + loads.incrementAndGet();
		})).isEqualTo("loaded1");
	}

	private LibmcCache cache(UnaryOperator<LibmcCacheSettings> change) {
		LibmcCacheManager manager = new LibmcCacheManager(this.client, new LibmcCacheSettings());
		manager.configureCache("books", change);
		manager.afterPropertiesSet();
		return (LibmcCache) Objects.requireNonNull(manager.getCache("books"));
	}

	record NotAllowed(int number) implements Serializable {

	}

	record Open(int number) {

	}

	record Other(String text) implements Serializable {

	}

	record Outer(NotAllowed one, Open two, List<Other> three) implements Serializable {

	}

	static class Secret {

		final int number;

		Secret(int number) {
			this.number = number;
		}

	}

	static class Hidden {

		final String text;

		Hidden(String text) {
			this.text = text;
		}

	}

	@SuppressWarnings("serial")
	static class Failing implements Serializable {

		final transient Throwable failure;

		Failing(Throwable failure) {
			this.failure = failure;
		}

		private void writeObject(ObjectOutputStream out) {
			if (this.failure instanceof Error error) {
				throw error;
			}
			throw (RuntimeException) this.failure;
		}

	}

}
