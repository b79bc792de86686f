package io.libmc.spring.cache;

import java.io.Serializable;
import java.time.DayOfWeek;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

import io.libmc.MemcachedClient;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.cache.Cache;
import org.springframework.cache.interceptor.SimpleKey;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Keys to which the application gives their text.
 */
@Memcached
@Timeout(60)
class CacheKeyConverterTest {

	private static final CacheKeyConverter<Id> OF_IDS = CacheKeyConverter.of(Id.class, Id::number);

	private MemcachedClient client;

	@BeforeEach
	void connect(MemcachedServer server) {
		this.client = LibmcCacheTest.client(List.of(server));
	}

	@AfterEach
	void close() {
		this.client.close();
	}

	@Test
	void aKeyWithoutATextOfItsOwnHasItsConverters() {
		LibmcCache cache = cache(List.of(OF_IDS));
		assertThatIllegalArgumentException().isThrownBy(() -> cache(List.of()).put(new BookId("1"), "v"))
			.withMessageContaining("CacheKeyConverter");
		cache.put(new BookId("1"), "one");
		cache.put(new SimpleKey(new BookId("2"), 1), "two");
		cache.put(Map.of(List.of(new BookId("3")), 1), "three");
		LibmcCache another = cache(List.of(OF_IDS));
		assertThat(another.get(new BookId("1"), String.class)).isEqualTo("one");
		assertThat(another.get(new SimpleKey(new BookId("2"), 1), String.class)).isEqualTo("two");
		assertThat(another.get(Map.of(List.of(new BookId("3")), 1), String.class)).isEqualTo("three");
		assertThat(another.get(new BookId("2"))).isNull();
	}

	@Test
	void keysOfTwoTypesAndWithAConverterAndWithoutShareNoEntry() {
		WireKeys keys = keys(OF_IDS, CacheKeyConverter.of(Printed.class, Printed::toString));
		WireKeys none = keys();
		Set<String> names = new HashSet<>(List.of(keys.entry(new BookId("1")), keys.entry(new AuthorId("1")),
				keys.entry("1"), keys.entry(1), keys.entry(new Printed("1")), none.entry(new Printed("1")),
				keys.entry(new SimpleKey(new BookId("1"))), keys.entry(List.of(new BookId("1"))),
				keys.entry(List.of(new BookId("1"), new BookId("2"))), keys.entry(List.of(new BookId("12")))));
		assertThat(names).hasSize(10);
		assertThat(keys.entry(new BookId("1")))
			.isEqualTo("books:@X50:io.libmc.spring.cache.CacheKeyConverterTest$BookId1:1");
	}

	@Test
	void otherKeysAreCalledAsWithoutConverters() {
		for (Object key : List.of("k", 1, 1L, DayOfWeek.MONDAY, new SimpleKey("a", 1), List.of("a"), new Printed("1"),
				new Isbn("978"))) {
			assertThat(keys(OF_IDS).entry(key)).isEqualTo(keys().entry(key));
		}
	}

	@Test
	void aConverterCountsForMoreThanWhatALibraryOrThisOneKnowsOfAType() {
		assertThat(keys(CacheKeyConverter.of(Isbn.class, Isbn::group)).entry(new Isbn("978")))
			.isEqualTo("books:@X48:io.libmc.spring.cache.CacheKeyConverterTest$Isbn3:978");
	}

