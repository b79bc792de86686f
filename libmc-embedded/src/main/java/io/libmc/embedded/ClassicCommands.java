package io.libmc.embedded;

import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

import io.libmc.embedded.Stats.Count;
import io.libmc.embedded.Storing.Mode;
import io.libmc.embedded.Storing.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Every command but the meta commands.
 */
final class ClassicCommands {

	private static final String BAD_FORMAT = "CLIENT_ERROR bad command line format";

	private static final String BAD_TIME = "CLIENT_ERROR invalid exptime argument";

	/** How many words there are at least, and, until some release, at most. */
	private static final Map<String, int[]> WORDS = Map.ofEntries(Map.entry("get", new int[] { 2, 24 }),
			Map.entry("gets", new int[] { 2, 24 }), Map.entry("gat", new int[] { 3, 24 }),
			Map.entry("gats", new int[] { 3, 24 }), Map.entry("bget", new int[] { 2, 24 }),
			Map.entry("set", new int[] { 5, 6 }), Map.entry("add", new int[] { 5, 6 }),
			Map.entry("replace", new int[] { 5, 6 }), Map.entry("append", new int[] { 5, 6 }),
			Map.entry("prepend", new int[] { 5, 6 }), Map.entry("cas", new int[] { 5, 7 }),
			Map.entry("incr", new int[] { 3, 4 }), Map.entry("decr", new int[] { 3, 4 }),
			Map.entry("touch", new int[] { 3, 4 }), Map.entry("delete", new int[] { 2, 4 }));

	private final Engine engine;

	private final Session session;

	ClassicCommands(Engine engine, Session session) {
		this.engine = engine;
		this.session = session;
	}

	void execute(String name, CommandLine line, Output out) {
		if (!hasItsWords(name, line)) {
			out.line(this.engine.isOld() ? "ERROR" : BAD_FORMAT);
			return;
		}
		switch (name) {
			case "get" -> get(line, false);
			case "gets" -> get(line, true);
			case "gat" -> getAndTouch(line, false, out);
			case "gats" -> getAndTouch(line, true, out);
			case "set" -> store(Mode.SET, line, out);
			case "add" -> store(Mode.ADD, line, out);
			case "replace" -> store(Mode.REPLACE, line, out);
			case "append" -> store(Mode.APPEND, line, out);
			case "prepend" -> store(Mode.PREPEND, line, out);
			case "cas" -> store(Mode.CAS, line, out);
			case "incr" -> arithmetic(true, line, out);
			case "decr" -> arithmetic(false, line, out);
			case "touch" -> touch(line, out);
			case "delete" -> delete(line, out);
			case "version" -> out.line("VERSION " + this.engine.settings.version());
			case "quit" -> this.session.end();
			case "stats" -> this.session.reply(new StatsCommand(this.engine).answer(line));
			case "watch" -> out.line("CLIENT_ERROR watch commands not allowed");
			default -> executeRare((line.count() > 0) ? line.text(0) : "", line, out);
		}
	}

	private boolean hasItsWords(String name, CommandLine line) {
		int[] words = WORDS.get(name);
		if (words == null) {
			return true;
		}
		boolean old = this.engine.isOld();
		int least = words[0];
		if (old && name.equals("cas")) {
			least = 6;
		}
		if (old && name.startsWith("gat")) {
			least = 2;
		}
		return line.count() >= least && (!old || line.count() <= words[1] || words[1] == 24);
	}

	private void executeRare(String name, CommandLine line, Output out) {
		if (this.engine.isOld() && hasTooManyWords(name, line)) {
			out.line("ERROR");
			return;
		}
		boolean noReply = line.lastIs("noreply");
		String answer = switch (name) {
			case "flush_all" -> flush(line, noReply);
			case "verbosity" -> verbosity(line);
			case "shutdown" -> (this.engine.isOld() ? "ERROR" : "SERVER_ERROR") + ": shutdown not enabled";
			case "refresh_certs" -> "Error TLS not enabled";
			case "lru_crawler" -> {
				noReply = false;
				yield dump(line);
			}
			default -> {
				noReply &= !this.engine.isOld();
				yield unknown(name, line);
			}
		};
		if (!noReply && answer != null) {
			out.line(answer);
		}
	}

