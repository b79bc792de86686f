package io.libmc.embedded;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.libmc.embedded.Session.Need;

/**
 * Says the same to a session of ours and to the real memcached, and compares every byte
 * of the answers. What is said before makes both empty, and gives both the same clock and
 * the same next unique number, so that nothing has to be left out of the comparison. A
 * second that goes by in the middle changes answers; what differs is therefore said
 * again.
 */
final class Lockstep {

	private static final int ATTEMPTS = 2;

	private static final int PART = 16 * 1024;

	private static final int PATIENCE_MILLIS = 400;

	private static final Pattern CAS = Pattern.compile("(?: c| cas=|VALUE \\S+ \\d+ \\d+ )(\\d+)");

	private static final Pattern PLACEHOLDER = Pattern.compile("<cas([+-]\\d{1,6})>");

	private static final Pattern STATISTICS = Pattern
		.compile("\\s*(?!stats (reset|sizes|foo|detail.*|cachedump.*)\\r\\n)stats");

	private static final Pattern LARGE = Pattern.compile("9223372036854775|1844674407370955");

	private static final Pattern DELAYED_FLUSH = Pattern.compile("flush_all\\s+\\+?0*[1-9]");

	private final RealMemcached real;

	private final MemcachedVersion version;

	private final SetClock clock = new SetClock();

	private long compared;

	Lockstep(MemcachedVersion version) {
		this.version = version;
		this.real = RealMemcached.of(version);
	}

	/** How many pieces of what a client says were compared so far. */
	long compared() {
		return this.compared;
	}

