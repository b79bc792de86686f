package io.libmc.internal.call;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

import io.libmc.ErrorCode;
import io.libmc.MemcachedException;
import io.libmc.MultiResult;
import io.libmc.internal.protocol.Answer;

/**
 * Adds data to items. memcached says NOT_STORED where there is no item, and just the same
 * where the item would become too large. So an item that refused is looked for and, if it
 * is there, given the data once more: if it refuses again it is too large.
 */
final class Concatenating {

	private final String[] names;

	private final byte[][] keys;

	private final Function<byte[], KeyCommand<Boolean>> commands;

	private final Function<byte[][], ItemsRead> reads;

	private final Set<String> notStored = new LinkedHashSet<>();

	private final KeyFailures failures = new KeyFailures();

	/** Who refused the data last, by index. */
	private final Map<Integer, String> refusers = new HashMap<>();

	private Concatenating(String[] names, byte[][] keys, Function<byte[], KeyCommand<Boolean>> commands,
			Function<byte[][], ItemsRead> reads) {
		this.names = names;
		this.keys = keys;
		this.commands = commands;
		this.reads = reads;
	}

	/**
	 * A script that adds data to all.
	 * @param names the keys as the user gave them
	 * @param keys the same as they go on the wire
	 * @param commands adds the data to one item
	 * @param reads reads items, within the time of the commands
	 * @param preparation how long making the commands may take
	 */
	static Script<MultiResult> of(String[] names, byte[][] keys, Function<byte[], KeyCommand<Boolean>> commands,
			Function<byte[][], ItemsRead> reads, Preparation preparation) {
		Concatenating concatenating = new Concatenating(names, keys, commands, reads);
		return concatenating.add(concatenating.all(), preparation)
			.then(concatenating::lookFor)
			.then(concatenating::again);
	}

	/** The same for one that refused already. */
	static Script<Boolean> refused(String name, byte[] key, Function<byte[], KeyCommand<Boolean>> commands,
			Function<byte[][], ItemsRead> reads) {
		Concatenating concatenating = new Concatenating(new String[] { name }, new byte[][] { key }, commands, reads);
		return concatenating.lookFor(concatenating.all()).then(concatenating::again).map(ScriptFactory::isStored);
	}

	private List<Integer> all() {
		return IntStream.range(0, this.names.length).boxed().toList();
	}

	/** Adds to these; the result are those that refused. */
	private Script<List<Integer>> add(List<Integer> indices, Preparation preparation) {
		List<KeyCommand<Boolean>> made = new ArrayList<>();
		for (int index : indices) {
			if (preparation.isLate()) {
				this.failures.add(this.names[index], Preparation.LATE);
			}
			else {
				made.add(this.commands.apply(this.keys[index]));
			}
		}
		return new Together<>(made).map((done) -> {
			List<Integer> refused = new ArrayList<>();
			for (int i = 0; i < done.size(); i++) {
				KeyCommand<Boolean> command = done.get(i);
				if (command.hasFailed()) {
					this.failures.add(this.names[indices.get(i)], command);
				}
				else if (command.operation.answer() == Answer.NOT_STORED) {
					refused.add(indices.get(i));
					this.refusers.put(indices.get(i), command.node.name());
				}
			}
			return refused;
		});
	}

	/** Looks for those that refused; the result are those that are there. */
	private Script<List<Integer>> lookFor(List<Integer> refused) {
		byte[][] asked = refused.stream().map((i) -> this.keys[i]).toArray(byte[][]::new);
		return this.reads.apply(asked).map((read) -> {
			List<Integer> found = new ArrayList<>();
			for (int i = 0; i < asked.length; i++) {
				String name = this.names[refused.get(i)];
				Failed failed = read.failed(i);
				MemcachedException failure = (failed != null) ? this.failures.exceptionOf(failed) : null;
				if (failure != null && failure.code() != ErrorCode.INCOMPLETE_BUFFER_ERROR) {
					this.failures.add(name, failure);
				}
				else if (failure != null || read.item(i) != null) {
					found.add(refused.get(i));
				}
				else {
					this.notStored.add(name);
				}
			}
			return found;
		});
	}

	private Script<MultiResult> again(List<Integer> found) {
		return add(found, Preparation.unbounded()).map((refused) -> {
			refused.forEach((i) -> this.failures.add(this.names[i],
					Failures.refusedToGrow(this.names[i], this.refusers.get(i))));
			return new MultiResult(this.notStored, this.failures.byKey());
		});
	}

}
