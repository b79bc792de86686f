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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.params.ParameterizedTest;

import org.springframework.cache.Cache;
import org.springframework.cache.interceptor.CacheOperationInvoker;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
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
			assertThat(fromElsewhere("k")).isEqualTo("old");
		});
		assertThat(this.cache.get("k", String.class)).isEqualTo("new");
		this.transaction.executeWithoutResult((status) -> {
			this.cache.evict("k");
			assertThat(fromElsewhere("k")).isEqualTo("new");
		});
		assertThat(this.cache.get("k")).isNull();
	}

	/** It is not what the transaction has left there. */
	@Test
	void aTransactionDoesNotFindWhatItHasChanged() {
		this.cache.put("l", "kept");
		for (Runnable change : List.<Runnable>of(() -> this.cache.put("k", "new"), () -> this.cache.evict("k"),
				this.cache::clear)) {
			this.transaction.executeWithoutResult((status) -> {
				this.cache.evict("unrelated");
				assertThat(this.cache.get("k", String.class)).isEqualTo("old");
				assertThat(this.cache.<Object>get("k", () -> "loaded")).isEqualTo("old");
				change.run();
				assertThat(this.cache.get("k")).isNull();
				assertThat(this.cache.get("k", String.class)).isNull();
				assertThat(this.cache.retrieve("k")).isCompletedWithValue(null);
				assertThat(this.cache.<Object>get("k", () -> "loaded")).isEqualTo("loaded");
				status.setRollbackOnly();
			});
			assertThat(this.cache.get("k", String.class)).isEqualTo("old");
			assertThat(this.cache.get("l", String.class)).isEqualTo("kept");
		}
	}

	@Test
	void whatIsAddedGoesByWhatTheTransactionHasChanged() {
		this.transaction.executeWithoutResult((status) -> {
			this.cache.evict("k");
			assertThat(this.cache.putIfAbsent("k", "added")).isNull();
			this.cache.put("l", "put");
			assertThat(this.cache.putIfAbsent("l", "added")).isNotNull()
				.satisfies((present) -> assertThat(present.get()).isEqualTo("put"));
			this.cache.put("m", null);
			assertThat(this.cache.putIfAbsent("m", "added")).isNotNull();
		});
		assertThat(this.cache.get("k", String.class)).isEqualTo("added");
		assertThat(this.cache.get("l", String.class)).isEqualTo("put");
	}

	/**
	 * Nobody tells a synchronization of the commit that registers while others are told.
	 */
	@Test
	void whatIsChangedAfterTheCommitIsDone() {
		for (boolean written : new boolean[] { true, false }) {
			this.cache.put("k", "old");
			this.cache.put("l", "old");
			this.transaction.executeWithoutResult((status) -> {
				if (written) {
					this.cache.evict("m");
				}
				TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void afterCommit() {
						TransactionTest.this.cache.put("k", "new");
						TransactionTest.this.cache.evict("l");
					}

				});
			});
			assertThat(this.cache.get("k", String.class)).isEqualTo("new");
			assertThat(this.cache.get("l")).isNull();
			assertThat(TransactionSynchronizationManager.getResourceMap()).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { TransactionDefinition.PROPAGATION_SUPPORTS, TransactionDefinition.PROPAGATION_NOT_SUPPORTED,
			TransactionDefinition.PROPAGATION_NEVER })
	void whereThereIsNoTransactionAnEvictionIsCarriedOutAtOnce(int propagation) {
		TransactionTemplate scope = new TransactionTemplate(
				Objects.requireNonNull(this.transaction.getTransactionManager()));
		scope.setPropagationBehavior(propagation);
		this.cache.put("k", "old");
		assertThatIllegalStateException().isThrownBy(() -> scope.executeWithoutResult((status) -> {
			this.cache.evict("k");
			throw new IllegalStateException("after what cannot be rolled back");
		}));
		assertThat(this.cache.get("k")).isNull();
	}

	@Test
	void aRollbackToASavepointDropsWhatWasPutSinceAndKeepsTheRest() {
		TransactionTemplate nested = new TransactionTemplate(
				Objects.requireNonNull(this.transaction.getTransactionManager()));
		nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
		for (boolean writtenBefore : new boolean[] { true, false }) {
			this.cache.clear();
			this.cache.put("k", "old");
			this.cache.put("l", "old");
			this.transaction.executeWithoutResult((status) -> {
				if (writtenBefore) {
					this.cache.put("before", "put");
				}
				nested.executeWithoutResult((inner) -> {
					this.cache.put("k", "rolled back");
					this.cache.putIfAbsent("added", "rolled back");
					this.cache.put("before", "rolled back");
					this.cache.evict("l");
					inner.setRollbackOnly();
				});
				assertThat(this.cache.get("k", String.class)).isEqualTo("old");
				nested.executeWithoutResult((inner) -> this.cache.put("after", "put"));
			});
			assertThat(this.cache.get("k", String.class)).isEqualTo("old");
			assertThat(this.cache.get("added")).isNull();
			assertThat(this.cache.get("before", String.class)).isEqualTo(writtenBefore ? "put" : null);
			assertThat(this.cache.get("l")).isNull();
			assertThat(this.cache.get("after", String.class)).isEqualTo("put");
		}
	}

	@Test
	void oneChangeThatFailsDoesNotKeepTheOthersFromBeingMade() {
		LibmcCacheManager strict = new LibmcCacheManager(this.client, new LibmcCacheSettings().onError(OnError.THROW));
		strict.setTransactionAware(true);
		strict.afterPropertiesSet();
		Cache throwing = Objects.requireNonNull(strict.getCache("books"));
		throwing.put("l", "old");
		assertThatIllegalArgumentException().isThrownBy(() -> this.transaction.executeWithoutResult((status) -> {
			this.jdbc.update("insert into book values ('new')");
			throwing.put("k", new Object());
			throwing.evict("l");
			throwing.put("m", "put");
			throwing.put("n", new Object());
		})).satisfies((ex) -> assertThat(ex.getSuppressed()).hasSize(1));
		assertThat(this.jdbc.queryForObject("select count(*) from book", Integer.class)).isEqualTo(1);
		assertThat(throwing.get("k")).isNull();
		assertThat(throwing.get("l")).isNull();
		assertThat(throwing.get("m", String.class)).isEqualTo("put");
		strict.destroy();
	}

	@Test
	void whatALoaderChangesItselfKeepsItsValueOutOfTheCache() {
		this.transaction.executeWithoutResult((status) -> {
			assertThat(this.cache.<Object>get("absent", () -> {
				this.cache.evict("k");
				return "uncommitted";
			})).isEqualTo("uncommitted");
			status.setRollbackOnly();
		});
		assertThat(this.cache.get("absent")).isNull();
		assertThat(this.cache.get("k", String.class)).isEqualTo("old");
	}

	@Test
	void aTransactionThatHasWrittenThroughOneCacheLoadsIntoNoOther() {
		Cache other = Objects.requireNonNull(this.manager.getCache("authors"));
		other.put("present", "cached");
		this.transaction.executeWithoutResult((status) -> {
			this.cache.evict("k");
			assertThat(other.<Object>get("absent", () -> "uncommitted")).isEqualTo("uncommitted");
			assertThat(other.<Object>retrieve("absent", () -> CompletableFuture.completedFuture("uncommitted")).join())
				.isEqualTo("uncommitted");
			assertThat(other.<Object>get("present", () -> "uncommitted")).isEqualTo("cached");
			status.setRollbackOnly();
		});
		assertThat(other.get("absent")).isNull();
	}

	/** Others load the old value until the commit. */
	@Test
	void whatIsEvictedAtOnceIsEvictedAgainAfterTheCommit() {
		for (Runnable change : List.<Runnable>of(() -> assertThat(this.cache.evictIfPresent("k")).isTrue(),
				this.cache::invalidate)) {
			this.cache.put("k", "old");
			this.transaction.executeWithoutResult((status) -> {
				change.run();
				assertThat(fromElsewhere("k")).isNull();
				CompletableFuture.runAsync(() -> this.cache.put("k", "old again")).join();
			});
			assertThat(this.cache.get("k")).isNull();
		}
	}

	/** As with a transaction manager of another system. */
	@Test
	void whatMayHaveBeenCommittedIsEvicted() {
		TransactionSynchronizationManager.initSynchronization();
		TransactionSynchronizationManager.setActualTransactionActive(true);
		try {
			this.cache.put("k", "new");
			for (TransactionSynchronization each : TransactionSynchronizationManager.getSynchronizations()) {
				each.afterCompletion(TransactionSynchronization.STATUS_UNKNOWN);
			}
		}
		finally {
			TransactionSynchronizationManager.clear();
		}
		assertThat(this.cache.get("k")).isNull();
	}

	private @Nullable String fromElsewhere(String key) {
		return CompletableFuture.supplyAsync(() -> this.cache.get(key, String.class)).join();
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
			assertThat(this.cache.<Object>get("absent", () -> "uncommitted")).isEqualTo("loaded");
			assertThat(this.cache.<Object>get("as absent", () -> "uncommitted")).isEqualTo("uncommitted");
			throw new IllegalStateException("rolled back");
		}));
		assertThat(this.cache.get("k")).isNull();
		assertThat(this.cache.get("as absent")).isNull();
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