	@Test
	void ofSeveralConvertersThatOfTheMostSpecialTypeIsAsked() {
		CacheKeyConverter<BookId> books = CacheKeyConverter.of(BookId.class, (id) -> "book " + id.number());
		for (WireKeys keys : List.of(keys(OF_IDS, books), keys(books, OF_IDS))) {
			assertThat(keys.entry(new BookId("1"))).isEqualTo(keys(books).entry(new BookId("1")));
			assertThat(keys.entry(new AuthorId("1"))).isEqualTo(keys(books).entry(new AuthorId("1")));
			assertThat(keys.entry(new Both())).isEqualTo(keys(OF_IDS).entry(new Both()));
		}
		CacheKeyConverter<Other> others = CacheKeyConverter.of(Other.class, Other::text);
		assertThat(keys(others).entry(new Both())).contains("other");
		for (WireKeys keys : List.of(keys(OF_IDS, others), keys(others, OF_IDS))) {
			assertThatIllegalArgumentException().isThrownBy(() -> keys.entry(new Both()))
				.withMessageContainingAll("two converters", Id.class.getName(), Other.class.getName());
		}
		WireKeys own = keys(OF_IDS, CacheKeyConverter.of(Both.class, (key) -> "own"), others);
		assertThat(own.entry(new Both())).endsWith("3:own");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "com.acme.Foo@1b2c3d4e", "Foo@1b2c3d", "id of com.acme.Foo@1b2c3d", "[B@1b2c3",
			"[[Ljava.lang.String;@1b2c3d", "io.libmc.spring.cache.CacheKeyConverterTest$BookId@1" })
	void aTextThatIdentifiesNoKeyIsRefused(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> converting((id) -> text))
			.withMessageContainingAll(BookId.class.getName(), "\"" + text + "\", which identifies no key");
	}

	@ParameterizedTest
	@ValueSource(strings = { " ", "@", "joe@cafe", "joe.doe@cafe.org", "Joe@cafe.org", "J.Doe@decade.org", "a@b", "#1",
			"x@1b2c3d4e5f", "书" })
	void anyOtherTextIsTaken(String text) {
		assertThat(converting((id) -> text)).isNotEqualTo(converting((id) -> text + "x"));
	}

	@Test
	void aConverterThatFailsOrSaysNothingIsAClearError() {
		assertThatIllegalArgumentException().isThrownBy(() -> converting(Object::toString))
			.withMessageContaining("which identifies no key");
		assertThatIllegalArgumentException().isThrownBy(() -> converting((id) -> null))
			.withMessageContaining("its converter gave null");
		assertThatIllegalArgumentException().isThrownBy(() -> converting((id) -> {
			throw new IllegalStateException("no number");
		})).withMessageContainingAll(BookId.class.getName(), "no number");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> converting((id) -> "of " + Integer.toHexString(id.hashCode()) + "@"
					+ Integer.toHexString(System.identityHashCode(id))))
			.withMessageContaining("which identifies no key");
	}

	@Test
	void convertersThatWouldCountForNothingOrForAllAreRefused() {
		for (Class<?> type : List.of(String.class, Long.class, DayOfWeek.class, byte[].class, Object.class,
				Serializable.class, SimpleKey.class)) {
			assertThatIllegalArgumentException()
				.isThrownBy(() -> cache(List.of(CacheKeyConverter.of(type, Object::toString))))
				.withMessageContaining("keyConverters: keys of type " + type.getTypeName());
		}
		assertThatIllegalArgumentException().isThrownBy(() -> cache(List.of(OF_IDS, OF_IDS)))
			.withMessageContaining("there are two for keys of type " + Id.class.getName());
	}

	@Test
	void aTransactionKnowsByThemWhatItHasChanged() {
		EmbeddedDatabase database = new EmbeddedDatabaseBuilder().generateUniqueName(true)
			.setType(EmbeddedDatabaseType.H2)
			.build();
		LibmcCacheManager manager = manager(List.of(OF_IDS));
		manager.setTransactionAware(true);
		manager.afterPropertiesSet();
		Cache cache = Objects.requireNonNull(manager.getCache("books"));
		cache.put(new BookId("1"), "old");
		cache.put(new BookId("2"), "old");
		new TransactionTemplate(new DataSourceTransactionManager(database)).executeWithoutResult((status) -> {
			cache.evict(new BookId("1"));
			cache.put(new BookId("3"), "new");
			assertThat(cache.get(new BookId("1"))).isNull();
			assertThat(cache.get(new BookId("2"), String.class)).isEqualTo("old");
		});
		assertThat(cache.get(new BookId("1"))).isNull();
		assertThat(cache.get(new BookId("3"), String.class)).isEqualTo("new");
		database.shutdown();
	}

	private static String converting(Function<BookId, String> text) {
		return keys(CacheKeyConverter.of(BookId.class, text)).entry(new BookId("1"));
	}

	private static WireKeys keys(CacheKeyConverter<?>... converters) {
		return new WireKeys("", "books", new KeyConverters(List.of(converters)));
	}

	private LibmcCacheManager manager(List<? extends CacheKeyConverter<?>> converters) {
		LibmcCacheManager manager = new LibmcCacheManager(this.client, new LibmcCacheSettings());
		manager.setKeyConverters(converters);
		return manager;
	}

	private LibmcCache cache(List<? extends CacheKeyConverter<?>> converters) {
		LibmcCacheManager manager = manager(converters);
		manager.afterPropertiesSet();
		return (LibmcCache) Objects.requireNonNull(manager.getCache("books"));
	}

	interface Id {

		String number();

	}

	interface Other {

		String text();

	}

	/** Without a text of its own. */
	static class BookId implements Id {

		private final String number;

		BookId(String number) {
			this.number = number;
		}

		@Override
		public String number() {
			return this.number;
		}

	}

	static final class AuthorId extends BookId {

		AuthorId(String number) {
			super(number);
		}

	}

	static final class Both implements Id, Other {

		@Override
		public String number() {
			return "both";
		}

		@Override
		public String text() {
			return "other";
		}

	}

	static final class Printed {

		private final String text;

		Printed(String text) {
			this.text = text;
		}

		@Override
		public String toString() {
			return this.text;
		}

	}

	record Isbn(String group) {

	}

}
