package io.libmc.benchmarks.compare;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.libmc.benchmarks.client.Client;
import io.libmc.benchmarks.client.ClientKind;
import io.libmc.benchmarks.client.ClientSettings;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one client, and values of one shape and size. Every client has keys of its
 * own, as not all can read what another one wrote; they are of the same length.
 */
final class DataSet {

	private static final int BATCHES = 16;

	private static final int KEYS = 1000;

	private static final long MOST_BYTES = 50_000_000;

	private final List<String> keys = new ArrayList<>();

	private final List<Object> values = new ArrayList<>();

	private final Shape shape;

	private final int size;

	DataSet(ClientKind client, Shape shape, int size, boolean compressible) {
		this.shape = shape;
		this.size = size;
		Random random = new Random(size);
		int count = (int) Math.min(KEYS, MOST_BYTES / Math.max(size, 1));
		String kind = (shape == Shape.TEXT) ? "%07d".formatted(size) : (shape.name() + ".......").substring(0, 7);
		for (int i = 0; i < count; i++) {
			this.keys.add("%s:%s:%04d".formatted(client.keyPrefix(), kind, i));
			this.values.add((shape == Shape.TEXT) ? text(random, size, compressible, client.holdsObjects())
					: shape.value(random));
		}
	}

	private static Object text(Random random, int size, boolean compressible, boolean string) {
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
	 * Waits until all can be read, as Spring Data Redis's cache does not wait for what it
	 * stores unless it is told to; and compares them all with what was stored.
	 */
	void awaitStored(Client client) throws Exception {
		long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ClientSettings.TIMEOUT_MILLIS);
		for (int i = 0; i < count(); i++) {
			Object found = client.get(key(i));
			while (found == null && System.nanoTime() < deadline) {
				TimeUnit.MILLISECONDS.sleep(1);
				found = client.get(key(i));
			}
			check(found);
			if (!Objects.deepEquals(found, value(i))) {
				throw new IllegalStateException(found + " instead of " + value(i));
			}
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
		if (this.shape != Shape.TEXT) {
			if (!this.shape.fits(value)) {
				throw new IllegalStateException(value + " instead of " + this.shape);
			}
			return;
		}
		int length = (value instanceof byte[] bytes) ? bytes.length
				: (value instanceof String string) ? string.length() : -1;
		if (length != this.size) {
			throw new IllegalStateException("a value of " + length + " bytes instead of " + this.size);
		}
	}

}
