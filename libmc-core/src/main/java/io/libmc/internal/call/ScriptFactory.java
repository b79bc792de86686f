package io.libmc.internal.call;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

import io.libmc.CasResult;
import io.libmc.CasValue;
import io.libmc.MemcachedException;
import io.libmc.MultiGetResult;
import io.libmc.MultiResult;
import io.libmc.RawValue;
import io.libmc.codec.EncodedValue;
import io.libmc.codec.Transcoder;
import io.libmc.internal.call.Storing.NamedValue;
import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Operation;
import io.libmc.internal.protocol.Command;
import io.libmc.internal.protocol.Answer;
import io.libmc.internal.protocol.Exptime;
import org.jspecify.annotations.Nullable;

/**
 * Makes the scripts: checks and encodes the arguments of each API method, and says how
 * its result is made of the answers.
 */
public final class ScriptFactory {

	private final Supplier<Cluster> cluster;

	private final KeyEncoder keys;

	private final ValueCodec values;

	private final long pollNanos;

	private final boolean splits;

	private final boolean noReply;

	private final boolean flushAllEnabled;

	/**
	 * Creates a factory.
	 * @param cluster the servers of now
	 * @param pollNanos how long an operation may take
	 * @param splits whether large values are stored in chunks
	 * @param noReply whether changes ask for no reply
	 * @param flushAllEnabled whether the servers may be emptied
	 */
	public ScriptFactory(Supplier<Cluster> cluster, KeyEncoder keys, ValueCodec values, long pollNanos, boolean splits,
			boolean noReply, boolean flushAllEnabled) {
		this.cluster = cluster;
		this.keys = keys;
		this.values = values;
		this.pollNanos = pollNanos;
		this.splits = splits;
		this.noReply = noReply;
		this.flushAllEnabled = flushAllEnabled;
	}

	/** The same with another codec, and with every reply awaited. */
	public ScriptFactory awaitingReplies(ValueCodec codec) {
		return new ScriptFactory(this.cluster, this.keys, codec, this.pollNanos, this.splits, false,
				this.flushAllEnabled);
	}

	/** The same, also with every reply awaited, on other servers. */
	public ScriptFactory on(Supplier<Cluster> servers) {
		return new ScriptFactory(servers, this.keys, this.values, this.pollNanos, this.splits, false,
				this.flushAllEnabled);
	}

	/** The scripts of the meta commands. */
	public MetaScriptFactory meta() {
		return new MetaScriptFactory(this, this.cluster, this.keys, this.pollNanos, false);
	}

	/** The scripts that ask servers about themselves. */
	public ServerScriptFactory servers() {
		return new ServerScriptFactory(this.cluster, this.keys, this.pollNanos, this.flushAllEnabled);
	}

	public ValueCodec values() {
		return this.values;
	}

	// Reading

	public Script<@Nullable Object> get(String key) {
		return read(Command.GET, key).map((item) -> this.values.decode(key, item));
	}

	/**
	 * As {@link #get(String)}, performed on the spot: most values are read by one
	 * operation, and only what goes on after it takes a script.
	 */
	public @Nullable Object get(String key, Performer performer) {
		byte[] encodedKey = this.keys.encode(key);
		Operation operation = operation(Command.GET, encodedKey);
		Cluster current = this.cluster.get();
		Node node = current.nodeFor(encodedKey);
		performer.perform(node, operation);
		boolean whole = operation.failure() == null && operation.answer() == Answer.END
				&& (operation.flags(0) & Transcoder.CHUNKED) == 0;
		if (whole) {
			byte[] bytes = operation.takeValue(0);
			return (bytes != null) ? this.values.decode(key, operation.flags(0), bytes) : null;
		}
		Item item = performer.run(whole(current, encodedKey,
				KeyCommand.after(current, encodedKey, node, operation, (read, at) -> Item.of(read))));
		return this.values.decode(key, item);
	}

	public <T> Script<@Nullable T> get(String key, Class<T> type) {
		Objects.requireNonNull(type, "type");
		return get(key).map((value) -> convert(key, value, type));
	}