	private static boolean hasTooManyWords(String name, CommandLine line) {
		return switch (name) {
			case "flush_all" -> line.count() > 3;
			case "verbosity" -> line.count() < 2 || line.count() > 3;
			default -> false;
		};
	}

	/** A browser is sent away. */
	private @Nullable String unknown(String name, CommandLine line) {
		if (this.engine.isOld() && name.equals("bget")) {
			get(line, false);
			return null;
		}
		if (line.count() > 1 && line.text(line.count() - 1).startsWith("HTTP/")) {
			this.session.end();
			return null;
		}
		return "ERROR";
	}

	private void get(CommandLine line, boolean withCas) {
		this.session.retrieve(new Retrieval(this.engine, line, line.start(1), withCas, OptionalInt.empty()));
	}

	private void getAndTouch(CommandLine line, boolean withCas, Output out) {
		OptionalInt exptime = line.signed(1);
		if (exptime.isEmpty()) {
			out.line(BAD_TIME);
			return;
		}
		OptionalInt expiresAt = OptionalInt.of(this.engine.clock.expiry(exptime.getAsInt()));
		int from = (line.count() > 2) ? line.start(2) : line.end();
		this.session.retrieve(new Retrieval(this.engine, line, from, withCas, expiresAt));
	}

	private void store(Mode mode, CommandLine line, Output out) {
		boolean old = this.engine.isOld();
		boolean noReply = line.lastIs("noreply");
		OptionalInt length = line.signed(4);
		boolean lengthIsBad = length.isEmpty() || length.getAsInt() < 0 || length.getAsInt() > Integer.MAX_VALUE - 2;
		if (lengthIsBad && !old) {
			out.line(BAD_FORMAT);
			return;
		}
		OptionalInt flags = line.flagsLeniently(2);
		OptionalInt exptime = line.leniently(3, 0);
		OptionalLong compared = (mode != Mode.CAS) ? OptionalLong.of(0)
				: (line.count() > 5) ? line.unsigned(5, 0) : OptionalLong.empty();
		if (lengthIsBad || line.length(1) > MetaFlags.MAX_KEY || flags.isEmpty() || exptime.isEmpty()
				|| compared.isEmpty()) {
			if (old) {
				answer(BAD_FORMAT, noReply, out);
			}
			else {
				this.session.swallow(length.getAsInt(), noReply ? null : BAD_FORMAT);
			}
			return;
		}
		Storing command = new Storing(line.text(1), mode, flags.getAsInt(),
				this.engine.clock.expiry(exptime.getAsInt()), length.getAsInt());
		command.compared = compared.getAsLong();
		command.noReply = noReply;
		this.engine.prefixes.countSet(command.key);
		String refusal = Refusals.of(command, this.engine);
		if (refusal == null) {
			this.session.receive(command);
			return;
		}
		this.session.swallow(command.length, noReply ? null : refusal);
		if (mode == Mode.SET) {
			this.engine.store.change(command.key, (item) -> null);
		}
	}

	/**
	 * Stores what has come.
	 * @param data null if it did not end where it was to
	 */
	void store(Storing command, byte @Nullable [] data, Output out) {
		if (data == null) {
			answer("CLIENT_ERROR bad data chunk", command.noReply, out);
			return;
		}
		command.chosen = this.session.takeCas();
		Outcome outcome = command.store(data, this.engine);
		answer(outcome.name(), command.noReply, out);
	}

