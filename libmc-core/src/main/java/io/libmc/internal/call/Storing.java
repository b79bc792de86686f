package io.libmc.internal.call;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.libmc.MultiResult;
import io.libmc.codec.EncodedValue;
import io.libmc.codec.Transcoder;
import io.libmc.internal.protocol.Answer;
import io.libmc.internal.protocol.Command;

/**
 * Stores many values. A large one goes in chunks, which take the place of those of its
 * older value one by one. So first, while the small values are stored, the item that
 * stands for the older chunks is deleted; if that fails, nothing of the value is sent.
 * Then come the chunks, and only once all are there the item that stands for them:
 * wherever this ends, by a failure or with the process, no item stands for a mixture.
 * Where the last chunk is full no older one may be behind it, or readers cannot tell
 * whether it is the last.
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

	static Script<MultiResult> of(List<NamedValue> entries, Commands commands, Preparation preparation) {
		Storing storing = new Storing(entries, commands);
		Script<List<KeyCommand<Boolean>>> phases = storing.valuesAndOldMasters(preparation);
		if (entries.stream().anyMatch(NamedValue::split)) {
			phases = phases.then((done) -> {
				storing.take(done);
				return storing.chunks();
			}).then((done) -> {
				storing.take(done);
				return storing.masters();
			});
		}
		return phases.map((done) -> {
			storing.take(done);
			return new MultiResult(storing.notStored, storing.failures.byKey());
		});
	}

	private Script<List<KeyCommand<Boolean>>> valuesAndOldMasters(Preparation preparation) {
		List<KeyCommand<Boolean>> phase = new ArrayList<>();
		for (NamedValue entry : this.entries) {
			if (preparation.isLate()) {
				this.failures.add(entry.name(), Preparation.LATE);
				continue;
			}
			EncodedValue value = entry.value();
			add(phase, entry, entry.split() ? this.commands.delete(entry.key())
					: this.commands.set(entry.key(), value.bytes(), value.flags()));
		}
		return new Together<>(phase);
	}

	private Script<List<KeyCommand<Boolean>>> chunks() {
		List<KeyCommand<Boolean>> phase = new ArrayList<>();
		for (NamedValue entry : this.entries) {
			if (goesOn(entry)) {
				byte[] value = entry.value().bytes();
				byte[][] data = Chunks.split(value);
				byte[][] keys = Chunks.keys(entry.key(), data.length + 1);
				for (int i = 0; i < data.length; i++) {
					add(phase, entry, this.commands.set(keys[i], data[i], entry.value().flags()));
				}
				if (Chunks.endsFull(value)) {
					add(phase, entry, this.commands.delete(keys[data.length]));
				}
			}
		}
		return new Together<>(phase);
	}

	private Script<List<KeyCommand<Boolean>>> masters() {
		List<KeyCommand<Boolean>> phase = new ArrayList<>();
		for (NamedValue entry : this.entries) {
			if (goesOn(entry)) {
				EncodedValue value = entry.value();
				byte[] master = Chunks.master(Chunks.count(value.bytes()));
				add(phase, entry, this.commands.set(entry.key(), master, value.flags() | Transcoder.CHUNKED));
			}
		}
		return new Together<>(phase);
	}

	/** Whether a value is split, and nothing of it has failed. */
	private boolean goesOn(NamedValue entry) {
		return entry.split() && !this.failures.contains(entry.name()) && !this.notStored.contains(entry.name());
	}

	private void add(List<KeyCommand<Boolean>> phase, NamedValue owner, KeyCommand<Boolean> command) {
		phase.add(command);
		this.owners.add(owner);
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

}