	/** The value as this type; null for none. */
	public static <T> @Nullable T convert(String key, @Nullable Object value, Class<T> type) {
		return (value != null) ? Conversions.convert(key, value, type) : null;
	}

	public Script<@Nullable CasValue<Object>> gets(String key) {
		return read(Command.GETS, key).map((item) -> {
			Object value = this.values.decode(key, item);
			return (value != null && item != null) ? new CasValue<>(value, item.unique()) : null;
		});
	}

	public Script<@Nullable RawValue> getRaw(String key) {
		return read(Command.GET, key).map((item) -> (item != null) ? new RawValue(item.flags(), item.bytes()) : null);
	}

	/** Reads what lies on the server of another key. */
	public Script<@Nullable RawValue> getRawBeside(String other, String key) {
		Cluster current = this.cluster.get();
		Node home = current.homeOf(this.keys.encode(other));
		return on(() -> current.at(home)).getRaw(key);
	}

	public Script<@Nullable Object> getAndTouch(String key, Duration ttl) {
		byte[] encodedKey = this.keys.encode(key);
		long exptime = Exptime.of(ttl);
		long now = System.nanoTime();
		return read(encodedKey, Operation.touch(Command.GAT, now, now + this.pollNanos, encodedKey, exptime))
			.map((item) -> this.values.decode(key, item));
	}

	private Script<@Nullable Item> read(Command command, String key) {
		byte[] encodedKey = this.keys.encode(key);
		return read(encodedKey, operation(command, encodedKey));
	}

	private Script<@Nullable Item> read(byte[] key, Operation operation) {
		Cluster current = this.cluster.get();
		return whole(current, key, new KeyCommand<>(current, key, operation, (read, node) -> Item.of(read)));
	}

	/** Reads an item and, if it stands for chunks, those. */
	private static Script<@Nullable Item> whole(Cluster current, byte[] key, KeyCommand<@Nullable Item> master) {
		return master.then((item) -> (item != null && item.isChunked())
				? new ChunkedValue(current, key, item, master.operation) : Script.done(item));
	}

	private Operation operation(Command command, byte[] key) {
		long now = System.nanoTime();
		return Operation.of(command, now, now + this.pollNanos, key);
	}

	public Script<MultiGetResult<Object>> getMulti(Collection<String> keys) {
		long now = System.nanoTime();
		String[] names = distinct(keys);
		byte[][] encoded = encode(names);
		long deadline = Preparation.deadline(now, this.pollNanos, names.length);
		return new ValuesRead(this.cluster.get(), encoded, now, deadline)
			.map((read) -> read.decoded(names, this.values));
	}

	public Script<List<@Nullable Object>> getList(List<String> keys) {
		Objects.requireNonNull(keys, "keys");
		List<String> asked = new ArrayList<>(keys);
		return getMulti(asked).map((result) -> {
			for (MemcachedException failed : result.failures().values()) {
				throw failed;
			}
			List<@Nullable Object> list = new ArrayList<>(asked.size());
			asked.forEach((key) -> list.add(result.values().get(key)));
			return list;
		});
	}

	// Storing

	public Script<Boolean> set(String key, Object value, Duration ttl) {
		return setEncoded(key, this.values.encode(key, value), ttl);
	}

	public Script<Boolean> setRaw(String key, RawValue value, Duration ttl) {
		this.values.check(key, value);
		return setEncoded(key, new EncodedValue(value.flags(), value.bytes()), ttl);
	}

	private Script<Boolean> set(String key, byte[] encodedKey, EncodedValue value, long exptime) {
		if (isSplit(key, encodedKey, value)) {
			return setAll(List.of(new NamedValue(key, encodedKey, value, true)), exptime, System.nanoTime())
				.map(ScriptFactory::isStored);
		}
		return store(Command.SET, encodedKey, value.bytes(), value.flags(), exptime);
	}

	/** Whether the only one of many is stored; throws what it failed with. */
	static boolean isStored(MultiResult result) {
		for (MemcachedException failed : result.failures().values()) {
			throw failed;
		}
		return result.notStored().isEmpty();
	}

	/** Whether a value is stored in chunks. */
	boolean isSplit(String key, byte[] encodedKey, EncodedValue value) {
		return this.splits && Chunks.isNeeded(key, encodedKey, value.bytes());
	}

