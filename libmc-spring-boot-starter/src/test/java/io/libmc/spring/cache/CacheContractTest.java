package io.libmc.spring.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.libmc.MemcachedClient;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.cache.Cache.ValueRetrievalException;
import org.springframework.cache.Cache.ValueWrapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What Spring's own abstract cache tests expect of a cache, for each format of entries.
 */
@Memcached
@Timeout(60)
class CacheContractTest {

	private MemcachedClient client;

	@BeforeEach
	void connect(MemcachedServer server) {
		this.client = LibmcCacheTest.client(List.of(server));
	}

	@AfterEach
	void close() {
		this.client.close();
	}

	static Stream<Named<EntryFormat>> formats() {
		ClassLoader classLoader = CacheContractTest.class.getClassLoader();
		return Stream.of(Named.of("jdk", EntryFormat.jdk(classLoader, List.of())),
				Named.of("json", EntryFormat.json(classLoader, List.of())), Named.of("libmc", EntryFormat.libmc()));
	}

	private LibmcCache cache(EntryFormat format) {
		return LibmcCacheTest.cache(this.client, new LibmcCacheSettings().format(format));
	}

	@ParameterizedTest
	@MethodSource("formats")
	void aCacheHasItsNameAndItsNativeCache(EntryFormat format) {
		assertThat(cache(format).getName()).isEqualTo("books");
		assertThat(cache(format).getNativeCache()).isSameAs(this.client);
	}

	@ParameterizedTest
	@MethodSource("formats")
	void whatIsPutIsGotInEveryWay(EntryFormat format) {
		LibmcCache cache = cache(format);
		assertThat(cache.get("enescu")).isNull();
		assertThat(cache.get("enescu", String.class)).isNull();
		assertThat(cache.<Object>get("enescu", (Class<Object>) null)).isNull();
		cache.put("enescu", "george");
		assertThat(valueOf(cache.get("enescu"))).isEqualTo("george");
		assertThat(cache.get("enescu", String.class)).isEqualTo("george");
		assertThat(cache.get("enescu", Object.class)).isEqualTo("george");
		assertThat(cache.<Object>get("enescu", (Class<Object>) null)).isEqualTo("george");
		assertThat(valueOf((ValueWrapper) cache.retrieve("enescu").join())).isEqualTo("george");
		cache.put("enescu", null);
		assertThat(cache.get("enescu")).isNotNull();
		assertThat(valueOf(cache.get("enescu"))).isNull();
		assertThat(cache.get("enescu", String.class)).isNull();
		assertThat(valueOf((ValueWrapper) cache.retrieve("enescu").join())).isNull();
	}

	@ParameterizedTest
	@MethodSource("formats")
	void putIfAbsentPutsOnceAndReturnsWhatWasThere(EntryFormat format) {
		LibmcCache cache = cache(format);
		assertThat(cache.putIfAbsent("k", "first")).isNull();
		assertThat(valueOf(Objects.requireNonNull(cache.putIfAbsent("k", "second")))).isEqualTo("first");
		assertThat(cache.get("k", String.class)).isEqualTo("first");
		cache.evict("k");
		assertThat(cache.putIfAbsent("k", null)).isNull();
		assertThat(valueOf(Objects.requireNonNull(cache.putIfAbsent("k", "third")))).isNull();
	}

	@ParameterizedTest
	@MethodSource("formats")
	void entriesAreRemovedOneByOneAndAllAtOnce(EntryFormat format) {
		LibmcCache cache = cache(format);
		for (String key : List.of("a", "b", "c", "d")) {
			cache.put(key, key);
		}
		cache.evict("a");
		cache.evict("absent");
		assertThat(cache.get("a")).isNull();
		assertThat(cache.evictIfPresent("b")).isTrue();
		assertThat(cache.evictIfPresent("b")).isFalse();
		assertThat(cache.get("c", String.class)).isEqualTo("c");
		cache.clear();
		assertThat(cache.get("c")).isNull();
		cache.put("d", "again");
		cache.invalidate();
		assertThat(cache.get("d")).isNull();
	}

	@ParameterizedTest
	@MethodSource("formats")
	void aLoaderRunsOnAMissAndNotOnAHit(EntryFormat format) {
		LibmcCache cache = cache(format);
		assertThat(cache.get("k", () -> "loaded")).isEqualTo("loaded");
		assertThat(cache.get("k", CacheContractTest::never)).isEqualTo("loaded");
		assertThat(cache.retrieve("k", CacheContractTest::neverLater).join()).isEqualTo("loaded");
		assertThat(cache.<Object>get("null", () -> null)).isNull();
		assertThat(cache.<Object>get("null", CacheContractTest::never)).isNull();
		assertThat(cache.retrieve("null", CacheContractTest::neverLater).join()).isNull();
		assertThat(cache.retrieve("later", () -> CompletableFuture.completedFuture("loaded")).join())
			.isEqualTo("loaded");
		assertThat(cache.get("later", CacheContractTest::never)).isEqualTo("loaded");
	}

	@ParameterizedTest
	@MethodSource("formats")
	void aLoadersFailureIsWrappedWithTheKeyAndNotCached(EntryFormat format) {
		LibmcCache cache = cache(format);
		UnsupportedOperationException failure = new UnsupportedOperationException("expected");
		assertThatExceptionOfType(ValueRetrievalException.class).isThrownBy(() -> cache.get("k", () -> {
			throw failure;
		})).withCause(failure).satisfies((ex) -> assertThat(ex.getKey()).isEqualTo("k"));
		Exception checked = new Exception("checked");
		assertThatExceptionOfType(ValueRetrievalException.class).isThrownBy(() -> cache.get("k", () -> {
			throw checked;
		})).withCause(checked);
		assertThat(cache.get("k")).isNull();
	}

	/** As Spring's tests do: each would return a value of its own if it loaded. */
	@ParameterizedTest
	@MethodSource("formats")
	void ofManyConcurrentLoadersOneRuns(EntryFormat format) throws Exception {
		LibmcCache cache = cache(format);
		ExecutorService threads = Executors.newFixedThreadPool(10);
		try {
			List<Callable<String>> calls = new ArrayList<>();
			for (int i = 0; i < 10; i++) {
				String own = "value " + i;
				calls.add(() -> cache.get("k", () -> {
					TimeUnit.MILLISECONDS.sleep(50);
					return own;
				}));
			}
			List<String> values = new ArrayList<>();
			for (Future<String> call : threads.invokeAll(calls)) {
				values.add(call.get());
			}
			assertThat(values.stream().distinct()).hasSize(1);
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static Object valueOf(ValueWrapper wrapper) {
		return Objects.requireNonNull(wrapper).get();
	}

	private static Object never() {
		throw new AssertionError("loaded in spite of an entry");
	}

	private static CompletableFuture<Object> neverLater() {
		throw new AssertionError("loaded in spite of an entry");
	}

}
