package io.libmc.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.MultiGetResult;

/**
 * The ways to call a client. Each reads keys, or stores values under them, and reports
 * what came of it and how long the longest call took.
 */
enum Way {

	SINGLE {

		@Override
		Report read(MemcachedClient client, List<String> keys) {
			Report report = new Report();
			for (String key : keys) {
				report.call(key, () -> client.get(key));
			}
			return report;
		}

		@Override
		Report store(MemcachedClient client, Map<String, byte[]> entries) {
			Report report = new Report();
			entries.forEach((key, value) -> report.call(key, () -> client.set(key, value)));
			return report;
		}

	},

	MULTI {

		@Override
		Report read(MemcachedClient client, List<String> keys) {
			Report report = new Report();
			long start = System.nanoTime();
			MultiGetResult<Object> result = client.getMulti(keys);
			report.took(start);
			report.values.putAll(result.values());
			report.failures.putAll(result.failures());
			return report;
		}

		@Override
		Report store(MemcachedClient client, Map<String, byte[]> entries) {
			Report report = new Report();
			long start = System.nanoTime();
			report.failures.putAll(client.setMulti(entries).failures());
			report.took(start);
			return report;
		}

	},

	ASYNC {

		@Override
		Report read(MemcachedClient client, List<String> keys) {
			Report report = new Report();
			List<CompletableFuture<?>> calls = new ArrayList<>();
			keys.forEach((key) -> calls.add(report.called(key, client.async().get(key))));
			calls.forEach(CompletableFuture::join);
			return report;
		}

		@Override
		Report store(MemcachedClient client, Map<String, byte[]> entries) {
			Report report = new Report();
			List<CompletableFuture<?>> calls = new ArrayList<>();
			entries.forEach((key, value) -> calls.add(report.called(key, client.async().set(key, value))));
			calls.forEach(CompletableFuture::join);
			return report;
		}

	},

	ASYNC_MULTI {

		@Override
		Report read(MemcachedClient client, List<String> keys) {
			Report report = new Report();
			long start = System.nanoTime();
			MultiGetResult<Object> result = client.async().<Object>getMulti(keys).join();
			report.took(start);
			report.values.putAll(result.values());
			report.failures.putAll(result.failures());
			return report;
		}

		@Override
		Report store(MemcachedClient client, Map<String, byte[]> entries) {
			Report report = new Report();
			long start = System.nanoTime();
			report.failures.putAll(client.async().setMulti(entries).join().failures());
			report.took(start);
			return report;
		}

	};

	abstract Report read(MemcachedClient client, List<String> keys);

	abstract Report store(MemcachedClient client, Map<String, byte[]> entries);

	/** What came of calls: a value or a failure for each key, or neither for a miss. */
	static final class Report {

		final Map<String, Object> values = new HashMap<>();

		final Map<String, MemcachedException> failures = new HashMap<>();

		Duration longest = Duration.ZERO;

		private void call(String key, Supplier<Object> call) {
			long start = System.nanoTime();
			try {
				ended(key, call.get(), null);
			}
			catch (MemcachedException ex) {
				ended(key, null, ex);
			}
			took(start);
		}

		private CompletableFuture<Void> called(String key, CompletableFuture<?> call) {
			long start = System.nanoTime();
			return call.handle((value, ex) -> {
				ended(key, value, ex);
				took(start);
				return null;
			});
		}

		private synchronized void ended(String key, Object value, Throwable thrown) {
			Throwable ex = (thrown instanceof CompletionException) ? thrown.getCause() : thrown;
			if (ex instanceof MemcachedException failure) {
				this.failures.put(key, failure);
			}
			else if (ex != null) {
				throw new AssertionError("a call failed with what no call may fail with", ex);
			}
			else if (value != null) {
				this.values.put(key, value);
			}
		}

		private synchronized void took(long start) {
			Duration took = Duration.ofNanos(System.nanoTime() - start);
			this.longest = (took.compareTo(this.longest) > 0) ? took : this.longest;
		}

	}

}