	/**
	 * Compares a conversation.
	 * @param conversation piece by piece; {@code <cas+1>} in one stands for the unique
	 * number last told, and one
	 * @throws AssertionError if an answer differs
	 */
	void compare(List<String> conversation) {
		List<String> said = conversation.stream().filter(this::isComparable).toList();
		AssertionError difference = null;
		for (int i = 0; i < ATTEMPTS; i++) {
			try {
				difference = difference(said);
			}
			catch (SocketException ex) {
				difference = new AssertionError("memcached " + this.version + " hung up\n" + line(said), ex);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
			if (difference == null) {
				this.compared += said.size();
				return;
			}
		}
		throw difference;
	}

	/**
	 * Statistics differ. In the old release a delayed flush brings back what an earlier
	 * one has flushed, and it looks for a minus beyond the end of a number of 64 bits.
	 */
	private boolean isComparable(String piece) {
		return !STATISTICS.matcher(piece).lookingAt()
				&& !(this.version.isOld() && (DELAYED_FLUSH.matcher(piece).find() || LARGE.matcher(piece).find()));
	}

	private AssertionError difference(List<String> said) throws IOException {
		try (Socket socket = this.real.connect()) {
			socket.setSoTimeout(PATIENCE_MILLIS);
			Engine engine = new Engine(new Settings(this.version, null, 64L << 20, 1 << 20, 1024, true, null, false,
					java.util.Map.of(), 0, false), this.clock);
			engine.store.lastCas(synchronize(socket));
			return difference(said, new Session(engine), socket);
		}
	}

	/** Returns the unique number that memcached gave last. */
	private long synchronize(Socket socket) throws IOException {
		say(socket, "flush_all\r\nms sync 0 T-1 c\r\n\r\nstats\r\n");
		String all = "";
		while (!all.endsWith("END\r\n")) {
			byte[] part = new byte[8192];
			int count = socket.getInputStream().read(part);
			all += new String(part, 0, count, StandardCharsets.ISO_8859_1);
		}
		this.clock.set((int) number(all, "STAT uptime (\\d+)") + 60, number(all, "STAT time (\\d+)"));
		return number(all, "HD c(\\d+)");
	}

	private static long number(String text, String pattern) {
		Matcher matcher = Pattern.compile(pattern).matcher(text);
		if (!matcher.find()) {
			throw new IllegalStateException(pattern + " is not in " + text);
		}
		return Long.parseLong(matcher.group(1));
	}

	private AssertionError difference(List<String> said, Session session, Socket socket) throws IOException {
		Input in = new Input();
		String last = "1";
		StringBuilder history = new StringBuilder();
		for (String piece : said) {
			String resolved = resolve(piece, last);
			history.append("\n  > ").append(escape(resolved));
			ByteArrayOutputStream ours = new ByteArrayOutputStream();
			boolean ends = answer(session, in, bytes(resolved), ours);
			if (!isSaid(socket, resolved) && ends) {
				return null;
			}
			byte[] theirs = read(socket, ours.size());
			if (ends && text(theirs).endsWith("[reset]")) {
				return null;
			}
			if (!Arrays.equals(ours.toByteArray(), theirs)) {
				return difference(said, history, ours.toByteArray(), theirs);
			}
			history.append("\n  < ").append(escape(text(theirs)));
			Matcher cas = CAS.matcher(text(theirs));
			while (cas.find()) {
				last = cas.group(1);
			}
			if (ends) {
				return isOver(socket) ? null : difference(said, history, bytes("[closed]"), bytes("[open]"));
			}
		}
		return null;
	}

	private static String resolve(String piece, String last) {
		return PLACEHOLDER.matcher(piece)
			.replaceAll(
					(found) -> Long.toUnsignedString(Long.parseUnsignedLong(last) + Long.parseLong(found.group(1))));
	}

	/** Whether that was the last answer. Comes in parts, as from a socket. */
	private static boolean answer(Session session, Input in, byte[] said, ByteArrayOutputStream answer) {
		Output out = new Output();
		for (int from = 0; from < said.length; from += PART) {
			in.add(Arrays.copyOfRange(said, from, Math.min(said.length, from + PART)));
			Need need;
			do {
				need = session.process(in, out);
				answer.writeBytes(out.takeAll());
			}
			while (need == Need.ROOM);
			if (need == Need.END) {
				return true;
			}
		}
		return false;
	}

	private static void say(Socket socket, String text) throws IOException {
		socket.getOutputStream().write(bytes(text));
	}

	/** Whether they were still there. */
	private static boolean isSaid(Socket socket, String text) throws IOException {
		try {
			say(socket, text);
			return true;
		}
		catch (SocketException ex) {
			return false;
		}
	}

	/** As many bytes as ours are, and any that come at the same time. */
	private static byte[] read(Socket socket, int expected) throws IOException {
		ByteArrayOutputStream all = new ByteArrayOutputStream();
		byte[] part = new byte[64 * 1024];
		try {
			while (all.size() < expected) {
				int count = socket.getInputStream().read(part);
				if (count < 0) {
					all.writeBytes(bytes("[closed]"));
					break;
				}
				all.write(part, 0, count);
			}
		}
		catch (SocketTimeoutException ex) {
			all.writeBytes(bytes("[silence]"));
		}
		catch (SocketException ex) {
			all.writeBytes(bytes("[reset]"));
		}
		return all.toByteArray();
	}

	private static boolean isOver(Socket socket) throws IOException {
		try {
			return socket.getInputStream().read() < 0;
		}
		catch (SocketTimeoutException ex) {
			return false;
		}
		catch (IOException ex) {
			return true;
		}
	}

	private AssertionError difference(List<String> said, StringBuilder history, byte[] ours, byte[] theirs) {
		return new AssertionError("unlike memcached " + this.version + ":" + history + "\n  ours   "
				+ escape(text(ours)) + "\n  theirs " + escape(text(theirs)) + "\n" + line(said));
	}

	/** A conversation as a line of the corpus. */
	static String line(List<String> said) {
		return said.stream().map(Lockstep::escape).reduce((first, second) -> first + "\t" + second).orElse("");
	}

	static List<String> conversation(String line) {
		return Arrays.stream(line.split("\t")).map(Lockstep::unescape).toList();
	}

	private static String escape(String text) {
		StringBuilder escaped = new StringBuilder();
		for (int i = 0; i < text.length();) {
			char c = text.charAt(i);
			int run = 1;
			while (i + run < text.length() && text.charAt(i + run) == c) {
				run++;
			}
			String one = (c == '\r') ? "\\r" : (c == '\n') ? "\\n" : (c == '\t') ? "\\t" : (c == '\\') ? "\\\\"
					: (c < ' ' || c > '~') ? String.format("\\x%02x", (int) c) : String.valueOf(c);
			escaped.append((run > 20) ? "\\{" + run + "}" + one : one.repeat(run));
			i += run;
		}
		return escaped.toString();
	}

	private static String unescape(String escaped) {
		StringBuilder text = new StringBuilder();
		int run = 1;
		for (int i = 0; i < escaped.length(); i++) {
			char c = escaped.charAt(i);
			if (c == '\\') {
				char kind = escaped.charAt(++i);
				if (kind == '{') {
					int end = escaped.indexOf('}', i);
					run = Integer.parseInt(escaped.substring(i + 1, end));
					i = end;
					continue;
				}
				c = switch (kind) {
					case 'r' -> '\r';
					case 'n' -> '\n';
					case 't' -> '\t';
					case 'x' -> (char) Integer.parseInt(escaped.substring(i + 1, i + 3), 16);
					default -> kind;
				};
				i += (kind == 'x') ? 2 : 0;
			}
			text.append(String.valueOf(c).repeat(run));
			run = 1;
		}
		return text.toString();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.ISO_8859_1);
	}

}
