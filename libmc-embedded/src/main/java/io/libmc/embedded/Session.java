package io.libmc.embedded;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;

import org.jspecify.annotations.Nullable;

/**
 * One client's conversation: takes what it sent and writes what it is answered. It knows
 * nothing of sockets, and never waits. It stops where input is missing or the output is
 * full, and goes on there.
 */
final class Session {

	/** What a session needs to go on. */
	enum Need {

		/** More input. */
		INPUT,

		/** Room in the output. */
		ROOM,

		/** Nothing: the output is the last. */
		END

	}

	/** No line of a reply is longer. */
	private static final int LONGEST_LINE = 2048;

	/** A line that has not ended by then lists keys, or is none. */
	private static final int LONGEST_COMMAND = 2048;

	/** What requests of the binary protocol begin with, and no other is here. */
	private static final byte BINARY = (byte) 0x80;

	private static final int MOST_BLANKS = 100;

	/** A client that lists more keys in one line is sent away. */
	static final int LONGEST_KEY_LIST = 8 * 1024 * 1024;

	/** Of a value that was only announced, no more is reserved. */
	private static final int FIRST_RESERVED = 64 * 1024;

	private final Engine engine;

	private final CommandLine line;

	private final ClassicCommands classic;

	private final MetaCommands meta;

	private @Nullable Authentication authentication;

	/** A reply that did not fit into the output, and how much of it did. */
	private byte @Nullable [] reply;

	private int replied;

	/** Lines of a reply that is made as there is room for it. */
	private @Nullable Iterator<String> lines;

	private @Nullable Retrieval retrieval;

	private @Nullable Storing storing;

	/** Of the store, for what is on its way. */
	private long reserved;

	/** Of the allowance for lines, for one that is long. */
	private int lineReserved;

	private byte[] data = new byte[0];

	private int dataSize;

	/** Data of a command that has failed. */
	private long unwanted;

	/** What is said once it is gone. */
	private @Nullable String refusal;

	/** The number of an item whose data was bad, which memcached gives the next one. */
	private long leftCas;

	private boolean begun;

	private boolean ended;

	Session(Engine engine) {
		this.engine = engine;
		this.line = new CommandLine(engine.isOld());
		this.classic = new ClassicCommands(engine, this);
		this.meta = new MetaCommands(engine, this);
		if (!engine.settings.passwords().isEmpty()) {
			this.authentication = new Authentication(engine);
		}
	}

	/** Goes on for as long as it can. */
	Need process(Input in, Output out) {
		if (!this.begun && in.size() > 0) {
			this.begun = true;
			this.ended = in.bytes()[in.start()] == BINARY;
		}
		while (true) {
			if (this.reply != null) {
				copyReply(this.reply, out);
			}
			if (out.room() < LONGEST_LINE) {
				return Need.ROOM;
			}
			if (this.ended) {
				return Need.END;
			}
			if (!proceed(in, out)) {
				return this.ended ? Need.END : Need.INPUT;
			}
		}
	}

	/** A step. */
	private boolean proceed(Input in, Output out) {
		if (this.lines != null) {
			put(this.lines, out);
			return true;
		}
		if (this.retrieval != null) {
			retrieve(this.retrieval, in, out);
			return true;
		}
		if (this.unwanted > 0) {
			return swallow(in, out);
		}
		if (this.storing != null) {
			return receive(this.storing, in, out);
		}
		if (this.authentication != null) {
			return authenticate(this.authentication, in, out);
		}
		return command(in, out);
	}

	private boolean command(Input in, Output out) {
		int lineFeed = in.lineEnd();
		if (lineFeed < 0) {
			this.ended = isNoCommand(in) || !mayGrow(in, out);
			return false;
		}
		int start = in.start();
		int end = (lineFeed > start && in.bytes()[lineFeed - 1] == '\r') ? lineFeed - 1 : lineFeed;
		if (this.engine.isOld()) {
			end = oldLineEnd(in, start, lineFeed);
		}
		this.line.read(in.bytes(), start, end);
		if (this.engine.verbosity > 1) {
			this.engine.log(2, "<" + this.line.text(start, end));
		}
		execute(lineFeed + 1 - start, out);
		if (this.retrieval == null) {
			done(lineFeed, in);
		}
		return true;
	}

	/** A string of C's ends at a zero. */
	private static int oldLineEnd(Input in, int start, int lineFeed) {
		int end = (lineFeed - start > 1 && in.bytes()[lineFeed - 1] == '\r') ? lineFeed - 1 : lineFeed;
		for (int i = start; i < end; i++) {
			if (in.bytes()[i] == 0) {
				return i;
			}
		}
		return end;
	}

	private static boolean isNoCommand(Input in) {
		if (in.size() <= LONGEST_COMMAND) {
			return false;
		}
		int start = in.start();
		int i = start;
		while (i - start <= MOST_BLANKS && in.bytes()[i] == ' ') {
			i++;
		}
		String first = new String(in.bytes(), i, 5, StandardCharsets.ISO_8859_1);
		return i - start > MOST_BLANKS || !(first.startsWith("get ") || first.equals("gets "))
				|| in.size() > LONGEST_KEY_LIST;
	}

