package io.libmc.embedded;

import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.libmc.embedded.Stats.Count;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StoreTest {

	private static final int MAX_BYTES = 1 << 20;

	/** How many items of 500 bytes there are at most. */
	private static final long MOST = MAX_BYTES / Item.size(7, 0, 500);

	private final SetClock clock = new SetClock();

	private final Stats stats = new Stats();

	private final Store store = new Store(this.clock, this.stats, MAX_BYTES, true);

	private void put(String key, int length) {
		this.store.change(key, (old) -> Item.of(new byte[length], 0, 0, this.store.nextCas(), false, this.clock.now()));
	}

	@Test
	void whatWasJustStoredIsThereHoweverFullItIs() {
		Random random = new Random(7);
		for (int i = 0; i < 20_000; i++) {
			put("k" + i, random.nextInt(20_000));
			assertThat(this.store.get("k" + i)).isNotNull();
			assertThat(this.store.bytes()).isLessThanOrEqualTo(MAX_BYTES);
			// what is asked for often is worth more to Caffeine than what is new
			for (int j = 0; j < 5; j++) {
				this.store.get("k0");
			}
		}
		assertThat(this.store.get("k0")).isNotNull();
		assertThat(this.stats.sum(Count.EVICTIONS)).isPositive();
	}

	@Test
	void everyItemIsThereUntilTheBoundIsReached() {
		int count = (int) (MAX_BYTES / Item.size(4, 0, 1000));
		for (int i = 0; i < count; i++) {
			put(String.format("%04d", i), 1000);
		}
		for (int i = 0; i < count; i++) {
			assertThat(this.store.peek(String.format("%04d", i))).isNotNull();
		}
		assertThat(this.stats.sum(Count.EVICTIONS)).isZero();
	}

	@Test
	void withoutEvictionsWhatIsOverMakesRoom() {
		Store full = new Store(this.clock, this.stats, MAX_BYTES, false);
		long size = Item.size(4, 0, 1000);
		for (int i = 0; full.reserve(size); i++) {
			int expiresAt = (i % 2 == 0) ? this.clock.now() + 2 : 0;
			full.change(String.format("%04d", i), size, (old) -> Item.of(new byte[1000], 0, expiresAt, 1, false, 0));
			full.release(size);
		}
		long all = full.count();
		this.clock.advance(1);
		assertThat(full.reserve(size)).isFalse();
		this.clock.advance(1);
		assertThat(full.reserve(size)).isTrue();
		assertThat(full.count()).isEqualTo(all / 2);
		assertThat(full.bytes()).isEqualTo(all / 2 * size);
		assertThat(full.get("0001")).isNotNull();
	}

	@Test
	void leastRecentlyUsedItemsGo() {
		for (int i = 0; i < 10; i++) {
			put("old" + i, 50_000);
		}
		for (int i = 0; i < 5; i++) {
			assertThat(this.store.get("old" + i)).isNotNull();
		}
		for (int i = 0; i < 15; i++) {
			put("new" + i, 50_000);
		}
		for (int i = 0; i < 5; i++) {
			assertThat(this.store.peek("old" + i)).as("used " + i).isNotNull();
			assertThat(this.store.peek("old" + (i + 5))).as("not used " + (i + 5)).isNull();
		}
	}

	@Test
	void boundHoldsWhenManyStoreAtATime() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(8);
		try {
			AtomicLong stored = new AtomicLong();
			Future<?>[] done = new Future<?>[8];
			for (int t = 0; t < done.length; t++) {
				int number = t;
				done[t] = threads.submit(() -> {
					for (int i = 0; i < 20_000; i++) {
						String key = "k" + number + "-" + i % 3_000;
						long before = stored.get();
						put(key, 500);
						boolean found = this.store.get(key) != null;
						// a thread may have had to wait for so long that it was the
						// oldest
						assertThat(stored.incrementAndGet() - before > MOST / 2 || found).isTrue();
						if (i % 3 == 0) {
							this.store.change(key, (old) -> null);
						}
					}
				});
			}
			for (Future<?> each : done) {
				each.get(60, TimeUnit.SECONDS);
			}
		}
		finally {
			threads.shutdownNow();
		}
		long[] bytes = { 0 };
		this.store.items()
			.forEach((entry) -> bytes[0] += Item.size(entry.getKey().length(), entry.getValue().flags(),
					entry.getValue().length()));
		assertThat(this.store.bytes()).isEqualTo(bytes[0]).isLessThanOrEqualTo(MAX_BYTES);
	}

	/**
	 * What a delayed flush has removed does not come back when another one empties all.
	 */
	@Test
	void flushBringsNothingBack() throws Exception {
		// odd while nothing is there
		AtomicLong phase = new AtomicLong();
		AtomicLong found = new AtomicLong();
		Thread reader = new Thread(() -> {
			for (long now = 0; now >= 0; now = phase.get()) {
				boolean there = this.store.peek("k") != null;
				if (there && now % 2 == 1 && phase.get() == now) {
					found.incrementAndGet();
				}
			}
		});
		reader.start();
		try {
			for (int i = 0; i < 5_000; i++) {
				put("k", 10);
				this.store.flush(this.clock.now());
				this.clock.advance(1);
				phase.incrementAndGet();
				this.store.flush();
				phase.incrementAndGet();
			}
		}
		finally {
			phase.set(-1);
			reader.join(10_000);
		}
		assertThat(found).hasValue(0);
	}

	@Test
	void flushEmptiesAtOnceAndLaterWhatIsNotUsedAgain() {
		put("k", 10);
		this.store.flush();
		assertThat(this.store.get("k")).isNull();
		assertThat(this.store.bytes()).isZero();
		put("early", 10);
		this.store.flush(this.clock.now() + 9);
		assertThat(this.store.get("early")).isNotNull();
		this.clock.advance(10);
		assertThat(this.store.get("early")).isNull();
		put("late", 10);
		assertThat(this.store.get("late")).isNotNull();
	}

}
