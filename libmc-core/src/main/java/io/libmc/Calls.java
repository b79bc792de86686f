package io.libmc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;

import io.libmc.SetAllCall.Entry;
import io.libmc.codec.EncodedValue;
import io.libmc.codec.Transcoder;
import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Operation;
import io.libmc.internal.protocol.Command;
import io.libmc.internal.protocol.Exchange.Answer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the calls: checks and encodes the arguments of each API method, and says how its
 * result is made of the answers. What the blocking and the asynchronous client share.
 */
final class Calls {

	private final Supplier<Cluster> cluster;

	private final Keys keys;

	private final Values values;

	private final long pollNanos;

	private final boolean splits;

	private final boolean noReply;

	private final boolean flushAllEnabled;

	private final MetaCalls meta;

	Calls(MemcachedClientBuilder options, Supplier<Cluster> cluster) {
		this.cluster = cluster;
		this.keys = new Keys(options.prefix);
		this.values = new Values(options.transcoder, options.compressionThreshold, options.maxValueBytes);
		this.pollNanos = options.pollTimeout.toNanos();
		this.splits = options.splitLargeValues;
		this.noReply = options.noReply;
		this.flushAllEnabled = options.flushAllEnabled;
		this.meta = new MetaCalls(this, cluster, this.keys, this.pollNanos);
	}

	/** The same with another transcoder, and with every reply awaited. */
	private Calls(Calls other, Values values) {
		this.cluster = other.cluster;
		this.keys = other.keys;
		this.values = values;
		this.pollNanos = other.pollNanos;
		this.splits = other.splits;
		this.noReply = false;
		this.flushAllEnabled = other.flushAllEnabled;
		this.meta = new MetaCalls(this, this.cluster, this.keys, this.pollNanos);
	}

	Calls withTranscoder(Transcoder transcoder) {
		return new Calls(this, this.values.with(transcoder));
	}

	Calls awaitingReplies() {
		return new Calls(this, this.values);
	}

	Values values() {
		return this.values;
	}

	MetaCalls meta() {
		return this.meta;
	}

	// Reading

	Call<@Nullable Object> get(String key) {
		return read(Command.GET, key, (item) -> this.values.decode(key, item));
	}

	/**
	 * As {@link #get(String)}, performed on the caller's thread. Most values are read by
	 * one operation: only what goes on after it takes a call.
	 */
	@Nullable Object getNow(String key) {
		byte[] encodedKey = this.keys.encode(key);
		Operation operation = read(Command.GET, encodedKey);
		Cluster performer = this.cluster.get();
		Node node = performer.nodeFor(encodedKey);
		performer.perform(node, operation);
		if (!GetCall.isDone(operation)) {
			return GetCall.after(performer, encodedKey, node, operation, (item) -> this.values.decode(key, item))
				.perform(performer);
		}
		byte[] bytes = operation.takeValue(0);
		return (bytes != null) ? this.values.decode(key, operation.flags(0), bytes) : null;
	}

	<T> @Nullable T getNow(String key, Class<T> type) {
		Objects.requireNonNull(type, "type");
		Object value = getNow(key);
		return (value != null) ? Conversions.convert(key, value, type) : null;
	}

	<T> Call<@Nullable T> get(String key, Class<T> type) {
		Objects.requireNonNull(type, "type");
		return read(Command.GET, key, (item) -> {
			Object value = this.values.decode(key, item);
			return (value != null) ? Conversions.convert(key, value, type) : null;
		});
	}

	Call<@Nullable CasValue<Object>> gets(String key) {
		return read(Command.GETS, key, (item) -> {
			Object value = this.values.decode(key, item);
			return (value != null && item != null) ? new CasValue<>(value, item.unique()) : null;
		});
	}

	Call<@Nullable RawValue> getRaw(String key) {
		return read(Command.GET, key, (item) -> (item != null) ? new RawValue(item.flags(), item.bytes()) : null);
	}

	private <T extends @Nullable Object> Call<T> read(Command command, String key, Function<@Nullable Item, T> reader) {
		byte[] encodedKey = this.keys.encode(key);
		return new GetCall<>(this.cluster.get(), encodedKey, read(command, encodedKey), reader);
	}

	private Operation read(Command command, byte[] key) {
		long now = System.nanoTime();
		return Operation.of(command, now, now + this.pollNanos, key);
	}

