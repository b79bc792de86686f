package io.libmc.embedded;

import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A line of a client, cut at its spaces. Numbers are read as memcached reads them, which
 * is C's way: digits after blanks and a sign, up to a blank.
 */
final class CommandLine {

	/** A word has no more than a line that memcached would cut into tokens. */
	private static final int MAX_TOKENS = 24;

	private final int[] starts = new int[MAX_TOKENS];

	private final int[] ends = new int[MAX_TOKENS];

	private byte[] bytes = new byte[0];

	private int start;

	private int end;

	private int count;

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

	/** How many words there are, of which no more than 24 are known. */
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
		OptionalLong number = number(this.starts[token] + after, this.end);
		return (number.isPresent() && number.getAsLong() == (int) number.getAsLong())
				? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
	}

	/**
	 * Likewise, without a sign. Of larger numbers memcached takes the lower half.
	 */
	OptionalInt flags(int token, int after) {
		OptionalLong number = unsigned(token, after);
		return number.isPresent() ? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
	}

	/** A word that is a number of 64 bits without a sign, after its first characters. */
	OptionalLong unsigned(int token, int after) {
		return Decimal.unsigned(this.bytes, this.starts[token] + after, this.end);
	}

	/** A word of digits, with a minus at most. */
	OptionalInt digits(int token) {
		int from = this.starts[token];
		boolean signed = this.bytes[from] == '-' && length(token) > 1;
		for (int i = from + (signed ? 1 : 0); i < this.ends[token]; i++) {
			if (this.bytes[i] < '0' || this.bytes[i] > '9') {
				return OptionalInt.empty();
			}
		}
		return signed(token);
	}

	private OptionalLong number(int from, int to) {
		return Decimal.signed(this.bytes, from, to);
	}

}