	private boolean mayGrow(Input in, Output out) {
		int more = in.grown() - this.lineReserved;
		if (more <= 0) {
			return true;
		}
		if (!this.engine.lines.take(more, () -> 0)) {
			out.line("SERVER_ERROR out of memory reading request");
			return false;
		}
		this.lineReserved += more;
		return true;
	}

	private void execute(int size, Output out) {
		if (!this.engine.isOld() && size < 4) {
			out.line("CLIENT_ERROR bad command line format");
			return;
		}
		String name = this.engine.isOld() ? ((this.line.count() > 0) ? this.line.text(0) : "") : this.line.command();
		if (this.engine.isOld() && name.length() < 2) {
			out.line("ERROR");
			return;
		}
		switch (name) {
			case "mg" -> this.meta.get(this.line, out);
			case "ms" -> this.meta.set(this.line, out);
			case "md" -> this.meta.delete(this.line, out);
			case "ma" -> this.meta.arithmetic(this.line, out);
			case "me" -> this.meta.debug(this.line, out);
			case "mn" -> out.line("MN");
			default -> this.classic.execute(name, this.line, out);
		}
	}

	/** Has the values of the line's keys written out, one by one. */
	void retrieve(Retrieval keys) {
		this.retrieval = keys;
	}

	private void retrieve(Retrieval keys, Input in, Output out) {
		Item found = keys.next(out);
		if (found != null) {
			reply(found.value());
		}
		else if (keys.isDone()) {
			this.retrieval = null;
			done(in.lineEnd(), in);
		}
	}

	private void done(int lineFeed, Input in) {
		in.takenTo(lineFeed + 1);
		this.line.forget();
		releaseLine();
	}

	private void releaseLine() {
		this.engine.lines.giveBack(this.lineReserved);
		this.lineReserved = 0;
	}

	/** Writes a value and the end of its line. */
	void reply(byte[] value) {
		this.reply = value;
		this.replied = 0;
	}

	/** Writes lines, none of which is longer than {@link #LONGEST_LINE}. */
	void reply(Iterator<String> all) {
		this.lines = all;
	}

	private void put(Iterator<String> all, Output out) {
		if (all.hasNext()) {
			out.put(all.next());
		}
		else {
			this.lines = null;
		}
	}

	private void copyReply(byte[] whole, Output out) {
		int count = Math.min(out.room(), whole.length - this.replied);
		out.put(whole, this.replied, count);
		this.replied += count;
		if (this.replied == whole.length && out.room() >= 2) {
			out.endLine();
			this.reply = null;
		}
	}

	/** Takes the data that follows, for a command that room was reserved for. */
	void receive(Storing command) {
		this.reserved = command.itemSize();
		this.storing = command;
		this.data = new byte[Math.min(command.length, FIRST_RESERVED)];
		this.dataSize = 0;
	}

	private boolean receive(Storing command, Input in, Output out) {
		int count = Math.min(in.size(), command.length - this.dataSize);
		if (this.dataSize + count > this.data.length) {
			long more = Math.max(2L * this.data.length, this.dataSize + count);
			this.data = Arrays.copyOf(this.data, (int) Math.min(command.length, more));
		}
		System.arraycopy(in.bytes(), in.start(), this.data, this.dataSize, count);
		this.dataSize += count;
		in.take(count);
		if (this.dataSize < command.length || in.size() < 2) {
			return false;
		}
		boolean complete = in.bytes()[in.start()] == '\r' && in.bytes()[in.start() + 1] == '\n';
		in.take(2);
		byte[] value = this.data;
		this.storing = null;
		this.data = new byte[0];
		if (command.echo != null) {
			this.meta.store(command, complete ? value : null, out);
		}
		else {
			this.classic.store(command, complete ? value : null, out);
		}
		release();
		return true;
	}

	private void release() {
		this.engine.store.release(this.reserved);
		this.reserved = 0;
	}

	/**
	 * Leaves out the data that follows, and the end of its line.
	 * @param answer what is said then, or null
	 */
	void swallow(int length, @Nullable String answer) {
		this.unwanted = length + 2L;
		this.refusal = answer;
	}

	private boolean swallow(Input in, Output out) {
		int count = (int) Math.min(this.unwanted, in.size());
		in.take(count);
		this.unwanted -= count;
		if (this.unwanted > 0) {
			return false;
		}
		if (this.refusal != null) {
			out.line(this.refusal);
		}
		return true;
	}

	private boolean authenticate(Authentication dialogue, Input in, Output out) {
		boolean proceeds = dialogue.proceed(in, this.line, out);
		if (dialogue.isOver()) {
			this.authentication = null;
		}
		this.ended |= dialogue.isHopeless();
		return proceeds;
	}

	/** Leaves a number for the next item that is stored. */
	void leaveCas(long cas) {
		this.leftCas = cas;
	}

	/** The number that was left, 0 for none. */
	long takeCas() {
		long left = this.leftCas;
		this.leftCas = 0;
		return left;
	}

	/** Ends the conversation once everything is written out. */
	void end() {
		this.ended = true;
	}

	/** Gives back what was reserved for what does not come any more. */
	void close() {
		release();
		releaseLine();
	}

}
