package io.libmc;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.libmc.codec.EncodedValue;
import io.libmc.codec.Transcoder;
import io.libmc.internal.connection.Operation;
import io.libmc.internal.protocol.Command;
import io.libmc.internal.protocol.Exchange.Answer;
import org.jspecify.annotations.Nullable;

/**
 * Stores many values. A large one goes in chunks first, then comes the item that stands
 * for them; if a chunk cannot be stored that item is deleted instead, so that no old one
 * points to a mixture.
 */
final class SetAllCall implements Call<MultiResult> {

	private final Cluster cluster;

	private final List<Entry> entries;

	private final OperationFactory factory;

	private final Set<String> notStored = new LinkedHashSet<>();

	private final Map<String, MemcachedException> failures = new LinkedHashMap<>();

	/** What the operations of the phase under way belong to. */
	private final List<Entry> owners = new ArrayList<>();

	private ManyOperations phase;

	private boolean chunksDone;

	/**
	 * One value to store.
	 *
	 * @param name the key as the user gave it
	 * @param key the key as it goes on the wire
	 * @param value what to store
	 * @param split whether it is stored in chunks
	 */
	@SuppressWarnings("ArrayRecordComponent")
	record Entry(String name, byte[] key, EncodedValue value, boolean split) {

	}

	/** Makes the operations, with the call's deadline, time to live and reply mode. */
	interface OperationFactory {

		Operation set(byte[] key, byte[] data, int flags);

		Operation delete(byte[] key);

	}

	SetAllCall(Cluster cluster, List<Entry> entries, OperationFactory factory) {
		this.cluster = cluster;
		this.entries = entries;
		this.factory = factory;
		this.phase = valuesAndChunks();
	}

	private ManyOperations valuesAndChunks() {
		List<byte[]> keys = new ArrayList<>(this.entries.size());
		List<byte[]> data = new ArrayList<>(this.entries.size());
		for (Entry entry : this.entries) {
			byte[] value = entry.value().bytes();
			if (!entry.split()) {
				keys.add(entry.key());
				data.add(value);
				this.owners.add(entry);
				continue;
			}
			byte[][] chunks = Chunks.split(value);
			Collections.addAll(keys, Chunks.keys(entry.key(), chunks.length));
			Collections.addAll(data, chunks);
			this.owners.addAll(Collections.nCopies(chunks.length, entry));
		}
		return new ManyOperations(this.cluster, keys.toArray(new byte[0][]),
				(i) -> this.factory.set(keys.get(i), data.get(i), this.owners.get(i).value().flags()));
	}

	@Override
	public List<Leg> next() {
		List<Leg> legs = this.phase.next();
		if (legs.isEmpty()) {
			takeAnswers();
			if (!this.chunksDone) {
				this.chunksDone = true;
				this.phase = masters();
				legs = this.phase.next();
			}
		}
		return legs;
	}

	private void takeAnswers() {
		for (int i = 0; i < this.owners.size(); i++) {
			String name = this.owners.get(i).name();
			Operation operation = this.phase.operation(i);
			MemcachedException failed = this.phase.failure(i);
			if (failed != null) {
				this.failures.putIfAbsent(name, failed);
			}
			else if (operation.command() == Command.SET && operation.answer() == Answer.NOT_STORED) {
				this.notStored.add(name);
			}
		}
		this.owners.clear();
	}

	private ManyOperations masters() {
		List<Operation> operations = new ArrayList<>();
		List<byte[]> keys = new ArrayList<>();
		for (Entry entry : this.entries) {
			if (entry.split()) {
				boolean failed = this.failures.containsKey(entry.name()) || this.notStored.contains(entry.name());
				EncodedValue value = entry.value();
				int count = (value.bytes().length + Chunks.CHUNK_BYTES - 1) / Chunks.CHUNK_BYTES;
				operations.add(failed ? this.factory.delete(entry.key())
						: this.factory.set(entry.key(), Chunks.master(count), value.flags() | Transcoder.CHUNKED));
				keys.add(entry.key());
				this.owners.add(entry);
			}
		}
		return new ManyOperations(this.cluster, keys.toArray(new byte[0][]), operations::get);
	}

	@Override
	public MultiResult result() {
		return new MultiResult(this.notStored, this.failures);
	}

	/** The result of a call with a single entry: whether it was stored. */
	static boolean stored(MultiResult result) {
		for (@Nullable
		MemcachedException failed : result.failures().values()) {
			throw failed;
		}
		return result.notStored().isEmpty();
	}

}
