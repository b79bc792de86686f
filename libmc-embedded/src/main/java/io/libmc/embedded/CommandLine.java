package io.libmc.embedded;

import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A line of a client, cut at its spaces. Numbers are read as memcached reads them: old
 * releases as C does, new ones more strictly, but for two.
 */
final class CommandLine {

	/** A word has no more than a line that memcached would cut into tokens. */
	private static final int MAX_TOKENS = 23;

	private static final byte[] NOTHING = new byte[0];

	private final int[] starts = new int[MAX_TOKENS];

	private final int[] ends = new int[MAX_TOKENS];

	private final boolean old;

	private byte[] bytes = NOTHING;

	private int start;

	private int end;

	private int count;

	CommandLine(boolean old) {
		this.old = old;
	}

	/**
	 * Cuts another line.
	 * @param from where it begins
	 * @param to where it ends, line end excluded
	 */
	void read(byte[] line, int from, int to) {
		this.bytes = line;
		this.start = from;
		this.end = to;
		this.count = 0;
		for (int i = from; i < to && this.count < MAX_TOKENS;) {
			if (line[i] == ' ') {
				i++;
				continue;
			}
			this.starts[this.count] = i;
			while (i < to && line[i] != ' ') {
				i++;
			}
			this.ends[this.count++] = i;
		}
	}

	/** Lets go of the bytes, of which there may be many. */
	void forget() {
		this.bytes = NOTHING;
	}

	/** How many words there are, of which no more than 23 are known. */
	int count() {
		return this.count;
	}

	int start(int token) {
		return this.starts[token];
	}

	/** Where the line ends. */
	int end() {
		return this.end;
	}

	int length(int token) {
		return this.ends[token] - this.starts[token];
	}

	byte at(int index) {
		return this.bytes[index];
	}

	/** The first character of a word. */
	char first(int token) {
		return (char) (this.bytes[this.starts[token]] & 0xff);
	}

	String text(int token) {
		return text(this.starts[token], this.ends[token]);
	}

	/** Bytes as characters of the same number. */
	String text(int from, int to) {
		return new String(this.bytes, from, to - from, StandardCharsets.ISO_8859_1);
	}

	/** Everything before the first space. */
	String command() {
		int to = this.start;
		while (to < this.end && this.bytes[to] != ' ') {
			to++;
		}
		return text(this.start, to);
	}

	boolean is(int token, String word) {
		return token < this.count && length(token) == word.length() && text(token).equals(word);
	}

	boolean lastIs(String word) {
		return this.count > 0 && is(this.count - 1, word);
	}

	void copy(int token, Output out) {
		out.put(this.bytes, this.starts[token], length(token));
	}

	/** A word that is a number of 32 bits with a sign. */
	OptionalInt signed(int token) {
		return signed(token, 0);
	}

	/** Likewise, after the first characters of a word. */
	OptionalInt signed(int token, int after) {
		return this.old ? leniently(token, after) : strictly(token, after);
	}

	private OptionalInt strictly(int token, int after) {
		OptionalLong number = Decimal.strictlySigned(this.bytes, this.starts[token] + after, this.ends[token]);
		return (number.isPresent() && number.getAsLong() == (int) number.getAsLong())
				? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
	}

	/** Read as C does, whatever the release. The lower half of a larger one is taken. */
	OptionalInt leniently(int token, int after) {
		OptionalLong number = Decimal.signed(this.bytes, this.starts[token] + after, end(token));
		return number.isPresent() ? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
	}

	/** Where C stops reading: old releases put an end to each word. */
	private int end(int token) {
		return this.old ? this.ends[token] : this.end;
	}

	/** A word that is a number of 32 bits without a sign, after its first characters. */
	OptionalInt flags(int token, int after) {
		OptionalLong number = unsigned(token, after);
		if (number.isEmpty() || (!this.old && number.getAsLong() >>> 32 != 0)) {
			return OptionalInt.empty();
		}
		return OptionalInt.of((int) number.getAsLong());
	}

	/** Read as C does, whatever the release. The lower half of a larger one is taken. */
	OptionalInt flagsLeniently(int token) {
		OptionalLong number = Decimal.unsigned(this.bytes, this.starts[token], end(token));
		return number.isPresent() ? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
	}

	/** A word that is a number of 64 bits without a sign, after its first characters. */
	OptionalLong unsigned(int token, int after) {
		int from = this.starts[token] + after;
		return this.old ? Decimal.unsigned(this.bytes, from, this.ends[token])
				: Decimal.strictlyUnsigned(this.bytes, from, this.ends[token]);
	}

}