	Call<@Nullable Object> getAndTouch(String key, Duration ttl) {
		byte[] encodedKey = this.keys.encode(key);
		long exptime = Ttl.toExptime(ttl);
		long now = System.nanoTime();
		Operation operation = Operation.touch(Command.GAT, now, now + this.pollNanos, encodedKey, exptime);
		return new GetCall<>(this.cluster.get(), encodedKey, operation, (item) -> this.values.decode(key, item));
	}

	Call<MultiGetResult<Object>> getMulti(Collection<String> keys) {
		String[] names = distinct(keys);
		return new MappedCall<>(multiGet(names), (read) -> multiGetResult(names, read));
	}

	Call<List<@Nullable Object>> getList(List<String> keys) {
		Objects.requireNonNull(keys, "keys");
		List<String> asked = new ArrayList<>(keys);
		String[] names = distinct(asked);
		return new MappedCall<>(multiGet(names), (read) -> {
			MultiGetResult<Object> result = multiGetResult(names, read);
			for (MemcachedException failed : result.failures().values()) {
				throw failed;
			}
			List<@Nullable Object> list = new ArrayList<>(asked.size());
			asked.forEach((key) -> list.add(result.values().get(key)));
			return list;
		});
	}

	private MultiGetCall multiGet(String[] names) {
		long now = System.nanoTime();
		return new MultiGetCall(this.cluster.get(), encode(names), now, now + this.pollNanos);
	}

	private MultiGetResult<Object> multiGetResult(String[] names, MultiGetCall read) {
		Map<String, Object> found = new LinkedHashMap<>(names.length * 4 / 3 + 1);
		Set<String> missing = new LinkedHashSet<>();
		Map<String, MemcachedException> failures = new LinkedHashMap<>();
		for (int i = 0; i < names.length; i++) {
			MemcachedException failed = read.failure(i);
			Object value = null;
			if (failed == null) {
				try {
					value = this.values.decode(names[i], read.item(i));
				}
				catch (MemcachedException ex) {
					failed = ex;
				}
			}
			if (failed != null) {
				failures.put(names[i], failed);
			}
			else if (value != null) {
				found.put(names[i], value);
			}
			else {
				missing.add(names[i]);
			}
		}
		return new MultiGetResult<>(found, missing, failures);
	}

	// Storing

	Call<Boolean> set(String key, Object value, Duration ttl) {
		byte[] encodedKey = this.keys.encode(key);
		long exptime = Ttl.toExptime(ttl);
		return set(key, encodedKey, this.values.encode(key, value), exptime);
	}

	Call<Boolean> setRaw(String key, RawValue value, Duration ttl) {
		byte[] encodedKey = this.keys.encode(key);
		long exptime = Ttl.toExptime(ttl);
		checkNotChunked(key, value);
		return set(key, encodedKey, new EncodedValue(value.flags(), value.bytes()), exptime);
	}

	private Call<Boolean> set(String key, byte[] encodedKey, EncodedValue value, long exptime) {
		if (isSplit(key, encodedKey, value)) {
			Entry entry = new Entry(key, encodedKey, value, true);
			return new MappedCall<>(setAll(List.of(entry), exptime), SetAllCall::stored);
		}
		return store(Command.SET, encodedKey, value.bytes(), value.flags(), exptime);
	}

	void checkNotChunked(String key, RawValue value) {
		Objects.requireNonNull(value, "value");
		if ((value.flags() & Transcoder.CHUNKED) != 0) {
			throw new IllegalArgumentException(
					"the flags of \"" + key + "\" hold " + Transcoder.CHUNKED + ", which marks split values; clear it");
		}
		this.values.checkLength(key, value.bytes().length);
	}

	/** Whether a value is stored in chunks. */
	boolean isSplit(String key, byte[] encodedKey, EncodedValue value) {
		int length = value.bytes().length;
		if (!this.splits || length <= Chunks.CHUNK_BYTES) {
			return false;
		}
		if (length > Chunks.MAX_VALUE_BYTES) {
			throw new IllegalArgumentException(
					"the value of \"" + key + "\" has " + length + " bytes; values of more than "
							+ Chunks.MAX_VALUE_BYTES + " are not split (splitLargeValues); store less, or compress it");
		}
		if (encodedKey.length > Chunks.MAX_KEY_BYTES) {
			throw new IllegalArgumentException("the key \"" + key + "\" has " + encodedKey.length
					+ " bytes with its prefix; a value of more than " + Chunks.CHUNK_BYTES
					+ " bytes is split, which takes a key of at most " + Chunks.MAX_KEY_BYTES);
		}
		return true;
	}

