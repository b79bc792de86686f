package io.libmc.embedded;

import java.util.OptionalInt;

import org.jspecify.annotations.Nullable;

/**
 * {@code get} and its like, for the keys of one line, however many: each is read when
 * there is room for it. A key that is too long undoes the whole command, so that is known
 * before anything is written.
 */
final class Retrieval {

	private final Engine engine;

	private final CommandLine line;

	private final boolean withCas;

	/** When the items are to be over from now on, if that is asked for. */
	private final OptionalInt expiresAt;

	private final boolean failing;

	private final boolean firstIsTooLong;

	private int position;

	private boolean done;

	/**
	 * For the keys of a line.
	 * @param from where they begin
	 */
	Retrieval(Engine engine, CommandLine line, int from, boolean withCas, OptionalInt expiresAt) {
		this.engine = engine;
		this.line = line;
		this.position = from;
		this.withCas = withCas;
		this.expiresAt = expiresAt;
		this.failing = hasKeyTooLong(line, from);
		this.firstIsTooLong = line.count() > 1 && line.length(1) > MetaFlags.MAX_KEY;
	}

	private static boolean hasKeyTooLong(CommandLine line, int from) {
		int length = 0;
		for (int i = from; i < line.end(); i++) {
			length = (line.at(i) == ' ') ? 0 : length + 1;
			if (length > MetaFlags.MAX_KEY) {
				return true;
			}
		}
		return false;
	}

	boolean isDone() {
		return this.done;
	}

	/**
	 * Takes the next key.
	 * @return the item whose value is to follow what was written
	 */
	@Nullable Item next(Output out) {
		int end = this.line.end();
		while (this.position < end && this.line.at(this.position) == ' ') {
			this.position++;
		}
		int from = this.position;
		while (this.position < end && this.line.at(this.position) != ' ') {
			this.position++;
		}
		int length = this.position - from;
		if (length == 0 || length > MetaFlags.MAX_KEY) {
			end(out);
			return null;
		}
		return read(this.line.text(from, this.position), out);
	}

	/** New releases end the line of an error twice. */
	private void end(Output out) {
		this.done = true;
		if (!this.failing) {
			out.line("END");
			return;
		}
		boolean old = this.engine.isOld();
		boolean noReply = !old && this.expiresAt.isEmpty() && this.firstIsTooLong && this.line.lastIs("noreply");
		if (!noReply) {
			out.line("CLIENT_ERROR bad command line format");
		}
		if (!old) {
			out.endLine();
		}
	}

	private @Nullable Item read(String key, Output out) {
		Item item = this.expiresAt.isPresent() ? touch(key) : this.engine.store.get(key);
		if (this.expiresAt.isPresent()) {
			this.engine.stats.countTouch(item != null);
		}
		else {
			this.engine.stats.countGet(item != null);
		}
		this.engine.prefixes.countGet(key);
		if (item == null) {
			return null;
		}
		this.engine.prefixes.countHit(key);
		item.fetchedAt(this.engine.clock.now());
		if (this.failing) {
			return null;
		}
		out.put("VALUE ").put(key).put(' ').putUnsigned(item.flags()).put(' ').put(item.length());
		if (this.withCas) {
			out.put(' ').putUnsigned(item.cas());
		}
		out.endLine();
		return item;
	}

	private @Nullable Item touch(String key) {
		Item[] touched = new Item[1];
		this.engine.store.change(key, (old) -> {
			touched[0] = (old != null) ? old.withExpiry(this.expiresAt.getAsInt()) : null;
			return touched[0];
		});
		return touched[0];
	}

}
