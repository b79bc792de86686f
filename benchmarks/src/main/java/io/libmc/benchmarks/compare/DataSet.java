package io.libmc.benchmarks.compare;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.libmc.benchmarks.client.Client;
import io.libmc.benchmarks.client.ClientKind;
import io.libmc.benchmarks.client.ClientSettings;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one client, and values of one size. Every client has keys of its own, as
 * not all can read what another one wrote; they are of the same length.
 */
final class DataSet {

	private static final int BATCHES = 16;

	private static final int KEYS = 1000;

	private static final long MOST_BYTES = 50_000_000;

	private final List<String> keys = new ArrayList<>();

	private final List<Object> values = new ArrayList<>();

	private final int size;

	DataSet(ClientKind client, int size, boolean compressible) {
		this.size = size;
		Random random = new Random(size);
		int count = (int) Math.min(KEYS, MOST_BYTES / size);
		for (int i = 0; i < count; i++) {
			this.keys.add("%s:%07d:%04d".formatted(client.keyPrefix(), size, i));
			this.values.add(value(random, size, compressible, client.holdsStrings()));
		}
	}

	private static Object value(Random random, int size, boolean compressible, boolean string) {
		byte[] bytes = new byte[size];
		int words = compressible ? 4 : 26;
		for (int i = 0; i < size; i++) {
			bytes[i] = (byte) ('a' + random.nextInt(words));
		}
		return string ? new String(bytes, StandardCharsets.US_ASCII) : bytes;
	}

	void store(Client client) throws Exception {
		for (int i = 0; i < this.keys.size(); i++) {
			client.set(this.keys.get(i), this.values.get(i));
		}
	}

	/**
	 * Waits until all can be read: Spring Data Redis's cache does not wait for what it
	 * stores.
	 */
	void awaitStored(Client client) throws Exception {
		long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ClientSettings.TIMEOUT_MILLIS);
		for (String key : this.keys) {
			Object found = client.get(key);
			while (found == null && System.nanoTime() < deadline) {
				TimeUnit.MILLISECONDS.sleep(1);
				found = client.get(key);
			}
			check(found);
		}
	}

	int count() {
		return this.keys.size();
	}

	String key(int index) {
		return this.keys.get(index);
	}

	Object value(int index) {
		return this.values.get(index);
	}

	List<String> keys() {
		return this.keys;
	}

	/** Batches that overlap, so that together they take all keys. */
	List<List<String>> batches(int batch) {
		List<List<String>> batches = new ArrayList<>();
		for (int i = 0; i < BATCHES; i++) {
			List<String> some = new ArrayList<>();
			for (int j = 0; j < batch; j++) {
				some.add(key((i * KEYS / BATCHES + j) % count()));
			}
			batches.add(some);
		}
		return batches;
	}

	Map<String, Object> entries(List<String> batch) {
		Map<String, Object> entries = new LinkedHashMap<>();
		batch.forEach((key) -> entries.put(key, value(this.keys.indexOf(key))));
		return entries;
	}

	/** Cheap enough for every single reply. */
	void check(@Nullable Object value) {
		int length = (value instanceof byte[] bytes) ? bytes.length
				: (value instanceof String string) ? string.length() : -1;
		if (length != this.size) {
			throw new IllegalStateException("a value of " + length + " bytes instead of " + this.size);
		}
	}

}