	private void arithmetic(boolean incr, CommandLine line, Output out) {
		boolean noReply = line.lastIs("noreply");
		OptionalLong delta = line.unsigned(2, 0);
		if (line.length(1) > MetaFlags.MAX_KEY) {
			answer(BAD_FORMAT, noReply, out);
			return;
		}
		if (delta.isEmpty()) {
			answer("CLIENT_ERROR invalid numeric delta argument", noReply, out);
			return;
		}
		Arithmetic sum = new Arithmetic(incr, delta.getAsLong(), 0);
		boolean fits = this.engine.store.change(line.text(1),
				(item) -> sum.apply(item, this.engine.store, this.engine.clock.now()));
		if (!fits) {
			answer("SERVER_ERROR out of memory", noReply, out);
			return;
		}
		switch (sum.outcome()) {
			case DONE -> {
				this.engine.stats.countArithmetic(incr, true);
				answer(sum.digits(), noReply, out);
			}
			case NOT_A_NUMBER -> answer("CLIENT_ERROR cannot increment or decrement non-numeric value", noReply, out);
			default -> {
				this.engine.stats.countArithmetic(incr, false);
				answer("NOT_FOUND", noReply, out);
			}
		}
	}

	private void touch(CommandLine line, Output out) {
		boolean noReply = line.lastIs("noreply");
		OptionalInt exptime = line.signed(2);
		if (line.length(1) > MetaFlags.MAX_KEY) {
			answer(BAD_FORMAT, noReply, out);
			return;
		}
		if (exptime.isEmpty()) {
			answer(BAD_TIME, noReply, out);
			return;
		}
		int expiresAt = this.engine.clock.expiry(exptime.getAsInt());
		boolean[] found = new boolean[1];
		this.engine.store.change(line.text(1), (item) -> {
			if (item == null) {
				return null;
			}
			found[0] = true;
			item.fetchedAt(this.engine.clock.now());
			return item.withExpiry(expiresAt);
		});
		this.engine.stats.countTouch(found[0]);
		answer(found[0] ? "TOUCHED" : "NOT_FOUND", noReply, out);
	}

	private void delete(CommandLine line, Output out) {
		boolean noReply = line.lastIs("noreply") && (line.count() > 2 || !this.engine.isOld());
		if (this.engine.isOld() && line.count() > 2) {
			boolean zero = line.is(2, "0");
			if (!(line.count() == 3 && (zero || noReply)) && !(line.count() == 4 && zero && noReply)) {
				answer(BAD_FORMAT + ".  Usage: delete <key> [noreply]", noReply, out);
				return;
			}
		}
		if (line.length(1) > MetaFlags.MAX_KEY) {
			answer(BAD_FORMAT, noReply, out);
			return;
		}
		boolean[] found = new boolean[1];
		this.engine.prefixes.countDelete(line.text(1));
		this.engine.store.change(line.text(1), (item) -> {
			found[0] = item != null;
			return null;
		});
		this.engine.stats.countDelete(found[0]);
		answer(found[0] ? "DELETED" : "NOT_FOUND", noReply, out);
	}

	private @Nullable String flush(CommandLine line, boolean noReply) {
		this.engine.stats.count(Count.CMD_FLUSH);
		int exptime = 0;
		if (line.count() != (noReply ? 2 : 1)) {
			OptionalInt told = line.signed(1);
			if (told.isEmpty()) {
				return BAD_TIME;
			}
			exptime = told.getAsInt();
		}
		if (exptime > 0) {
			this.engine.store.flush(this.engine.clock.expiry(exptime) - 1);
		}
		else {
			this.engine.store.flush();
			if (this.engine.isOld()) {
				this.engine.store.nextCas();
			}
		}
		return "OK";
	}

	private String verbosity(CommandLine line) {
		if (line.count() < 2) {
			return BAD_FORMAT;
		}
		OptionalInt level = line.flags(1, 0);
		if (level.isEmpty()) {
			return BAD_FORMAT;
		}
		this.engine.verbosity = (int) Math.min(2, Integer.toUnsignedLong(level.getAsInt()));
		return "OK";
	}

	private @Nullable String dump(CommandLine line) {
		if (line.is(1, "metadump") && line.count() == 3) {
			if (!line.is(2, "all") && !line.is(2, "hash")) {
				return "BADCLASS invalid class id";
			}
			this.session.reply(new StatsCommand(this.engine).dump());
			return null;
		}
		return "ERROR";
	}

	private static void answer(String text, boolean noReply, Output out) {
		if (!noReply) {
			out.line(text);
		}
	}

}
