package io.libmc.spring.cache;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedListener;
import io.libmc.codec.DecodingBudget;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.cache.Cache.ValueRetrievalException;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Groups of entries, evicted by one instance of an application and seen by two.
 */
@Memcached(servers = 3)
@Timeout(60)
class GroupsTest {

	/** Longer than a test takes: within it, nothing may be seen by chance. */
	private static final Duration NEVER = Duration.ofHours(1);

	private final Map<String, LongAdder> commands = new ConcurrentHashMap<>();

	private final List<MemcachedClient> clients = new ArrayList<>();

	/** Is done once, when the first number is about to be raised. */
	private volatile @Nullable Runnable beforeNumbersRise;

	private List<MemcachedServer> servers;

	private LibmcCache one;

	private LibmcCache other;

	/** What is cached; its authors are its groups. */
	@SuppressWarnings("ArrayRecordComponent")
	record Book(String title, String... authors) implements Serializable {

	}

	@BeforeEach
	void createInstances(List<MemcachedServer> memcacheds) {
		this.servers = memcacheds;
		this.one = cache(Duration.ofSeconds(1), UnaryOperator.identity());
		this.other = cache(Duration.ofSeconds(1), UnaryOperator.identity());
	}

	@AfterEach
	void close() {
		this.servers.forEach(MemcachedServer::resume);
		this.clients.forEach(MemcachedClient::close);
	}

	@Test
	void allEntriesOfAGroupAreEvictedAndNoOthers() {
		for (int i = 0; i < 50; i++) {
			this.one.put("eco" + i, new Book("t" + i, "eco"));
			this.one.put("both" + i, new Book("t" + i, "calvino", "eco"));
			this.one.put("calvino" + i, new Book("t" + i, "calvino"));
			this.one.put("none" + i, new Book("t" + i));
		}
		assertThat(found("eco", "both", "calvino", "none")).isEqualTo(200);
		this.one.evictGroup("nobody");
		assertThat(found("eco", "both", "calvino", "none")).isEqualTo(200);
		this.one.evictGroup("eco");
		assertThat(found("eco", "both")).isZero();
		assertThat(found("calvino", "none")).isEqualTo(100);
		this.one.put("eco1", new Book("new", "eco"));
		assertThat(title(this.one, "eco1")).isEqualTo("new");
		assertThat(title(this.other, "eco1")).isEqualTo("new");
		this.one.evict(new CacheGroup("calvino"));
		assertThat(found("eco", "both", "calvino", "none")).isEqualTo(51);
		assertThat(this.one.evictIfPresent(new CacheGroup("eco"))).isFalse();
		assertThat(found("eco")).isZero();
	}

	private long found(String... kinds) {
		return Arrays.stream(kinds)
			.flatMap((kind) -> IntStream.range(0, 50).mapToObj((i) -> kind + i))
			.filter((key) -> this.one.get(key) != null)
			.count();
	}