	Call<MultiResult> setMulti(Map<String, ?> entries, Duration ttl) {
		Objects.requireNonNull(entries, "entries");
		long exptime = Ttl.toExptime(ttl);
		List<Entry> encoded = new ArrayList<>(entries.size());
		entries.forEach((key, value) -> {
			byte[] encodedKey = this.keys.encode(key);
			EncodedValue encodedValue = this.values.encode(key, value);
			encoded.add(new Entry(key, encodedKey, encodedValue, isSplit(key, encodedKey, encodedValue)));
		});
		return setAll(encoded, exptime);
	}

	private SetAllCall setAll(List<Entry> entries, long exptime) {
		long now = System.nanoTime();
		long deadline = now + this.pollNanos;
		return new SetAllCall(this.cluster.get(), entries, new SetAllCall.OperationFactory() {

			@Override
			public Operation set(byte[] key, byte[] data, int flags) {
				return replyMode(Operation.store(Command.SET, now, deadline, key, data, flags, exptime, 0));
			}

			@Override
			public Operation delete(byte[] key) {
				return replyMode(Operation.of(Command.DELETE, now, deadline, key));
			}

		});
	}

	Call<Boolean> store(Command command, String key, Object value, Duration ttl) {
		byte[] encodedKey = this.keys.encode(key);
		long exptime = Ttl.toExptime(ttl);
		EncodedValue encoded = this.values.encode(key, value);
		return store(command, encodedKey, encoded.bytes(), encoded.flags(), exptime);
	}

	/** Stores an item as it is if the key is absent. */
	Call<Boolean> addRaw(String key, RawValue value, Duration ttl) {
		return store(Command.ADD, this.keys.encode(key), value.bytes(), value.flags(), Ttl.toExptime(ttl));
	}

	Call<Boolean> concat(Command command, String key, byte[] data) {
		byte[] encodedKey = this.keys.encode(key);
		Objects.requireNonNull(data, "data");
		this.values.checkLength(key, data.length);
		return store(command, encodedKey, data, 0, 0);
	}

	private Call<Boolean> store(Command command, byte[] key, byte[] data, int flags, long exptime) {
		long now = System.nanoTime();
		Operation operation = Operation.store(command, now, now + this.pollNanos, key, data, flags, exptime, 0);
		return change(key, operation, Answer.STORED);
	}

	Call<CasResult> cas(String key, Object value, Duration ttl, long unique) {
		byte[] encodedKey = this.keys.encode(key);
		long exptime = Ttl.toExptime(ttl);
		EncodedValue encoded = this.values.encode(key, value);
		long now = System.nanoTime();
		Operation operation = replyMode(Operation.store(Command.CAS, now, now + this.pollNanos, encodedKey,
				encoded.bytes(), encoded.flags(), exptime, unique));
		return new KeyCall<>(this.cluster.get(), encodedKey, operation, (answered, node) -> switch (answered.answer()) {
			case EXISTS, NOT_STORED -> CasResult.EXISTS;
			case NOT_FOUND -> CasResult.NOT_FOUND;
			default -> CasResult.STORED;
		});
	}

	Call<MultiResult> concatMulti(Command command, Collection<String> keys, byte[] data) {
		Objects.requireNonNull(data, "data");
		String[] names = distinct(keys);
		byte[][] encoded = encode(names);
		for (String name : names) {
			this.values.checkLength(name, data.length);
		}
		long now = System.nanoTime();
		return changeMany(names, encoded,
				(i) -> Operation.store(command, now, now + this.pollNanos, encoded[i], data, 0, 0, 0));
	}

	Call<MultiResult> deleteMulti(Collection<String> keys) {
		String[] names = distinct(keys);
		byte[][] encoded = encode(names);
		long now = System.nanoTime();
		return changeMany(names, encoded, (i) -> Operation.of(Command.DELETE, now, now + this.pollNanos, encoded[i]));
	}

