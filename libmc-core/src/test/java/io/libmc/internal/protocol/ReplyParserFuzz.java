package io.libmc.internal.protocol;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Any bytes in place of replies: whole and in pieces they must come to the same, and
 * nothing may come out under a key that they do not name. Where gets share a command, a
 * value may be given away in pieces before what follows it turns out to make no sense.
 * The first byte picks the commands, with its highest bit gets that share one; the second
 * how the bytes are cut.
 */
public final class ReplyParserFuzz {

	private static final int MAX_VALUE = 1 << 16;

	private static final Command[] COMMANDS = Command.values();

	private static final String NONSENSE = "nonsense";

	private ReplyParserFuzz() {
	}

	public static void fuzzerTestOneInput(byte[] input) {
		if (input.length < 2) {
			return;
		}
		byte[] bytes = Arrays.copyOfRange(input, 2, input.length);
		List<String> whole = replies(input[0] & 0xff, bytes, bytes.length);
		List<String> pieces = replies(input[0] & 0xff, bytes, 1 + (input[1] & 0xff) % 32);
		boolean share = input[0] < 0;
		if (!whole.equals(pieces) && !(share && areGivenAwayBeforeNonsense(pieces, whole))) {
			throw new AssertionError("whole: " + whole + ", in pieces: " + pieces);
		}
	}

	/** Whether in pieces there are the same, and values that lie before the nonsense. */
	private static boolean areGivenAwayBeforeNonsense(List<String> pieces, List<String> whole) {
		int sensible = whole.indexOf(NONSENSE);
		List<String> given = pieces.contains(NONSENSE) ? pieces.subList(0, pieces.indexOf(NONSENSE)) : pieces;
		return sensible >= 0 && given.size() >= sensible
				&& given.subList(0, sensible).equals(whole.subList(0, sensible))
				&& given.stream().skip(sensible).allMatch((reply) -> reply.startsWith("get END "));
	}

	/** Only a get may have several keys. */
	private static Exchange exchange(Command command) {
		Exchange exchange = (command == Command.GET) ? new Exchange(command, new byte[][] { ascii("k"), ascii("key2") })
				: new Exchange(command, ascii("k"));
		switch (command) {
			case MG -> exchange.meta(null, " k v f c t s l h", 0, 0);
			case MS, MD -> exchange.meta(null, " k c", 0, 0);
			case MA -> exchange.meta(null, " k v c t", 0, 0);
			default -> {
			}
		}
		return exchange;
	}

	private static List<Exchange> exchanges(int pick) {
		List<Exchange> exchanges = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			exchanges.add(exchange(COMMANDS[(pick + i) % COMMANDS.length]));
		}
		if (pick >= 128) {
			OutBuffer request = new OutBuffer();
			for (int i = 0; i < 4; i++) {
				Exchange get = new Exchange(Command.GET, ascii((i == 1) ? "key2" : "k"));
				exchanges.set(i, get);
				if (i == 0) {
					get.encode(request);
				}
				else {
					get.encodeBehind(exchanges.get(i - 1), request);
				}
			}
		}
		return exchanges;
	}

	/** What comes of the bytes, as one text for each reply and one for how it ended. */
	private static List<String> replies(int pick, byte[] bytes, int piece) {
		List<String> replies = new ArrayList<>();
		ReplyParser parser = new ReplyParser(MAX_VALUE);
		int[] at = { 0 };
		try {
			Map<Exchange, String> early = new HashMap<>();
			for (Exchange exchange : exchanges(pick)) {
				while (true) {
					Exchange answered = parser.hasBytes() ? parser.parse(exchange) : null;
					if (answered == exchange) {
						break;
					}
					if (answered != null) {
						early.put(answered, describe(answered, bytes));
						continue;
					}
					if (at[0] == bytes.length) {
						return replies;
					}
					parser.fill((target, offset, length) -> {
						int count = Math.min(Math.min(length, piece), bytes.length - at[0]);
						System.arraycopy(bytes, at[0], target, offset, count);
						at[0] += count;
						return count;
					});
				}
				String before = early.get(exchange);
				if (before != null && exchange.answer() != Answer.END && exchange.answer() != Answer.TOO_LARGE) {
					throw new AssertionError("an answer was taken back after " + before);
				}
				replies.add((before != null) ? before : describe(exchange, bytes));
			}
		}
		catch (ProtocolException ex) {
			replies.add(NONSENSE);
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
		return replies;
	}

	private static String describe(Exchange exchange, byte[] bytes) {
		StringBuilder description = new StringBuilder(exchange.command() + " " + exchange.answer() + " "
				+ exchange.text() + " " + exchange.counter() + " " + exchange.stats() + " " + exchange.replyFlags());
		int keys = (exchange.command() == Command.GET && !exchange.mayShare()) ? 2 : 1;
		for (int i = 0; i < keys; i++) {
			byte[] value = exchange.takeValue(i);
			if (value != null && value.length > Math.min(MAX_VALUE, bytes.length)) {
				throw new AssertionError("a value of " + value.length + " bytes from " + bytes.length);
			}
			description.append(' ').append(Arrays.toString(value)).append(exchange.flags(i)).append(exchange.unique());
		}
		return description.toString();
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

}