	@Test
	void othersSeeItWithinTheVisibilityTime() {
		this.one.put("k", new Book("t", "eco"));
		assertThat(this.other.get("k")).isNotNull();
		this.one.evictGroup("eco");
		long evicted = System.nanoTime();
		assertThat(this.one.get("k")).isNull();
		await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).until(() -> {
			Duration since = Duration.ofNanos(System.nanoTime() - evicted);
			boolean found = this.other.get("k") != null;
			assertThat(found && since.toMillis() > 1000).isFalse();
			return !found;
		});
	}

	@Test
	void withAVisibilityTimeOf0OthersSeeItAtOnceHoweverTheyLook() {
		LibmcCache eager = cache(Duration.ZERO, UnaryOperator.identity());
		for (int i = 0; i < 10; i++) {
			this.one.put("k", new Book("t", "eco", "calvino"));
			assertThat(eager.get("k")).isNotNull();
			assertThat(eager.retrieve("k").join()).isNotNull();
			this.one.evictGroup((i % 2 == 0) ? "eco" : "calvino");
			assertThat(eager.get("k")).isNull();
			assertThat(eager.retrieve("k").join()).isNull();
			assertThat(eager.getAll(List.of("k"))).isEmpty();
			assertThat(eager.<@Nullable Book>get("k", () -> null)).isNull();
			eager.evict("k");
		}
	}

	@Test
	void anEntryPutSinceTheLastLookIsFoundAtOnce() {
		LibmcCache late = cache(NEVER, UnaryOperator.identity());
		late.put("k", new Book("old", "eco"));
		this.one.evictGroup("eco");
		this.one.put("k", new Book("new", "eco"));
		assertThat(title(late, "k")).isEqualTo("new");
	}

	@Test
	void whatIsPutByWhoHasNotSeenItIsAtWorstAMiss() {
		LibmcCache late = cache(NEVER, UnaryOperator.identity());
		late.put("k", new Book("old", "eco"));
		this.one.evictGroup("eco");
		late.put("k", new Book("stale", "eco"));
		assertThat(this.one.get("k")).isNull();
		assertThat(late.putIfAbsent("k", new Book("new", "eco"))).isNull();
		assertThat(title(this.one, "k")).isEqualTo("new");
	}

	@Test
	void whatWasEvictedIsNotInTheWayOfWhatIsAdded() {
		for (Duration serveStale : List.of(Duration.ZERO, Duration.ofSeconds(30))) {
			LibmcCache cache = cache(NEVER, (settings) -> settings.serveStale(serveStale));
			cache.put("k", new Book("old", "eco"));
			assertThat(Objects.requireNonNull(cache.putIfAbsent("k", new Book("new", "eco"))).get()).extracting("title")
				.isEqualTo("old");
			cache.evictGroup("eco");
			assertThat(cache.putIfAbsent("k", new Book("new", "eco"))).isNull();
			assertThat(title(cache, "k")).isEqualTo("new");
		}
	}

	/** As the threads of an application do that read the entries of many groups. */
	@Test
	void aGroupWhoseNumbersMakeRoomForOthersWhileItIsEvictedIsEvictedAtOnce() {
		LibmcCache cache = cache(NEVER, UnaryOperator.identity());
		Map<String, Book> books = new LinkedHashMap<>();
		for (int i = 0; i < 2600; i++) {
			books.put("other" + i, new Book("t", "a" + i, "b" + i, "c" + i, "d" + i));
		}
		for (int i = 0; i < 30; i++) {
			cache.put("k" + i, new Book("t", "eco"));
		}
		this.beforeNumbersRise = () -> {
			cache.putAll(books);
			for (int i = 0; i < 30; i++) {
				assertThat(cache.get("k" + i)).isNotNull();
			}
		};
		cache.evictGroup("eco");
		assertThat(this.beforeNumbersRise).isNull();
		for (int i = 0; i < 30; i++) {
			assertThat(cache.get("k" + i)).isNull();
		}
	}

	@Test
	void whatWasLoadedIsReturnedThoughTheClientIsClosedMeanwhile() {
		MemcachedClient client = this.clients.get(0);
		assertThat(Objects.requireNonNull(this.one.get("k", () -> {
			client.close();
			return new Book("loaded", "eco");
		})).title()).isEqualTo("loaded");
		MemcachedClient another = this.clients.get(1);
		Map<String, @Nullable Book> loaded = this.other.getAll(List.of("k", "l"), (keys) -> {
			another.close();
			return Map.of("k", new Book("loaded", "eco"), "l", new Book("loaded", "eco"));
		});
		assertThat(loaded.values()).extracting("title").containsExactly("loaded", "loaded");
	}

	@Test
	void whatIsLoadedIsReturnedThoughTheCachesHaveEnded() {
		LibmcCacheManager manager = manager(NEVER, UnaryOperator.identity());
		manager.afterPropertiesSet();
		LibmcCache cache = (LibmcCache) Objects.requireNonNull(manager.getCache("books"));
		assertThat(cache.get("k")).isNull();
		assertThat(cache.retrieve("k", () -> {
			manager.destroy();
			return CompletableFuture.completedFuture(new Book("loaded", "eco"));
		}).join().title()).isEqualTo("loaded");
		assertThat(
				cache.retrieve("l", () -> CompletableFuture.completedFuture(new Book("loaded", "eco"))).join().title())
			.isEqualTo("loaded");
	}

	@Test
	void whatIsLoadedIsReturnedWheneverTheClientIsClosed() throws Exception {
		for (int i = 0; i < 60; i++) {
			LibmcCache cache = cache(NEVER, UnaryOperator.identity());
			AtomicInteger loads = new AtomicInteger();
			CompletableFuture<Book> loaded = cache.retrieve("k" + i, () -> {
				loads.incrementAndGet();
				return CompletableFuture.completedFuture(new Book("loaded", "eco"));
			});
			Thread.sleep(i % 6);
			this.clients.get(this.clients.size() - 1).close();
			assertThat(loaded.join().title()).isEqualTo("loaded");
			assertThat(loads).hasValue(1);
		}
	}

	@Test
	void whatAnAsynchronousLoaderGivesAfterItClosedTheClientIsReturned() {
		for (int i = 0; i < 20; i++) {
			LibmcCache cache = cache(NEVER, UnaryOperator.identity());
			MemcachedClient client = this.clients.get(this.clients.size() - 1);
			AtomicInteger loads = new AtomicInteger();
			assertThat(cache.retrieve("k" + i, () -> {
				loads.incrementAndGet();
				client.close();
				return CompletableFuture.supplyAsync(() -> new Book("loaded", "eco"),
						CompletableFuture.delayedExecutor(10, TimeUnit.MILLISECONDS));
			}).orTimeout(5, TimeUnit.SECONDS).join().title()).isEqualTo("loaded");
			assertThat(loads).hasValue(1);
		}
	}

	@Test
	void freshCopiesCostNoOperation() {
		LibmcCache late = cache(NEVER, UnaryOperator.identity());
		late.put("k", new Book("t", "eco", "calvino"));
		assertThat(late.get("k")).isNotNull();
		this.commands.clear();
		for (int i = 0; i < 100; i++) {
			assertThat(late.get("k")).isNotNull();
			late.put("k", new Book("t" + i, "calvino", "eco"));
		}
		assertThat(this.commands.keySet()).containsExactlyInAnyOrder("mg", "set");
		assertThat(this.commands.get("mg").sum()).isEqualTo(100);
		assertThat(this.commands.get("set").sum()).isEqualTo(100);
		assertThat(title(this.one, "k")).isEqualTo("t99");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whatIsLoadedWhileItsGroupIsEvictedIsNotSeen(boolean known) {
		for (LibmcCache evicting : List.of(this.one, this.other)) {
			if (known) {
				this.one.put("another", new Book("t", "eco"));
				assertThat(this.one.get("another")).isNotNull();
			}
			assertThat(Objects.requireNonNull(this.one.get("k", () -> {
				evicting.evictGroup("eco");
				return new Book("old", "eco");
			})).title()).isEqualTo("old");
			assertSeenByNobody();
			CompletableFuture<Book> loading = new CompletableFuture<>();
			CompletableFuture<Book> loaded = this.one.retrieve("k", () -> {
				evicting.evictGroup("eco");
				return loading;
			});
			loading.complete(new Book("old", "eco"));
			assertThat(loaded.join().title()).isEqualTo("old");
			assertSeenByNobody();
			this.one.getAll(List.of("k"), (keys) -> {
				evicting.evictGroup("eco");
				return Map.of("k", new Book("old", "eco"));
			});
			assertSeenByNobody();
		}
	}

	private void assertSeenByNobody() {
		await().untilAsserted(() -> {
			assertThat(this.other.get("k")).isNull();
			assertThat(this.one.get("k")).isNull();
		});
	}

	@Test
	void whatIsLoadedIntoAGroupOfWhichNothingIsKnownIsCached() {
		AtomicInteger loads = new AtomicInteger();
		for (int i = 0; i < 20; i++) {
			String group = "group" + i;
			String key = "k" + i;
			for (LibmcCache cache : List.of(this.one, this.other)) {
				cache.get(key, () -> {
					loads.incrementAndGet();
					return new Book("t", group);
				});
				cache
					.retrieve("async" + key,
							() -> CompletableFuture.completedFuture(new Book("t", group, loads.incrementAndGet() + "")))
					.join();
			}
		}
		assertThat(loads).hasValue(40);
	}

	@Test
	void aLoadIntoAGroupThatWasEvictedLongBeforeIsCached() {
		LibmcCache late = cache(Duration.ofMillis(1), UnaryOperator.identity());
		late.put("another", new Book("t", "eco"));
		this.one.evictGroup("eco");
		await().pollDelay(Duration.ofMillis(20)).until(() -> true);
		late.get("k", () -> new Book("new", "eco"));
		assertThat(title(this.one, "k")).isEqualTo("new");
	}

	@Test
	void manyAreAskedForTogether() {
		LibmcCache eager = cache(Duration.ofMillis(200), UnaryOperator.identity());
		Map<String, Book> books = new LinkedHashMap<>();
		for (int i = 0; i < 300; i++) {
			books.put("k" + i, new Book("t", "group" + i));
		}
		eager.putAll(books);
		await().pollDelay(Duration.ofMillis(300)).until(() -> true);
		assertThat(this.other.<String, Book>getAll(books.keySet())).hasSize(300);
		this.other.evictGroup("group7");
		await().untilAsserted(
				() -> assertThat(eager.<String, Book>getAll(books.keySet())).hasSize(299).doesNotContainKey("k7"));
	}

	@Test
	void aRefreshAheadIsInTheGroupToo() {
		LibmcCache cache = cache(Duration.ofSeconds(1),
				(settings) -> settings.timeToLive(Duration.ofSeconds(60)).refreshAhead(Duration.ofSeconds(59)));
		cache.put("k", new Book("old", "eco"));
		await().until(
				() -> Objects.requireNonNull(cache.get("k", () -> new Book("fresh", "eco"))).title().equals("fresh"));
		cache.evictGroup("eco");
		assertThat(cache.get("k")).isNull();
	}

	@Test
	void entriesInThisProcessAreEvictedToo() {
		UnaryOperator<LibmcCacheSettings> near = (settings) -> settings
			.near(NearSettings.timeToLive(Duration.ofSeconds(2)));
		LibmcCache here = cache(Duration.ofSeconds(1), near);
		LibmcCache there = cache(NEVER, near);
		here.put("k", new Book("t", "eco"));
		for (int i = 0; i < 3; i++) {
			assertThat(here.get("k")).isNotNull();
			assertThat(there.get("k")).isNotNull();
		}
		assertThat(here.getStatistics().nearHits()).isEqualTo(2);
		here.evictGroup("eco");
		long evicted = System.nanoTime();
		assertThat(here.get("k")).isNull();
		await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).until(() -> {
			Duration since = Duration.ofNanos(System.nanoTime() - evicted);
			boolean found = there.get("k") != null;
			assertThat(found && since.toMillis() > 2000).isFalse();
			return !found;
		});
		here.put("k", new Book("new", "eco"));
		assertThat(title(there, "k")).isEqualTo("new");
	}

	@Test
	void whileTheServerOfAnEntryIsDownItsEvictionIsRemembered() {
		LibmcCache cache = cache(Duration.ofSeconds(1), (settings) -> settings.onError(OnError.BYPASS));
		for (int i = 0; i < 30; i++) {
			cache.put("k" + i, new Book("t", "eco"));
			this.other.put("other" + i, new Book("t", "calvino"));
		}
		this.servers.get(0).pause();
		cache.evictGroup("eco");
		this.servers.get(0).resume();
		for (int i = 0; i < 30; i++) {
			assertThat(cache.get("k" + i)).isNull();
		}
		assertThat(cache.getStatistics().failures()).isPositive();
		String dead = this.servers.get(0).address();
		await().untilAsserted(() -> {
			for (int i = 0; i < 30; i++) {
				boolean onDead = this.clients.get(0).serverFor(this.other.entryName("other" + i)).equals(dead);
				assertThat(this.other.get("other" + i) == null).isEqualTo(onDead);
				assertThat(this.other.get("k" + i)).isNull();
			}
		});
	}

	@Test
	void aTransactionEvictsAGroupWhenItCommits() {
		EmbeddedDatabase database = new EmbeddedDatabaseBuilder().setType(EmbeddedDatabaseType.H2).build();
		try {
			TransactionTemplate transactions = new TransactionTemplate(new JdbcTransactionManager(database));
			LibmcCacheManager manager = manager(Duration.ofSeconds(1), UnaryOperator.identity());
			manager.setTransactionAware(true);
			manager.afterPropertiesSet();
			BulkCache cache = (BulkCache) Objects.requireNonNull(manager.getCache("books"));
			this.one.put("k", new Book("t", "eco"));
			transactions.executeWithoutResult((status) -> {
				cache.evictGroup("eco");
				assertThat(cache.get("k")).isNull();
				assertThat(this.one.get("k")).isNotNull();
				status.setRollbackOnly();
			});
			assertThat(cache.get("k")).isNotNull();
			for (Runnable eviction : List.<Runnable>of(() -> cache.evict(new CacheGroup("eco")),
					() -> cache.evictAll(List.of("another", new CacheGroup("eco"))))) {
				this.one.put("k", new Book("t", "eco"));
				transactions.executeWithoutResult((status) -> {
					eviction.run();
					assertThat(this.one.get("k")).isNotNull();
				});
				assertThat(cache.get("k")).isNull();
			}
			this.one.put("k", new Book("t", "eco"));
			transactions.executeWithoutResult((status) -> {
				cache.evictIfPresent(new CacheGroup("eco"));
				this.one.put("k", new Book("from before the commit", "eco"));
			});
			assertThat(cache.get("k")).isNull();
		}
		finally {
			database.shutdown();
		}
	}

	static List<EntryFormat> formats() {
		ClassLoader loader = GroupsTest.class.getClassLoader();
		return List.of(EntryFormat.jdk(loader, List.of()), EntryFormat.json(loader, List.of()), EntryFormat.libmc(),
				EntryFormat.of("own", new CacheValueSerializer() {

					@Override
					public byte[] serialize(Object value) {
						return value.toString().getBytes(StandardCharsets.UTF_8);
					}

					@Override
					public Object deserialize(byte[] bytes, DecodingBudget budget) {
						return new String(bytes, StandardCharsets.UTF_8);
					}

				}));
	}

	@ParameterizedTest
	@MethodSource("formats")
	void entriesOfEveryFormatBelongToGroupsWhateverElseIsWrittenOnThem(EntryFormat format) {
		UnaryOperator<LibmcCacheSettings> inGroups = (settings) -> settings.format(format)
			.groups((key, value) -> List.of("all", "key" + key));
		String large = "x".repeat(2_000_000);
		for (UnaryOperator<LibmcCacheSettings> change : List.<UnaryOperator<LibmcCacheSettings>>of(inGroups,
				(settings) -> inGroups.apply(settings)
					.timeToIdle(Duration.ofSeconds(20))
					.timeToLive(Duration.ofSeconds(60)),
				(settings) -> inGroups.apply(settings).compression(Compression.LZ4, 100))) {
			LibmcCache cache = cache(Duration.ofSeconds(1), change);
			cache.put("short", "a text");
			cache.put("null", null);
			cache.put("large", large);
			assertThat(cache.get("short", String.class)).isEqualTo("a text");
			assertThat(cache.get("large", String.class)).isEqualTo(large);
			assertThat(Objects.requireNonNull(cache.get("null")).get()).isNull();
			cache.evictGroup("keylarge");
			assertThat(cache.get("large")).isNull();
			assertThat(cache.get("short")).isNotNull();
			LibmcCache without = cache(Duration.ZERO, (settings) -> settings.format(format).groups(null));
			assertThat(without.get("short", String.class)).isEqualTo("a text");
			cache.evictGroup("all");
			assertThat(cache.get("short")).isNull();
			assertThat(cache.get("null")).isNull();
			assertThat(without.get("short")).isNull();
		}
	}

	@Test
	void whatIsNoneOfOursIsAMiss() {
		byte[] entry = (byte[]) Stamp.grouped(Stamp.put(Stamp.header(Stamp.NULL), 5),
				GroupStamps.of(List.of("eco")).with(7));
		assertThat(Stamp.groups(entry).toList()).hasSize(2).last().isEqualTo(7L);
		EntryTranscoder transcoder = new EntryTranscoder(EntryFormat.libmc(), 1000, false);
		for (int length = 0; length < entry.length; length++) {
			byte[] cut = Arrays.copyOf(entry, length);
			assertThat(((Entry) transcoder.decode(0, cut)).value()).isNull();
		}
		for (int groups : new int[] { 0, 2, 4, 5, 127, -1 }) {
			byte[] changed = entry.clone();
			changed[1] = (byte) groups;
			assertThat(((Entry) transcoder.decode(0, changed)).value()).isNull();
		}
	}

	@Test
	void aValueOfTooManyGroupsIsNotCached() {
		Book most = new Book("t", "a", "b", "c", "d", "d");
		this.one.put("k", most);
		assertThat(this.one.get("k")).isNotNull();
		Book tooMany = new Book("t", "a", "b", "c", "d", "e");
		this.one.put("k", tooMany);
		assertThat(this.one.get("k")).isNull();
		assertThat(this.one.get("k", () -> tooMany)).isSameAs(tooMany);
		assertThat(this.one.get("k")).isNull();
		assertThat(this.one.getStatistics().uncacheable()).isEqualTo(2);
		LibmcCache strict = cache(NEVER, (settings) -> settings.onError(OnError.THROW));
		assertThatIllegalArgumentException().isThrownBy(() -> strict.put("k", tooMany))
			.withMessageContainingAll("books", "4 groups at most", "[a, b, c, d, e]");
	}

	@Test
	void aGroupIsNoKey() {
		CacheGroup group = new CacheGroup("eco");
		assertThatIllegalArgumentException().isThrownBy(() -> this.one.get(group))
			.withMessageContaining("not the key of an entry");
		assertThatIllegalArgumentException().isThrownBy(() -> this.one.put(group, "v"));
		assertThatIllegalArgumentException().isThrownBy(() -> this.one.getAll(List.of(group)));
		assertThat(CacheGroup.of(42L)).isEqualTo(new CacheGroup("42"));
		assertThatIllegalArgumentException().isThrownBy(() -> CacheGroup.of(new Object()))
			.withMessageContaining("names no group");
	}

	@Test
	void expressionsNameGroups() {
		Book book = new Book("t", "eco", "calvino");
		assertThat(groups(book, "#value.title", "#value.authors", "'key:' + #key")).containsExactly("t", "eco",
				"calvino", "key:k");
		UUID id = UUID.randomUUID();
		Map<String, Object> values = Map.of("number", 42L, "id", id, "format", Compression.LZ4, "maybe",
				Optional.of("there"), "none", Optional.empty(), "many", new int[] { 1, 2 });
		assertThat(groups(values, "#value['number']", "#value['id']", "#value['format']", "#value['maybe']",
				"#value['none']", "#value['many']", "#value['absent']"))
			.containsExactly("42", id.toString(), "LZ4", "there", "1", "2");
		assertThat(groups(null, "#value.title", "#value['x']", "#value.substring(1)", "#key")).containsExactly("k");
		for (String bad : List.of("#value.", "", "T(")) {
			assertThatIllegalArgumentException().as(bad)
				.isThrownBy(() -> CacheGroups.expressions(bad))
				.withMessageContaining("is no expression");
		}
		for (String failing : List.of("#value.nothing", "#value", "T(java.lang.Runtime).runtime", "@bean")) {
			assertThatIllegalArgumentException().as(failing)
				.isThrownBy(() -> groups(book, failing))
				.withMessageContaining("the expression \"" + failing + "\" failed");
		}
	}

	private static Collection<String> groups(@Nullable Object value, String... expressions) {
		return CacheGroups.expressions(expressions).groups("k", value);
	}

	@Test
	void groupsThatFailLeaveTheValueUncachedAndTheOneBeforeEvicted() {
		List<CacheGroups> failing = new ArrayList<>(List.of((key, value) -> {
			throw new IllegalStateException("no groups today");
		}, (key, value) -> Arrays.asList("a", null)));
		failing.add(nothing());
		for (CacheGroups groups : failing) {
			LibmcCache cache = cache(Duration.ofSeconds(1), (settings) -> settings.groups(groups));
			this.one.put("k", new Book("old", "eco"));
			cache.put("k", new Book("new", "eco"));
			assertThat(this.one.get("k")).isNull();
			assertThat(Objects.requireNonNull(cache.get("k", () -> new Book("loaded"))).title()).isEqualTo("loaded");
			assertThat(this.one.get("k")).isNull();
			assertThat(cache.getStatistics().uncacheable()).isEqualTo(2);
		}
		assertThat(failing).hasSize(3);
	}

	@SuppressWarnings("NullAway")
	private static CacheGroups nothing() {
		return (key, value) -> null;
	}

	@Test
	void aFailingLoaderFailsAsEver() {
		assertThatExceptionOfType(ValueRetrievalException.class).isThrownBy(() -> this.one.get("k", () -> {
			throw new IllegalStateException("the database is down");
		})).withRootCauseInstanceOf(IllegalStateException.class);
		assertThat(this.one.get("k")).isNull();
	}

	private static String title(LibmcCache cache, String key) {
		return Objects.requireNonNull(cache.get(key, Book.class)).title();
	}

	private LibmcCache cache(Duration clearVisibility, UnaryOperator<LibmcCacheSettings> change) {
		LibmcCacheManager manager = manager(clearVisibility, change);
		manager.afterPropertiesSet();
		return (LibmcCache) Objects.requireNonNull(manager.getCache("books"));
	}

	private LibmcCacheManager manager(Duration clearVisibility, UnaryOperator<LibmcCacheSettings> change) {
		MemcachedClient client = MemcachedClient.builder()
			.servers(this.servers.stream().map(MemcachedServer::address).toList())
			.pollTimeout(Duration.ofSeconds(1))
			.listener(new MemcachedListener() {

				@Override
				public @Nullable Object operationStarted(String command, String server) {
					Runnable action = GroupsTest.this.beforeNumbersRise;
					if (action != null && command.equals("incr")) {
						GroupsTest.this.beforeNumbersRise = null;
						action.run();
					}
					return null;
				}

				@Override
				public void operationStopped(String command, String server, Outcome outcome, Duration elapsed,
						@Nullable Object started) {
					GroupsTest.this.commands.computeIfAbsent(command, (name) -> new LongAdder()).increment();
				}

			})
			.build();
		this.clients.add(client);
		LibmcCacheSettings settings = new LibmcCacheSettings()
			.format(EntryFormat.jdk(getClass().getClassLoader(), List.of("io.libmc.spring.cache.*")))
			.groups((key, value) -> (value instanceof Book book) ? List.of(book.authors()) : List.of());
		LibmcCacheManager manager = new LibmcCacheManager(client, change.apply(settings));
		manager.setClearVisibility(clearVisibility);
		return manager;
	}

}
