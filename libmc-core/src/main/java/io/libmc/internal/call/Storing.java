package io.libmc.internal.call;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.libmc.MultiResult;
import io.libmc.codec.EncodedValue;
import io.libmc.codec.Transcoder;
import io.libmc.internal.protocol.Command;
import io.libmc.internal.protocol.Answer;

/**
 * Stores many values. A large one goes in chunks first, then comes the item that stands
 * for them; if a chunk cannot be stored that item is deleted instead, so that no old one
 * points to a mixture. Where the last chunk is full no older one may be behind it, or
 * readers cannot tell whether it is the last.
 */
final class Storing {

	private final List<NamedValue> entries;

	private final Commands commands;

	private final Set<String> notStored = new LinkedHashSet<>();

	private final KeyFailures failures = new KeyFailures();

	/** What the commands of the phase under way belong to. */
	private final List<NamedValue> owners = new ArrayList<>();

	/**
	 * One value to store.
	 *
	 * @param name the key as the user gave it
	 * @param key the key as it goes on the wire
	 * @param value what to store
	 * @param split whether it is stored in chunks
	 */
	@SuppressWarnings("ArrayRecordComponent")
	record NamedValue(String name, byte[] key, EncodedValue value, boolean split) {

	}

	/** Makes the commands, with the call's deadline, time to live and reply mode. */
	interface Commands {

		KeyCommand<Boolean> set(byte[] key, byte[] data, int flags);

		KeyCommand<Boolean> delete(byte[] key);

	}

	private Storing(List<NamedValue> entries, Commands commands) {
		this.entries = entries;
		this.commands = commands;
	}

	static Script<MultiResult> of(List<NamedValue> entries, Commands commands) {
		Storing storing = new Storing(entries, commands);
		return storing.valuesAndChunks().then((done) -> {
			storing.take(done);
			return storing.masters();
		}).map((done) -> {
			storing.take(done);
			return new MultiResult(storing.notStored, storing.failures.byKey());
		});
	}

	private Together<KeyCommand<Boolean>> valuesAndChunks() {
		List<KeyCommand<Boolean>> phase = new ArrayList<>(this.entries.size());
		for (NamedValue entry : this.entries) {
			byte[] value = entry.value().bytes();
			byte[][] keys = { entry.key() };
			byte[][] data = { value };
			if (entry.split()) {
				data = Chunks.split(value);
				keys = Chunks.keys(entry.key(), data.length);
			}
			for (int i = 0; i < keys.length; i++) {
				phase.add(this.commands.set(keys[i], data[i], entry.value().flags()));
				this.owners.add(entry);
			}
			if (entry.split() && Chunks.endsFull(value)) {
				phase.add(this.commands.delete(Chunks.keys(entry.key(), keys.length + 1)[keys.length]));
				this.owners.add(entry);
			}
		}
		return new Together<>(phase);
	}

	private void take(List<KeyCommand<Boolean>> done) {
		for (int i = 0; i < done.size(); i++) {
			KeyCommand<Boolean> command = done.get(i);
			String name = this.owners.get(i).name();
			if (command.hasFailed()) {
				this.failures.add(name, command);
			}
			else if (command.operation.command() == Command.SET && command.operation.answer() == Answer.NOT_STORED) {
				this.notStored.add(name);
			}
		}
		this.owners.clear();
	}

	private Script<List<KeyCommand<Boolean>>> masters() {
		List<KeyCommand<Boolean>> phase = new ArrayList<>();
		for (NamedValue entry : this.entries) {
			if (entry.split()) {
				boolean failed = this.failures.contains(entry.name()) || this.notStored.contains(entry.name());
				EncodedValue value = entry.value();
				byte[] master = Chunks.master(Chunks.count(value.bytes()));
				phase.add(failed ? this.commands.delete(entry.key())
						: this.commands.set(entry.key(), master, value.flags() | Transcoder.CHUNKED));
				this.owners.add(entry);
			}
		}
		return new Together<>(phase);
	}

}
