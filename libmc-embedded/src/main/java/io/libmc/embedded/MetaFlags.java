package io.libmc.embedded;

import java.util.OptionalInt;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

/**
 * The flags of a meta command, and its key, which one of them may say is in base64.
 */
final class MetaFlags {

	static final int MAX_KEY = 250;

	private static final int MAX_TOKENS = 20;

	private static final int MAX_OPAQUE = 32;

	private static final String BAD_FORMAT = "CLIENT_ERROR bad command line format";

	private static final String BAD_TOKEN = "CLIENT_ERROR bad token in command line format";

	private static final int KEY = 1;

	/** Known to every release, though not every command makes something of each. */
	private static final String KNOWN = "bNTRlOPLkstcfvhuqFCMJDI";

	private static final String NEW = "xE";

	String key = "";

	boolean binaryKey;

	boolean value;

	boolean quiet;

	boolean noUpdate;

	/** Whether an item is used only once everything is told, and not if that fails. */
	boolean usedLater;

	boolean stale;

	boolean removeValue;

	char mode;

	int clientFlags;

	long delta = 1;

	long initial;

	/** Whether something is to be put there that is not. */
	boolean vivifies;

	/** When that is over. */
	int vivifyTime;

	OptionalInt timeToLive = OptionalInt.empty();

	/** Whether what is put there is over as {@code N} says, though there is a T. */
	boolean vivifyLast;

	/** Whether an item is early as T says, not as it was. */
	boolean recacheLast;

	OptionalInt recache = OptionalInt.empty();

	OptionalLong compared = OptionalLong.empty();

	OptionalLong chosen = OptionalLong.empty();

	private boolean opaqueTooLong;

	private @Nullable String error;

	private boolean unread;

	/** The flags of a line. */
	static MetaFlags of(CommandLine line, int from, MemcachedVersion version) {
		MetaFlags flags = new MetaFlags();
		flags.read(line, from, version);
		return flags;
	}

	/**
	 * What is wrong with them, as it is answered.
	 * @return null if nothing is
	 */
	@Nullable String error() {
		return this.error;
	}

	/** Whether they are wrong as a whole, so that none was looked at. */
	boolean areUnread() {
		return this.unread;
	}

	/** Whether there is one that is. What comes after it does not count. */
	boolean isOpaqueTooLong() {
		return this.opaqueTooLong;
	}

	static boolean areTooMany(CommandLine line, MemcachedVersion version) {
		return line.count() >= (version.isOld() ? MAX_TOKENS : MAX_TOKENS + 1);
	}

	private void read(CommandLine line, int from, MemcachedVersion version) {
		if (line.length(KEY) > MAX_KEY) {
			this.error = BAD_FORMAT;
			this.unread = true;
			return;
		}
		if (areTooMany(line, version)) {
			boolean are = !version.isOld() || line.is(0, "mg");
			this.error = are ? "CLIENT_ERROR options flags are too long" : "CLIENT_ERROR options flags too long";
			this.unread = true;
			return;
		}
		this.key = line.text(KEY);
		long seen = 0;
		for (int i = from; i < line.count(); i++) {
			char flag = line.first(i);
			if (flag >= 127) {
				this.error = "CLIENT_ERROR duplicate flag";
				return;
			}
			long bit = 1L << (flag - '@');
			boolean known = KNOWN.indexOf(flag) >= 0 || (!version.isOld() && NEW.indexOf(flag) >= 0);
			if (!known) {
				this.error = "CLIENT_ERROR invalid flag";
				return;
			}
			if ((seen & bit) != 0) {
				this.error = "CLIENT_ERROR duplicate flag";
				return;
			}
			seen |= bit;
			String wrong = take(flag, line, i, version);
			if (wrong != null) {
				this.error = wrong;
			}
		}
	}

	/**
	 * Whether each begins with what could be one. Old releases do not ask.
	 */
	static boolean areWords(CommandLine line, int from, MemcachedVersion version) {
		for (int i = from; i < line.count() && !version.isOld(); i++) {
			char first = line.first(i);
			if (!(first >= '0' && first <= '9') && !(first >= 'A' && first <= 'z')) {
				return false;
			}
		}
		return true;
	}

	/** Takes one, and says what is wrong with it. */
	private @Nullable String take(char flag, CommandLine line, int token, MemcachedVersion version) {
		switch (flag) {
			case 'b' -> {
				String decoded = BinaryKey.decode(this.key);
				this.binaryKey = true;
				this.key = (decoded != null) ? decoded : "";
				return (decoded != null) ? null : "CLIENT_ERROR error decoding key";
			}
			case 'N' -> {
				this.usedLater = true;
				OptionalInt time = line.signed(token, 1);
				this.vivifies = true;
				if (!this.opaqueTooLong) {
					this.vivifyTime = time.orElse(0);
					this.vivifyLast = true;
				}
				return time.isPresent() ? null : BAD_TOKEN;
			}
			case 'T' -> {
				this.usedLater = true;
				OptionalInt time = line.signed(token, 1);
				if (!this.opaqueTooLong) {
					this.timeToLive = time;
					this.vivifyLast = false;
				}
				return time.isPresent() ? null : BAD_TOKEN;
			}
			case 'R' -> {
				this.usedLater = true;
				this.recache = line.signed(token, 1);
				this.recacheLast = this.timeToLive.isPresent();
				return this.recache.isPresent() ? null : BAD_TOKEN;
			}
			case 'C' -> {
				this.compared = line.unsigned(token, 1);
				return this.compared.isPresent() ? null : BAD_TOKEN;
			}
			case 'E' -> {
				this.chosen = line.unsigned(token, 1);
				return this.chosen.isPresent() ? null : BAD_TOKEN;
			}
			case 'F' -> {
				OptionalInt flags = line.flags(token, 1);
				this.clientFlags = flags.orElse(0);
				return flags.isPresent() ? null : keep(BAD_FORMAT);
			}
			case 'J' -> {
				OptionalLong number = line.unsigned(token, 1);
				this.initial = number.orElse(0);
				return number.isPresent() ? null : "CLIENT_ERROR invalid numeric initial value";
			}
			case 'D' -> {
				OptionalLong number = line.unsigned(token, 1);
				this.delta = number.orElse(1);
				return number.isPresent() ? null : "CLIENT_ERROR invalid numeric delta value";
			}
			case 'M' -> {
				if (version.isOld() && line.length(token) != 2) {
					return "CLIENT_ERROR incorrect length for M token";
				}
				this.mode = (line.length(token) > 1) ? (char) line.at(line.start(token) + 1) : ' ';
			}
			case 'O' -> this.opaqueTooLong = line.length(token) > MAX_OPAQUE;
			case 'h', 'l' -> this.usedLater = true;
			case 'v' -> this.value = true;
			case 'q' -> this.quiet = true;
			case 'u' -> this.noUpdate = true;
			case 'I' -> this.stale = true;
			case 'x' -> this.removeValue = true;
			default -> {
			}
		}
		return null;
	}

	/** An error that says less than one before it. */
	private String keep(String lesser) {
		return (this.error != null) ? this.error : lesser;
	}

}
