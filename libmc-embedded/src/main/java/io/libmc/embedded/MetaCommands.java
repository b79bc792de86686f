package io.libmc.embedded;

import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

import io.libmc.embedded.Stats.Count;
import io.libmc.embedded.Storing.Mode;
import io.libmc.embedded.Storing.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * The meta commands.
 */
final class MetaCommands {

	private static final String BAD_FORMAT = "CLIENT_ERROR bad command line format";

	private static final String INVALID_FLAG = "CLIENT_ERROR invalid or duplicate flag";

	private static final String OUT_OF_MEMORY = "SERVER_ERROR out of memory";

	private static final String OPAQUE_TOO_LONG = "CLIENT_ERROR opaque token too long";

	private final Engine engine;

	private final Session session;

	MetaCommands(Engine engine, Session session) {
		this.engine = engine;
		this.session = session;
	}

	private boolean isMalformed(CommandLine line, Output out) {
		if (line.count() >= 2 && MetaFlags.areWords(line, 2, this.engine.settings.version())) {
			return false;
		}
		out.line(this.engine.isOld() ? "ERROR" : BAD_FORMAT);
		return true;
	}

	private MetaFlags flags(CommandLine line, int from) {
		return MetaFlags.of(line, from, this.engine.settings.version());
	}

	void get(CommandLine line, Output out) {
		if (isMalformed(line, out)) {
			return;
		}
		MetaFlags flags = flags(line, 2);
		if (flags.error() != null) {
			out.line(flags.error());
			return;
		}
		MetaGet get = new MetaGet(this.engine, flags);
		Item item = get.perform();
		this.engine.stats.count(Count.CMD_META);
		if (flags.isOpaqueTooLong()) {
			out.line(OPAQUE_TOO_LONG);
			return;
		}
		if (item == null) {
			if (!flags.quiet) {
				out.put("EN");
				echo(line, flags, out);
				out.endLine();
			}
			return;
		}
		boolean value = flags.value && !get.isKnown();
		if (value) {
			out.put("VA ").put(item.length());
		}
		else {
			out.put("HD");
		}
		get.put(line, out);
		out.endLine();
		if (value) {
			this.session.reply(item.value());
		}
	}

	void set(CommandLine line, Output out) {
		boolean old = this.engine.isOld();
		if (line.count() < 3) {
			out.line((old && line.count() < 2) ? "ERROR" : BAD_FORMAT);
			return;
		}
		OptionalInt length = line.signed(2);
		boolean lengthIsBad = length.isEmpty() || length.getAsInt() < 0 || length.getAsInt() > Integer.MAX_VALUE - 2;
		if (old && line.length(1) > MetaFlags.MAX_KEY) {
			out.line(BAD_FORMAT);
			return;
		}
		if (old && MetaFlags.areTooMany(line, this.engine.settings.version())) {
			out.line("CLIENT_ERROR options flags too long");
			return;
		}
		if (lengthIsBad || !MetaFlags.areWords(line, 3, this.engine.settings.version())) {
			out.line(BAD_FORMAT);
			return;
		}
		MetaFlags flags = flags(line, 3);
		String error = flags.error();
		Mode mode = (error == null) ? mode(flags) : null;
		if (error == null && mode == null) {
			error = "CLIENT_ERROR invalid mode for ms M token";
		}
		if (error == null && flags.isOpaqueTooLong()) {
			error = OPAQUE_TOO_LONG;
			this.session.leaveCas(old ? 0 : chosen(flags));
		}
		if (error != null || mode == null) {
			this.session.swallow(length.getAsInt(), (error != null) ? error : BAD_FORMAT);
			return;
		}
		receive(storing(flags, mode, length.getAsInt()), flags, line);
	}

	/** The number that an item is to bear, taken before its data has come. */
	private long chosen(MetaFlags flags) {
		return flags.chosen.isPresent() ? flags.chosen.getAsLong() : this.engine.store.nextCas();
	}