	public Changes setMulti(Map<String, ?> entries, Duration ttl) {
		Objects.requireNonNull(entries, "entries");
		long start = System.nanoTime();
		long exptime = Exptime.of(ttl);
		List<String> names = new ArrayList<>(entries.size());
		List<NamedValue> encoded = new ArrayList<>(entries.size());
		entries.forEach((key, value) -> {
			names.add(key);
			byte[] encodedKey = this.keys.encode(key);
			EncodedValue encodedValue = this.values.encode(key, value);
			encoded.add(new NamedValue(key, encodedKey, encodedValue, isSplit(key, encodedKey, encodedValue)));
		});
		// encoding costs no more than half of the time
		return new Changes(names, setAll(encoded, exptime, Math.max(start, System.nanoTime() - this.pollNanos / 2)));
	}

	private Script<MultiResult> setAll(List<NamedValue> entries, long exptime, long now) {
		Cluster current = this.cluster.get();
		long deadline = Preparation.deadline(now, this.pollNanos, entries.size());
		return Storing.of(entries, new Storing.Commands() {

			@Override
			public KeyCommand<Boolean> set(byte[] key, byte[] data, int flags) {
				return change(current, key, Operation.store(Command.SET, now, deadline, key, data, flags, exptime, 0),
						Answer.STORED);
			}

			@Override
			public KeyCommand<Boolean> delete(byte[] key) {
				return change(current, key, Operation.of(Command.DELETE, now, deadline, key), Answer.DELETED);
			}

		}, new Preparation(now, deadline));
	}

	public Script<Boolean> store(Command command, String key, Object value, Duration ttl) {
		byte[] encodedKey = this.keys.encode(key);
		long exptime = Exptime.of(ttl);
		EncodedValue encoded = this.values.encode(key, value);
		return store(command, encodedKey, encoded.bytes(), encoded.flags(), exptime);
	}

	/** Stores a value that is encoded already. */
	public Script<Boolean> setEncoded(String key, EncodedValue value, Duration ttl) {
		return set(key, this.keys.encode(key), value, Exptime.of(ttl));
	}

	/** Stores an item as it is if the key is absent. */
	public Script<Boolean> addRaw(String key, RawValue value, Duration ttl) {
		return store(Command.ADD, this.keys.encode(key), value.bytes(), value.flags(), Exptime.of(ttl));
	}

	public Script<Boolean> concat(Command command, String key, byte[] data) {
		byte[] encodedKey = this.keys.encode(key);
		this.values.checkLength(new String[] { key }, data);
		long now = System.nanoTime();
		long deadline = now + this.pollNanos;
		KeyCommand<Boolean> first = concat(command, now, deadline, encodedKey, data);
		return first.then((stored) -> stored ? Script.done(true) : Concatenating.refused(key, encodedKey,
				(refusing) -> concat(command, now, deadline, refusing, data), (asked) -> items(asked, now, deadline)));
	}

	public Changes concatMulti(Command command, Collection<String> keys, byte[] data) {
		long now = System.nanoTime();
		String[] names = distinct(keys);
		byte[][] encoded = encode(names);
		this.values.checkLength(names, data);
		long deadline = Preparation.deadline(now, this.pollNanos, names.length);
		return new Changes(Arrays.asList(names),
				Concatenating.of(names, encoded, (key) -> concat(command, now, deadline, key, data),
						(asked) -> items(asked, now, deadline), new Preparation(now, deadline)));
	}

	private KeyCommand<Boolean> concat(Command command, long startedAt, long deadline, byte[] key, byte[] data) {
		return change(key, Operation.store(command, startedAt, deadline, key, data, 0, 0, 0), Answer.STORED);
	}

	private ItemsRead items(byte[][] encoded, long startedAt, long deadline) {
		return new ItemsRead(this.cluster.get(), encoded, startedAt, deadline, ItemsRead.ANY_LENGTH);
	}

	private KeyCommand<Boolean> store(Command command, byte[] key, byte[] data, int flags, long exptime) {
		long now = System.nanoTime();
		return change(key, Operation.store(command, now, now + this.pollNanos, key, data, flags, exptime, 0),
				Answer.STORED);
	}

