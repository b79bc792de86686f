package io.libmc.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

import io.libmc.CasValue;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.MultiGetResult;

/**
 * Callers that read, write and count at random, and look at every value that comes.
 */
final class Workload {

	private static final int KEYS = 3_000;

	private static final int ASYNC_AT_ONCE = 32;

	private final long seed;

	private final AtomicLong callers = new AtomicLong();

	/** Calls that ended with an answer. */
	final LongAdder answered = new LongAdder();

	/** Calls that ended with a {@link MemcachedException}. */
	final LongAdder failed = new LongAdder();

	/** Values looked at. */
	final LongAdder values = new LongAdder();

	/** Values that are not their key's, and exceptions that no call may throw. */
	final Queue<Throwable> wrong = new ConcurrentLinkedQueue<>();

	private final LongAccumulator longest = new LongAccumulator(Math::max, 0);

	private volatile boolean over;

	Workload(long seed) {
		this.seed = seed;
	}

	void stop() {
		this.over = true;
	}

	Duration longest() {
		return Duration.ofNanos(this.longest.get());
	}

	/** A caller that waits for each of its calls. */
	Runnable blocking(MemcachedClient client) {
		Random random = new Random(this.seed + this.callers.incrementAndGet());
		return () -> {
			while (!this.over) {
				ended(System.nanoTime(), random, client);
			}
		};
	}

	private void ended(long start, Random random, MemcachedClient client) {
		try {
			call(client, random);
			this.answered.increment();
		}
		catch (MemcachedException ex) {
			this.failed.increment();
		}
		catch (Throwable ex) {
			this.wrong.add(ex);
		}
		this.longest.accumulate(System.nanoTime() - start);
	}

	private void call(MemcachedClient client, Random random) {
		String key = key(random);
		int kind = random.nextInt(100);
		if (kind < 50) {
			check(key, client.get(key));
		}
		else if (kind < 70) {
			client.set(key, value(key, random));
		}
		else if (kind < 80) {
			check(client.getMulti(keys(random, 20)));
		}
		else if (kind < 85) {
			Map<String, byte[]> entries = new HashMap<>();
			keys(random, 10).forEach((each) -> entries.put(each, value(each, random)));
			client.setMulti(entries);
		}
		else if (kind < 90) {
			client.delete(key);
		}
		else if (kind < 95) {
			count(client, "counter-" + random.nextInt(10));
		}
		else {
			CasValue<Object> current = client.gets(key);
			if (current != null) {
				check(key, current.value());
				client.cas(key, value(key, random), Duration.ZERO, current.cas());
			}
		}
	}

	private void count(MemcachedClient client, String key) {
		if (client.incr(key, 1).isEmpty()) {
			client.add(key, 1);
		}
		Object value = client.get(key);
		if (value != null && !(value instanceof Long)) {
			this.wrong.add(new AssertionError(key + " is " + value));
		}
	}

	/** A caller that keeps several calls under way. */
	Runnable asynchronous(MemcachedClient client) {
		Random random = new Random(this.seed + this.callers.incrementAndGet());
		Semaphore room = new Semaphore(ASYNC_AT_ONCE);
		return () -> {
			while (!this.over) {
				room.acquireUninterruptibly();
				callAsync(client, random, room);
			}
			room.acquireUninterruptibly(ASYNC_AT_ONCE);
		};
	}

	private void callAsync(MemcachedClient client, Random random, Semaphore room) {
		String key = key(random);
		long start = System.nanoTime();
		int kind = random.nextInt(3);
		var call = switch (kind) {
			case 0 -> client.async().set(key, value(key, random));
			case 1 -> client.async().getMulti(keys(random, 20)).thenAccept(this::check);
			default -> client.async().get(key).thenAccept((value) -> check(key, value));
		};
		CompletableFuture<?> unused = call.whenComplete((result, ex) -> {
			this.longest.accumulate(System.nanoTime() - start);
			Throwable cause = (ex instanceof CompletionException) ? ex.getCause() : ex;
			if (cause == null) {
				this.answered.increment();
			}
			else if (cause instanceof MemcachedException) {
				this.failed.increment();
			}
			else {
				this.wrong.add(cause);
			}
			room.release();
		});
	}

	private void check(MultiGetResult<Object> result) {
		result.values().forEach(this::check);
	}

	private void check(String key, Object value) {
		if (value != null) {
			this.values.increment();
			if (!(value instanceof byte[] bytes) || !SealedValue.isOf(key, bytes)) {
				this.wrong.add(new AssertionError("the value under " + key + " is not its own"));
			}
		}
	}

	private static List<String> keys(Random random, int count) {
		List<String> keys = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			keys.add(key(random));
		}
		return keys;
	}

	/** Of many lengths, as the place of a value's first byte is what errors shift. */
	private static String key(Random random) {
		int number = random.nextInt(KEYS);
		return "k".repeat(1 + number % 40) + number;
	}

	private static byte[] value(String key, Random random) {
		int dice = random.nextInt(1000);
		int length = (dice < 900) ? random.nextInt(500)
				: (dice < 998) ? random.nextInt(20_000) : random.nextInt(300_000);
		return SealedValue.of(key, length, random);
	}

}