	private @Nullable Mode mode(MetaFlags flags) {
		boolean vivifies = flags.vivifies && !this.engine.isOld();
		return switch (flags.mode) {
			case 0, 'S' -> flags.compared.isPresent() ? Mode.CAS : Mode.SET;
			case 'R' -> flags.compared.isPresent() ? Mode.CAS : Mode.REPLACE;
			case 'E' -> Mode.ADD;
			case 'A' -> vivifies ? Mode.APPEND_OR_SET : Mode.APPEND;
			case 'P' -> vivifies ? Mode.PREPEND_OR_SET : Mode.PREPEND;
			default -> null;
		};
	}

	private Storing storing(MetaFlags flags, Mode mode, int length) {
		boolean vivifies = mode == Mode.APPEND_OR_SET || mode == Mode.PREPEND_OR_SET;
		int expiresAt = this.engine.clock.expiry(vivifies ? flags.vivifyTime : flags.timeToLive.orElse(0));
		Storing storing = new Storing(flags.key, mode, flags.clientFlags, expiresAt, length);
		storing.compared = flags.compared.orElse(0);
		storing.staleAllowed = flags.stale && mode == Mode.CAS;
		storing.binaryKey = flags.binaryKey;
		storing.noReply = flags.quiet;
		return storing;
	}

	private void receive(Storing storing, MetaFlags flags, CommandLine line) {
		String refusal = Refusals.of(storing, this.engine);
		if (refusal != null) {
			this.engine.store.change(storing.key, (item) -> null);
			this.session.swallow(storing.length, refusal);
			return;
		}
		this.session.takeCas();
		storing.echo = new MetaEcho(line, 2);
		storing.chosen = this.engine.isOld() ? 0 : chosen(flags);
		this.session.receive(storing);
	}

	/**
	 * Stores what has come.
	 * @param data null if it did not end where it was to
	 */
	void store(Storing storing, byte @Nullable [] data, Output out) {
		if (data == null) {
			this.session.leaveCas(storing.chosen);
			out.line("CLIENT_ERROR bad data chunk");
			return;
		}
		Outcome outcome = storing.store(data, this.engine);
		if ((outcome == Outcome.STORED && storing.noReply) || storing.echo == null) {
			return;
		}
		out.put(outcome.meta);
		storing.echo.put(out, storing, !this.engine.isOld());
		out.endLine();
	}

	void delete(CommandLine line, Output out) {
		if (isMalformed(line, out)) {
			return;
		}
		MetaFlags flags = flags(line, 2);
		if (flags.error() != null) {
			out.line((this.engine.isOld() && !flags.areUnread()) ? INVALID_FLAG : flags.error());
			return;
		}
		if (flags.isOpaqueTooLong()) {
			out.line(OPAQUE_TOO_LONG);
			return;
		}
		String[] answer = { "NF" };
		boolean fits = this.engine.store.change(flags.key, (item) -> {
			if (item == null) {
				return null;
			}
			boolean matches = flags.compared.isEmpty() || flags.compared.getAsLong() == item.cas();
			answer[0] = matches ? "HD" : "EX";
			return matches ? deleted(item, flags) : item;
		});
		if (!fits) {
			out.line(OUT_OF_MEMORY);
			return;
		}
		this.engine.stats.countDelete(answer[0].equals("HD"));
		if (answer[0].equals("HD") && flags.quiet) {
			return;
		}
		out.put(answer[0]);
		echo(line, flags, out);
		out.endLine();
	}

	/** What is left of an item. */
	private @Nullable Item deleted(Item item, MetaFlags flags) {
		if (!flags.stale && !flags.removeValue) {
			return null;
		}
		Item left = item;
		if (flags.removeValue) {
			int expiresAt = this.engine.clock.expiry(flags.timeToLive.orElse(0));
			left = Item.of(new byte[0], flags.clientFlags, expiresAt, flags.chosen.orElse(item.cas()), false,
					this.engine.clock.now());
		}
		if (flags.stale) {
			if (flags.timeToLive.isPresent()) {
				left = left.withExpiry(this.engine.clock.expiry(flags.timeToLive.getAsInt()));
			}
			left = left.markedStale(flags.chosen.isPresent() ? flags.chosen.getAsLong() : this.engine.store.nextCas());
		}
		return left;
	}