	public Script<CasResult> cas(String key, Object value, Duration ttl, long unique) {
		byte[] encodedKey = this.keys.encode(key);
		long exptime = Exptime.of(ttl);
		EncodedValue encoded = this.values.encode(key, value);
		long now = System.nanoTime();
		Operation operation = replyMode(Operation.store(Command.CAS, now, now + this.pollNanos, encodedKey,
				encoded.bytes(), encoded.flags(), exptime, unique));
		return new KeyCommand<>(this.cluster.get(), encodedKey, operation,
				(answered, node) -> switch (answered.answer()) {
					case EXISTS, NOT_STORED -> CasResult.EXISTS;
					case NOT_FOUND -> CasResult.NOT_FOUND;
					default -> CasResult.STORED;
				});
	}

	public Changes deleteMulti(Collection<String> keys) {
		long now = System.nanoTime();
		String[] names = distinct(keys);
		byte[][] encoded = encode(names);
		long deadline = Preparation.deadline(now, this.pollNanos, names.length);
		Preparation preparation = new Preparation(now, deadline);
		KeyFailures failures = new KeyFailures();
		List<KeyCommand<Boolean>> commands = new ArrayList<>();
		for (int i = 0; i < names.length; i++) {
			if (preparation.isLate()) {
				failures.add(names[i], Preparation.LATE);
			}
			else {
				commands
					.add(change(encoded[i], Operation.of(Command.DELETE, now, deadline, encoded[i]), Answer.DELETED));
			}
		}
		return new Changes(Arrays.asList(names), new Together<>(commands).map((done) -> {
			for (int i = 0; i < done.size(); i++) {
				if (done.get(i).hasFailed()) {
					failures.add(names[i], done.get(i));
				}
			}
			return new MultiResult(Set.of(), failures.byKey());
		}));
	}

	// Changing

	public Script<Boolean> delete(String key) {
		byte[] encodedKey = this.keys.encode(key);
		return change(encodedKey, operation(Command.DELETE, encodedKey), Answer.DELETED);
	}

	public Script<Boolean> touch(String key, Duration ttl) {
		byte[] encodedKey = this.keys.encode(key);
		long exptime = Exptime.of(ttl);
		long now = System.nanoTime();
		return change(encodedKey, Operation.touch(Command.TOUCH, now, now + this.pollNanos, encodedKey, exptime),
				Answer.TOUCHED);
	}

	private KeyCommand<Boolean> change(byte[] key, Operation operation, Answer success) {
		return change(this.cluster.get(), key, operation, success);
	}

	private KeyCommand<Boolean> change(Cluster current, byte[] key, Operation operation, Answer success) {
		return new KeyCommand<>(current, key, replyMode(operation),
				(answered, node) -> answered.answer() == success || answered.isNoReply());
	}

	public Script<OptionalLong> count(Command command, String key, long delta) {
		byte[] encodedKey = this.keys.encode(key);
		if (delta < 0) {
			throw new IllegalArgumentException("delta: " + delta + " is negative; use "
					+ ((command == Command.INCR) ? "decr" : "incr") + " with a positive one");
		}
		long now = System.nanoTime();
		Operation operation = replyMode(Operation.count(command, now, now + this.pollNanos, encodedKey, delta));
		return new KeyCommand<>(this.cluster.get(), encodedKey, operation,
				(answered, node) -> (answered.answer() == Answer.NUMBER) ? OptionalLong.of(answered.counter())
						: OptionalLong.empty());
	}

	private Operation replyMode(Operation operation) {
		if (this.noReply) {
			operation.noReply();
		}
		return operation;
	}

	// Arguments

	/**
	 * Checks that something can be asked about a key.
	 * @throws IllegalArgumentException if it cannot be sent
	 * @throws IllegalStateException if the client is closed
	 */
	public void check(String key) {
		this.cluster.get().nodeFor(this.keys.encode(key));
	}

	/** A key as it goes on the wire. */
	public byte[] encode(String key) {
		return this.keys.encode(key);
	}

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