	private Call<MultiResult> changeMany(String[] names, byte[][] encoded, IntFunction<Operation> operations) {
		ManyOperations many = new ManyOperations(this.cluster.get(), encoded, (i) -> replyMode(operations.apply(i)));
		return new MappedCall<>(many, (done) -> {
			Set<String> notStored = new LinkedHashSet<>();
			Map<String, MemcachedException> failures = new LinkedHashMap<>();
			for (int i = 0; i < names.length; i++) {
				MemcachedException failed = done.failure(i);
				if (failed != null) {
					failures.put(names[i], failed);
				}
				else if (done.operation(i).answer() == Answer.NOT_STORED) {
					notStored.add(names[i]);
				}
			}
			return new MultiResult(notStored, failures);
		});
	}

	// Changing

	Call<Boolean> delete(String key) {
		byte[] encodedKey = this.keys.encode(key);
		long now = System.nanoTime();
		return change(encodedKey, Operation.of(Command.DELETE, now, now + this.pollNanos, encodedKey), Answer.DELETED);
	}

	Call<Boolean> touch(String key, Duration ttl) {
		byte[] encodedKey = this.keys.encode(key);
		long exptime = Ttl.toExptime(ttl);
		long now = System.nanoTime();
		return change(encodedKey, Operation.touch(Command.TOUCH, now, now + this.pollNanos, encodedKey, exptime),
				Answer.TOUCHED);
	}

	private Call<Boolean> change(byte[] key, Operation operation, Answer success) {
		return new KeyCall<>(this.cluster.get(), key, replyMode(operation),
				(answered, node) -> answered.answer() == success || answered.isNoReply());
	}

	Call<OptionalLong> count(Command command, String key, long delta) {
		byte[] encodedKey = this.keys.encode(key);
		if (delta < 0) {
			throw new IllegalArgumentException("delta: " + delta + " is negative; use "
					+ ((command == Command.INCR) ? "decr" : "incr") + " with a positive one");
		}
		long now = System.nanoTime();
		Operation operation = replyMode(Operation.count(command, now, now + this.pollNanos, encodedKey, delta));
		return new KeyCall<>(this.cluster.get(), encodedKey, operation,
				(answered, node) -> (answered.answer() == Answer.NUMBER) ? OptionalLong.of(answered.counter())
						: OptionalLong.empty());
	}

	private Operation replyMode(Operation operation) {
		if (this.noReply) {
			operation.noReply();
		}
		return operation;
	}

	// Servers

	Call<Map<String, String>> version() {
		return new EachServerCall<>(this.cluster.get(), () -> admin(Command.VERSION, ""), (legs) -> {
			Map<String, String> versions = new LinkedHashMap<>();
			legs.forEach((leg) -> versions.put(leg.node.name(), Objects.requireNonNull(leg.operation.text())));
			return versions;
		});
	}

	Call<Map<String, Map<String, String>>> stats(String... arguments) {
		String line = Keys.arguments(arguments);
		return new EachServerCall<>(this.cluster.get(), () -> admin(Command.STATS, line), (legs) -> {
			Map<String, Map<String, String>> stats = new LinkedHashMap<>();
			legs.forEach((leg) -> stats.put(leg.node.name(), leg.operation.stats()));
			return stats;
		});
	}

	Call<List<String>> flushAll() {
		if (!this.flushAllEnabled) {
			throw new IllegalStateException(
					"flushAll is off, for it empties the servers for everybody; switch it on with flushAllEnabled(true)");
		}
		return new EachServerCall<>(this.cluster.get(), () -> admin(Command.FLUSH_ALL, ""),
				(legs) -> legs.stream().map((leg) -> leg.node.name()).toList());
	}

	Operation admin(Command command, String arguments) {
		long now = System.nanoTime();
		return Operation.admin(command, now, now + this.pollNanos, arguments);
	}

	String serverFor(String key) {
		return this.cluster.get().homeOf(this.keys.encode(key)).name();
	}

	Call<@Nullable String> liveServerFor(String key) {
		KeyCall<String> ask = new KeyCall<>(this.cluster.get(), this.keys.encode(key), admin(Command.VERSION, ""),
				(answered, node) -> node.name());
		return new UnlessFailedCall<>(ask);
	}

	// Arguments

	private String[] distinct(Collection<String> keys) {
		Objects.requireNonNull(keys, "keys");
		return new LinkedHashSet<>(keys).toArray(new String[0]);
	}

	private byte[][] encode(String[] names) {
		byte[][] encoded = new byte[names.length][];
		for (int i = 0; i < names.length; i++) {
			encoded[i] = this.keys.encode(names[i]);
		}
		return encoded;
	}

}