	void arithmetic(CommandLine line, Output out) {
		if (isMalformed(line, out)) {
			return;
		}
		MetaFlags flags = flags(line, 2);
		if (flags.error() != null) {
			out.line((this.engine.isOld() && flags.areUnread()) ? flags.error() : INVALID_FLAG);
			return;
		}
		boolean incr = flags.mode == 0 || flags.mode == 'I' || flags.mode == '+';
		if (!incr && flags.mode != 'D' && flags.mode != '-') {
			out.line("CLIENT_ERROR invalid mode for ma M token");
			return;
		}
		MetaArithmetic arithmetic = new MetaArithmetic(this.engine, flags, incr);
		Item item = arithmetic.perform();
		if (arithmetic.isWithoutRoom()) {
			out.line("SERVER_ERROR Out of memory allocating new item");
			return;
		}
		if (arithmetic.isTooLong()) {
			out.line(OUT_OF_MEMORY);
			return;
		}
		switch (arithmetic.outcome()) {
			case NOT_A_NUMBER -> out.line("CLIENT_ERROR cannot increment or decrement non-numeric value");
			case NOT_FOUND, EXISTS -> {
				if (flags.isOpaqueTooLong()) {
					out.line(OPAQUE_TOO_LONG);
					return;
				}
				out.put((arithmetic.outcome() == Arithmetic.Outcome.EXISTS) ? "EX" : "NF");
				echo(line, flags, out);
				out.endLine();
			}
			case DONE -> {
				if (flags.isOpaqueTooLong()) {
					out.line(OPAQUE_TOO_LONG);
				}
				else if (item != null && !arithmetic.isSilent()) {
					answer(arithmetic, item, flags, line, out);
				}
			}
		}
	}

	private void answer(MetaArithmetic arithmetic, Item item, MetaFlags flags, CommandLine line, Output out) {
		String digits = arithmetic.digits();
		if (flags.value) {
			out.put("VA ").put(digits.length());
		}
		else {
			out.put("HD");
		}
		arithmetic.put(line, item, out);
		out.endLine();
		if (flags.value) {
			this.session.reply(digits.getBytes(StandardCharsets.ISO_8859_1));
		}
	}

	void debug(CommandLine line, Output out) {
		boolean old = this.engine.isOld();
		if (line.count() < 2 || line.length(1) > MetaFlags.MAX_KEY
				|| !MetaFlags.areWords(line, 2, this.engine.settings.version())) {
			out.line(BAD_FORMAT);
			return;
		}
		String key = line.text(1);
		if (line.count() >= (old ? 3 : 4) && line.is(2, "b")) {
			key = BinaryKey.decode(key);
			if (key == null) {
				out.line(BAD_FORMAT);
				return;
			}
		}
		Item item = this.engine.store.peek(key);
		this.engine.stats.count(Count.CMD_META);
		if (item == null) {
			out.line("EN");
			return;
		}
		int now = this.engine.clock.now();
		long size = Item.size(key.length(), item.flags(), item.length());
		out.put("ME ").put(item.binaryKey() ? BinaryKey.encode(key) : key).put(" exp=");
		if (item.expiresAt() == 0) {
			out.put(-1);
		}
		else {
			out.put(old ? now - item.expiresAt() : item.expiresAt() - now);
		}
		out.put(" la=").put(now - item.use().lastAt).put(" cas=").putUnsigned(item.cas());
		out.put(" fetch=").put(item.use().fetched ? "yes" : "no").put(" cls=").put(SlabClasses.of(size));
		out.put(" size=").put(size).endLine();
	}

	private static void echo(CommandLine line, MetaFlags flags, Output out) {
		for (int i = 2; i < line.count(); i++) {
			switch (line.first(i)) {
				case 'O' -> {
					out.put(' ');
					line.copy(i, out);
				}
				case 'k' -> MetaEcho.putKey(out, flags.key, flags.binaryKey);
				default -> {
				}
			}
		}
	}

}
