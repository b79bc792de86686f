package io.libmc.embedded;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.OptionalInt;

import io.libmc.embedded.Stats.Count;

/**
 * What a client has to say before anything else: a {@code set} of any key whose data is a
 * user, a space and the password.
 */
final class Authentication {

	private static final int LONGEST_LINE = 2048;

	private static final int LONGEST_TOKEN = 16 * 1024;

	/** New releases hang up on shorter lines, without a word. */
	private static final int SHORTEST_LINE = 7;

	private final Engine engine;

	/** Of the data that is to follow, line end included; negative before the command. */
	private int length = -1;

	private boolean over;

	private boolean hopeless;

	Authentication(Engine engine) {
		this.engine = engine;
	}

	/** Whether the client is known. */
	boolean isOver() {
		return this.over;
	}

	/** Whether that is no client. */
	boolean isHopeless() {
		return this.hopeless;
	}

	/**
	 * Takes a line or its data.
	 * @return whether that was there
	 */
	boolean proceed(Input in, CommandLine line, Output out) {
		return (this.length < 0) ? command(in, line, out) : token(in, out);
	}

	private boolean command(Input in, CommandLine line, Output out) {
		boolean old = this.engine.isOld();
		int lineFeed = (in.size() < (old ? 2 : 3)) ? -1 : in.lineEnd();
		if (lineFeed < 0) {
			this.hopeless = in.size() > LONGEST_LINE;
			return false;
		}
		if (!old && lineFeed + 1 - in.start() < SHORTEST_LINE) {
			this.hopeless = true;
			out.forgetUnsent();
			return false;
		}
		int end = (lineFeed > in.start() && in.bytes()[lineFeed - 1] == '\r') ? lineFeed - 1 : lineFeed;
		line.read(in.bytes(), in.start(), end);
		in.takenTo(lineFeed + 1);
		boolean set = line.count() >= 5 && (old ? line.is(0, "set") : line.command().startsWith("set"));
		OptionalInt size = set ? line.flags(4, 0) : OptionalInt.empty();
		if (size.isEmpty() || size.getAsInt() < 0) {
			answer("CLIENT_ERROR unauthenticated", out);
		}
		else if (size.getAsInt() > LONGEST_TOKEN) {
			answer("CLIENT_ERROR auth token too long", out);
		}
		else {
			this.length = size.getAsInt() + 2;
		}
		return true;
	}

	/** Takes the place of an answer that is not on its way yet. */
	private static void answer(String text, Output out) {
		out.forgetUnsent();
		out.line(text);
	}

	private boolean token(Input in, Output out) {
		if (in.size() < this.length) {
			return false;
		}
		String token = new String(in.bytes(), in.start(), this.length, StandardCharsets.ISO_8859_1);
		in.take(this.length);
		this.length = -1;
		answer(judge(token), out);
		return true;
	}

	private String judge(String token) {
		if (!token.endsWith("\r\n")) {
			return "CLIENT_ERROR bad command line termination";
		}
		int space = token.indexOf(' ');
		if (space < 0) {
			return "CLIENT_ERROR bad authentication token format";
		}
		this.engine.stats.count(Count.AUTH_CMDS);
		this.over = isRight(token.substring(0, space), token.substring(space + 1, token.length() - 2));
		if (!this.over) {
			this.engine.stats.count(Count.AUTH_ERRORS);
		}
		return this.over ? "STORED" : "CLIENT_ERROR authentication failure";
	}

	private boolean isRight(String user, String password) {
		String expected = this.engine.settings.passwords().get(user);
		return expected != null && MessageDigest.isEqual(expected.getBytes(StandardCharsets.ISO_8859_1),
				password.getBytes(StandardCharsets.ISO_8859_1));
	}

}
