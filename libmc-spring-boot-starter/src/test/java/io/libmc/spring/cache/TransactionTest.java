package io.libmc.spring.cache;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.libmc.MemcachedClient;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.cache.Cache;
import org.springframework.cache.interceptor.CacheOperationInvoker;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * A cache that waits for the database, in real transactions.
 */
@Memcached
class TransactionTest {

	private final EmbeddedDatabase database = new EmbeddedDatabaseBuilder().generateUniqueName(true)
		.setType(EmbeddedDatabaseType.H2)
		.build();

	private final JdbcTemplate jdbc = new JdbcTemplate(this.database);

	private final TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(this.database));

	private MemcachedServer server;

	private MemcachedClient client;

	private LibmcCacheManager manager;

	private Cache cache;

	@BeforeEach
	void createCache(MemcachedServer server) {
		this.server = server;
		this.client = LibmcCacheTest.client(List.of(server));
		this.manager = new LibmcCacheManager(this.client, new LibmcCacheSettings());
		this.manager.setTransactionAware(true);
		this.manager.afterPropertiesSet();
		this.cache = Objects.requireNonNull(this.manager.getCache("books"));
		this.jdbc.execute("create table book (title varchar(20))");
		this.cache.put("k", "old");
	}

	@AfterEach
	void close() {
		this.manager.destroy();
		this.client.close();
		this.database.shutdown();
	}

	@Test
	void aRollbackKeepsTheOldEntry() {
		for (Runnable change : List.<Runnable>of(() -> this.cache.put("k", "new"), () -> this.cache.evict("k"),
				this.cache::clear)) {
			assertThatIllegalStateException().isThrownBy(() -> this.transaction.executeWithoutResult((status) -> {
				this.jdbc.update("insert into book values ('new')");
				change.run();
				throw new IllegalStateException("rolled back");
			}));
			assertThat(this.jdbc.queryForObject("select count(*) from book", Integer.class)).isZero();
			assertThat(this.cache.get("k", String.class)).isEqualTo("old");
		}
	}

	@Test
	void aCommitIsSeenAfterIt() {
		this.transaction.executeWithoutResult((status) -> {
			this.jdbc.update("insert into book values ('new')");
			this.cache.put("k", "new");
			assertThat(this.cache.get("k", String.class)).isEqualTo("old");
		});
		assertThat(this.cache.get("k", String.class)).isEqualTo("new");
		this.transaction.executeWithoutResult((status) -> {
			this.cache.evict("k");
			assertThat(this.cache.get("k", String.class)).isEqualTo("new");
		});
		assertThat(this.cache.get("k")).isNull();
	}

	/** What it reads from the database may be its own, and never be committed. */
	@Test
	void aTransactionThatHasWrittenLoadsForItselfAlone() {
		AtomicInteger loads = new AtomicInteger();
		for (Runnable change : List.<Runnable>of(() -> this.cache.put("other", "v"), () -> this.cache.evict("k"),
				this.cache::clear, () -> this.cache.evictIfPresent("k"), this.cache::invalidate)) {
			assertThatIllegalStateException().isThrownBy(() -> this.transaction.executeWithoutResult((status) -> {
				change.run();
				assertThat(this.cache.<Object>get("absent", () -> "uncommitted" + loads.incrementAndGet()))
					.isEqualTo("uncommitted" + loads.get());
				assertThat(this.cache
					.<Object>retrieve("absent",
							() -> CompletableFuture.completedFuture("uncommitted" + loads.incrementAndGet()))
					.join()).isEqualTo("uncommitted" + loads.get());
				throw new IllegalStateException("rolled back");
			}));
			assertThat(this.cache.get("absent")).isNull();
			assertThat(this.cache.<Object>get("absent", () -> "loaded")).isEqualTo("loaded");
			this.cache.evict("absent");
		}
		assertThat(loads).hasValue(10);
	}

	/** Spring wraps what a method throws before it returns its future. */
	@Test
	void whatAMethodThrowsAtOnceComesOutAsItIsAlsoInATransactionThatHasWritten() {
		IOException failure = new IOException("no");
		Supplier<CompletableFuture<Object>> loader = () -> {
			throw new CacheOperationInvoker.ThrowableWrapper(failure);
		};
		this.transaction.executeWithoutResult((status) -> {
			this.cache.put("other", "v");
			assertThat(this.cache.retrieve("absent", loader)).failsWithin(Duration.ofSeconds(10))
				.withThrowableOfType(ExecutionException.class)
				.withCause(failure);
		});
	}

	@Test
	void aLoadInATransactionThatHasNotWrittenIsShared() {
		this.transaction.executeWithoutResult(
				(status) -> assertThat(this.cache.<Object>get("absent", () -> "loaded")).isEqualTo("loaded"));
		assertThat(this.cache.get("absent", String.class)).isEqualTo("loaded");
	}

	@Test
	void whatIsAddedIsThereAfterTheCommitAndNotAfterARollback() {
		assertThatIllegalStateException().isThrownBy(() -> this.transaction.executeWithoutResult((status) -> {
			assertThat(this.cache.putIfAbsent("absent", "uncommitted")).isNull();
			throw new IllegalStateException("rolled back");
		}));
		assertThat(this.cache.get("absent")).isNull();
		this.transaction.executeWithoutResult((status) -> {
			assertThat(this.cache.putIfAbsent("absent", "first")).isNull();
			assertThat(this.cache.putIfAbsent("absent", "second")).isNotNull()
				.satisfies((present) -> assertThat(present.get()).isEqualTo("first"));
			assertThat(this.cache.putIfAbsent("k", "new")).isNotNull()
				.satisfies((present) -> assertThat(present.get()).isEqualTo("old"));
		});
		assertThat(this.cache.get("absent", String.class)).isEqualTo("first");
		assertThat(this.cache.get("k", String.class)).isEqualTo("old");
	}

	@Test
	void whatATransactionOfItsOwnEvictsIsEvictedThoughTheOuterOneRollsBack() {
		TransactionTemplate own = new TransactionTemplate(
				Objects.requireNonNull(this.transaction.getTransactionManager()));
		own.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
		this.cache.put("l", "kept");
		assertThatIllegalStateException().isThrownBy(() -> this.transaction.executeWithoutResult((status) -> {
			this.cache.evict("l");
			own.executeWithoutResult((inner) -> {
				assertThat(this.cache.<Object>get("absent", () -> "loaded")).isEqualTo("loaded");
				this.cache.evict("k");
			});
			assertThat(this.cache.<Object>get("absent", () -> "uncommitted")).isEqualTo("uncommitted");
			throw new IllegalStateException("rolled back");
		}));
		assertThat(this.cache.get("k")).isNull();
		assertThat(this.cache.get("l", String.class)).isEqualTo("kept");
		assertThat(this.cache.get("absent", String.class)).isEqualTo("loaded");
	}

	@Test
	void whatFailsAfterTheCommitIsRememberedAndTheCommitStands() {
		this.transaction.executeWithoutResult((status) -> {
			this.jdbc.update("insert into book values ('new')");
			this.cache.evict("k");
			this.server.kill();
		});
		assertThat(this.jdbc.queryForObject("select count(*) from book", Integer.class)).isEqualTo(1);
		assertThat(this.manager.getPendingEvictions()).isEqualTo(1);
	}

}
