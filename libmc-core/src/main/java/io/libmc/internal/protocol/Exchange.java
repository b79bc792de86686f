package io.libmc.internal.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * One request and, once it has come, its reply. The request's fields are set before it is
 * encoded; the reply's are written by the one thread that parses, and may be read once
 * the exchange is known to be complete.
 */
public class Exchange {

	private static final byte[] NOREPLY = { ' ', 'n', 'o', 'r', 'e', 'p', 'l', 'y' };

	/** How memcached answered. */
	public enum Answer {

		/** Not yet. */
		NONE,

		/** The end of the values or statistics asked for. */
		END,

		STORED, NOT_STORED, EXISTS, NOT_FOUND, DELETED, TOUCHED, OK, NUMBER, VERSION,

		/**
		 * A meta command was done ({@code HD}, {@code VA}, {@code MN}, {@code ME}); its
		 * flags are the text, its data the first value.
		 */
		DONE,

		/** {@code SERVER_ERROR}. */
		SERVER_ERROR,

		/** {@code CLIENT_ERROR} or {@code ERROR}. */
		CLIENT_ERROR,

		/** A value larger than the client takes; its bytes were dropped. */
		TOO_LARGE

	}

	private final Command command;

	private final byte[][] keys;

	private byte @Nullable [] data;

	private int flags;

	private long exptime;

	/** The delta of a counter or the unique number of a cas. */
	private long number;

	private boolean noReply;

	private @Nullable String arguments;

	Answer answer = Answer.NONE;

	/** The message of an error, or the version. */
	@Nullable String text;

	/** What a counter stands at. */
	long counter;

	/** By position in {@code keys}; null is a miss. */
	byte @Nullable [] @Nullable [] values;

	int @Nullable [] valueFlags;

	long @Nullable [] valueUniques;

	/** Where the search for the next value's key starts. */
	int nextKey;

	@Nullable Map<String, String> stats;

	protected Exchange(Command command, byte[]... keys) {
		this.command = command;
		this.keys = keys;
	}

	/** Takes over everything that makes up the request. */
	protected final void copyRequest(Exchange other) {
		this.data = other.data;
		this.flags = other.flags;
		this.exptime = other.exptime;
		this.number = other.number;
		this.noReply = other.noReply;
		this.arguments = other.arguments;
	}

	protected final void storing(byte[] data, int flags, long exptime, long unique) {
		this.data = data;
		this.flags = flags;
		this.exptime = exptime;
		this.number = unique;
	}

	protected final void exptime(long exptime) {
		this.exptime = exptime;
	}

	protected final void delta(long delta) {
		this.number = delta;
	}

	protected final void arguments(String arguments) {
		this.arguments = arguments;
	}

	/**
	 * Asks the server for no reply. The data is copied, for the caller does not know when
	 * it will have been written.
	 */
	public final void noReply() {
		this.noReply = true;
		if (this.data != null) {
			this.data = this.data.clone();
		}
	}

	public final boolean isNoReply() {
		return this.noReply;
	}

	public final Command command() {
		return this.command;
	}

	public final byte[][] keys() {
		return this.keys;
	}

	/** The length of the data block, or 0. */
	public final int dataLength() {
		return (this.data != null) ? this.data.length : 0;
	}

	/** Whether its data block is written from the caller's own array. */
	public final boolean sharesData() {
		return dataLength() >= OutBuffer.LARGE;
	}

	/** An upper bound of the bytes that {@link #encode} adds. */
	public final long maxEncodedLength() {
		long length = 96L + dataLength() + ((this.arguments != null) ? this.arguments.length() : 0);
		for (byte[] key : this.keys) {
			length += key.length + 1;
		}
		return length;
	}

	/** Adds the request's bytes. */
	public final void encode(OutBuffer out) {
		out.put(this.command.word);
		if (this.command == Command.GAT) {
			out.put(' ');
			out.putDecimal(this.exptime);
		}
		for (byte[] key : this.keys) {
			out.put(' ');
			out.put(key);
		}
		switch (this.command) {
			case SET, ADD, REPLACE, APPEND, PREPEND, CAS -> encodeItem(out);
			case TOUCH -> {
				out.put(' ');
				out.putDecimal(this.exptime);
			}
			case INCR, DECR -> {
				out.put(' ');
				out.putUnsigned(this.number);
			}
			case MS -> {
				out.put(' ');
				out.putDecimal(dataLength());
			}
			default -> {
			}
		}
		if (this.arguments != null) {
			out.put(this.arguments.getBytes(StandardCharsets.UTF_8));
		}
		if (this.noReply) {
			out.put(NOREPLY);
		}
		out.putLineEnd();
		if (this.data != null) {
			out.putData(this.data);
			out.putLineEnd();
		}
	}

	private void encodeItem(OutBuffer out) {
		out.put(' ');
		out.putDecimal(this.flags & 0xffffffffL);
		out.put(' ');
		out.putDecimal(this.exptime);
		out.put(' ');
		out.putDecimal(dataLength());
		if (this.command == Command.CAS) {
			out.put(' ');
			out.putUnsigned(this.number);
		}
	}

	/** How memcached answered. */
	public final Answer answer() {
		return this.answer;
	}

	/** The message of an error, or the version; null for every other answer. */
	public final @Nullable String text() {
		return this.text;
	}

	/** What the counter stands at; unsigned. */
	public final long counter() {
		return this.counter;
	}

	/** Whether any of the keys was found. */
	public final boolean hasValues() {
		return this.values != null;
	}

	/** Takes the value of the key at this position out; null is a miss. */
	public final byte @Nullable [] takeValue(int position) {
		if (this.values == null) {
			return null;
		}
		byte[] value = this.values[position];
		this.values[position] = null;
		return value;
	}

	/** The flags of the value at this position. */
	public final int flags(int position) {
		return (this.valueFlags != null) ? this.valueFlags[position] : 0;
	}

	/** The number for a cas of the value at this position. */
	public final long unique(int position) {
		return (this.valueUniques != null) ? this.valueUniques[position] : 0;
	}

	public final Map<String, String> stats() {
		return (this.stats != null) ? this.stats : Map.of();
	}

	/**
	 * The position of the key that lies in these bytes, or -1 if it was not asked for.
	 */
	final int positionOf(byte[] buffer, int from, int to) {
		int count = this.keys.length;
		for (int i = 0; i < count; i++) {
			int position = this.nextKey + i;
			if (position >= count) {
				position -= count;
			}
			byte[] key = this.keys[position];
			if (Arrays.equals(key, 0, key.length, buffer, from, to)) {
				return position;
			}
		}
		return -1;
	}

	final boolean hasValue(int position) {
		return this.values != null && this.values[position] != null;
	}

	final void value(int position, byte[] value, int flags, long unique) {
		int count = this.keys.length;
		if (this.values == null) {
			this.values = new byte[count][];
			this.valueFlags = new int[count];
		}
		this.values[position] = value;
		Objects.requireNonNull(this.valueFlags)[position] = flags;
		if (this.command == Command.GETS) {
			if (this.valueUniques == null) {
				this.valueUniques = new long[count];
			}
			this.valueUniques[position] = unique;
		}
		this.nextKey = position + 1;
	}

	final void stat(String name, String value) {
		if (this.stats == null) {
			this.stats = new LinkedHashMap<>();
		}
		this.stats.put(name, value);
	}

}
