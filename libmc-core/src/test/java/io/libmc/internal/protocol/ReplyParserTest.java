package io.libmc.internal.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ReplyParserTest {

	private static final int MAX_VALUE = 1 << 20;

	@Property
	void valuesComeOutWholeHoweverTheBytesAreCut(
			@ForAll @Size(min = 1, max = 8) List<@IntRange(min = -1, max = 40_000) Integer> sizes, @ForAll long seed)
			throws IOException {
		Random random = new Random(seed);
		byte[][] keys = new byte[sizes.size()][];
		byte[][] values = new byte[sizes.size()][];
		ByteArrayOutputStream reply = new ByteArrayOutputStream();
		for (int i = 0; i < keys.length; i++) {
			keys[i] = bytes("key" + i);
			if (sizes.get(i) >= 0) {
				values[i] = new byte[sizes.get(i)];
				random.nextBytes(values[i]);
				reply.writeBytes(bytes("VALUE key" + i + " " + i + " " + values[i].length + "\r\n"));
				reply.writeBytes(values[i]);
				reply.writeBytes(bytes("\r\n"));
			}
		}
		reply.writeBytes(bytes("END\r\n"));
		Exchange exchange = new Exchange(Command.GET, keys);
		parse(reply.toByteArray(), random, exchange);
		assertThat(exchange.answer()).isEqualTo(Answer.END);
		for (int i = 0; i < keys.length; i++) {
			if (values[i] != null) {
				assertThat(exchange.flags(i)).isEqualTo(i);
			}
			assertThat(exchange.takeValue(i)).isEqualTo(values[i]);
		}
	}

	@Property
	void repliesInARowAreToldApartHoweverTheBytesAreCut(@ForAll @Size(max = 30) List<@IntRange(max = 6) Integer> kinds,
			@ForAll long seed) throws IOException {
		List<Exchange> exchanges = new ArrayList<>();
		StringBuilder replies = new StringBuilder();
		for (int kind : kinds) {
			exchanges.add(new Exchange(List
				.of(Command.SET, Command.DELETE, Command.INCR, Command.TOUCH, Command.VERSION, Command.GET, Command.SET)
				.get(kind), bytes("k")));
			replies
				.append(List.of("STORED", "NOT_FOUND", "18446744073709551615", "TOUCHED", "VERSION 1.6.18",
						"VALUE k 4294967295 2\r\n\r\n\r\nEND", "SERVER_ERROR out of memory")
					.get(kind))
				.append("\r\n");
		}
		parse(bytes(replies.toString()), new Random(seed), exchanges.toArray(new Exchange[0]));
		for (int i = 0; i < exchanges.size(); i++) {
			assertThat(exchanges.get(i).answer()).isEqualTo(List.of(Answer.STORED, Answer.NOT_FOUND, Answer.NUMBER,
					Answer.TOUCHED, Answer.VERSION, Answer.END, Answer.SERVER_ERROR)
				.get(kinds.get(i)));
			if (kinds.get(i) == 2) {
				assertThat(exchanges.get(i).counter()).isEqualTo(-1);
			}
		}
	}

	/** Whatever is changed in one, it is as memcached would say it, or nonsense. */
	@Property(tries = 20_000)
	void replyToAMetaCommandMakesSenseOrEndsTheConnection(@ForAll @IntRange(max = 3) int kind,
			@ForAll @IntRange(max = 6) int start, @ForAll @Size(max = 3) List<@IntRange(max = 60) Integer> places,
			@ForAll @Size(min = 3, max = 3) List<@From("tokens") String> tokens, @ForAll long seed) throws IOException {
		Command command = List.of(Command.MG, Command.MG, Command.MD, Command.MA).get(kind);
		Exchange exchange = new Exchange(command, bytes("k"));
		exchange.meta(null, List.of(" k v f c N10", " k t s l h R30", " k C7", " k v t D7").get(kind), 0, 0);
		StringBuilder reply = new StringBuilder(List
			.of("VA 1 kk f4 c7 W\r\n1\r\n", "HD kk t-1 s10 l0 h1\r\n", "HD kk\r\n", "VA 1 kk t-1\r\n8\r\n", "EN kk\r\n",
					"NF\r\n", "VA 0 kk f0 c18446744073709551615 X Z\r\n\r\n")
			.get(start));
		for (int i = 0; i < places.size(); i++) {
			int at = Math.min(places.get(i), reply.length());
			reply.replace(at, Math.min(reply.length(), at + (int) Math.floorMod(seed >> i, 4L)), tokens.get(i));
		}
		boolean makesSense = isReply(command, exchange.arguments(), reply.toString());
		try {
			parse(bytes(reply.toString()), new Random(seed), exchange);
			assertThat(exchange.answer() != Answer.NONE).as(reply.toString()).isEqualTo(makesSense);
		}
		catch (ProtocolException ex) {
			assertThat(makesSense).as(reply + ": " + ex).isFalse();
		}
	}

	/** Whether memcached could begin with a reply to such a request, said once more. */
	private static boolean isReply(Command command, String request, String bytes) {
		int lineEnd = bytes.indexOf('\n');
		if (lineEnd < 1 || bytes.charAt(lineEnd - 1) != '\r') {
			return false;
		}
		List<String> flags = new ArrayList<>(List.of(bytes.substring(0, lineEnd - 1).split(" ", -1)));
		String status = flags.remove(0);
		String asked = request.replaceAll("[A-Zv]\\w*| ", "");
		boolean item = status.equals(request.contains(" v") ? "VA" : "HD");
		if (status.equals("VA") && item
				&& !isData(command, flags.isEmpty() ? "" : flags.remove(0), bytes.substring(lineEnd + 1))) {
			return false;
		}
		if (!item && !(command == Command.MG ? List.of("EN")
				: command == Command.MD ? List.of("NF", "EX") : List.of("NF", "EX", "NS"))
			.contains(status)) {
			return false;
		}
		if (!flags.isEmpty() && flags.get(flags.size() - 1).isEmpty()) {
			flags.remove(flags.size() - 1);
		}
		String letters = flags.stream()
			.map((flag) -> flag.isEmpty() ? " " : flag.substring(0, 1))
			.collect(Collectors.joining());
		return letters.chars().distinct().count() == letters.length()
				&& (!item || asked.chars().allMatch((letter) -> letters.indexOf(letter) >= 0))
				&& letters.chars()
					.allMatch((letter) -> (asked + (command == Command.MG ? "WXZ" : "")).indexOf(letter) >= 0)
				&& flags.stream().allMatch((flag) -> switch (flag.charAt(0)) {
					case 'k' -> flag.equals("kk");
					case 'h' -> flag.matches("h[01]");
					case 'W', 'X', 'Z' -> flag.length() == 1;
					case 'c' -> isNumber(flag.substring(1), 64);
					case 't' -> flag.equals("t-1") || isNumber(flag.substring(1), 31);
					default -> isNumber(flag.substring(1), flag.startsWith("f") ? 32 : 31);
				});
	}

	private static boolean isData(Command command, String length, String bytes) {
		if (!isNumber(length, 30) || Integer.parseInt(length) > bytes.length() - 2) {
			return false;
		}
		String data = bytes.substring(0, Integer.parseInt(length));
		return bytes.startsWith("\r\n", data.length()) && (command != Command.MA || isNumber(data.stripTrailing(), 64));
	}

	private static boolean isNumber(String text, int bits) {
		return text.matches("[0-9]{1,20}") && new BigInteger(text).bitLength() <= bits;
	}

	@Provide
	Arbitrary<String> tokens() {
		return Arbitraries.of("", " ", "k", "kk", " kk", "f", " f4", "c", " c7", "x", "h", " h1", "h2", " W", "Z", " X",
				"-", "+", "0", "9", "18446744073709551615", "EN", "HD", "VA", "NF", "EX", "NS", "MN", "\r\n", "\n",
				" t-1", " t5", " s1", " l1");
	}

	@Property
	void getsThatShareACommandGetWhatTheirKeyHasInWhateverOrderAndPiecesItComes(
			@ForAll @Size(min = 2, max = 8) List<@IntRange(max = 4) Integer> keys, @ForAll boolean fails,
			@ForAll long seed) throws IOException {
		Random random = new Random(seed);
		Exchange[] exchanges = new Exchange[keys.size() + 1];
		OutBuffer request = new OutBuffer();
		List<String> values = new ArrayList<>();
		int[] hits = random.ints(5, 0, 3).toArray();
		int[] expected = new int[5];
		for (int i = 0; i < keys.size(); i++) {
			int key = keys.get(i);
			exchanges[i] = new Exchange(Command.GET, bytes("key" + key));
			if (i == 0) {
				exchanges[i].encode(request);
			}
			else {
				exchanges[i].encodeBehind(exchanges[i - 1], request);
			}
			if (expected[key] < hits[key]) {
				expected[key]++;
				values.add("VALUE key" + key + " " + key + " " + value(key).length() + "\r\n" + value(key) + "\r\n");
			}
		}
		exchanges[keys.size()] = new Exchange(Command.VERSION, new byte[0]);
		Collections.shuffle(values, random);
		parse(bytes(String.join("", values) + (fails ? "SERVER_ERROR out of memory" : "END") + "\r\nVERSION 1\r\n"),
				random, exchanges);
		assertThat(written(request))
			.isEqualTo("get" + keys.stream().map((key) -> " key" + key).collect(Collectors.joining()) + "\r\n");
		int[] found = new int[5];
		for (int i = 0; i < keys.size(); i++) {
			int key = keys.get(i);
			byte[] value = exchanges[i].takeValue(0);
			if (value != null) {
				found[key]++;
				assertThat(value).isEqualTo(bytes(value(key)));
				assertThat(exchanges[i].flags(0)).isEqualTo(key);
			}
			Answer end = fails ? Answer.SERVER_ERROR : Answer.END;
			boolean last = i == keys.size() - 1; // may await the end although its value
													// came
			assertThat(exchanges[i].answer()).isIn((value != null) ? Answer.END : end, last ? end : Answer.END);
			assertThat(exchanges[i].answer() == end || value != null).isTrue();
		}
		assertThat(found).isEqualTo(expected);
		assertThat(exchanges[keys.size()].answer()).isEqualTo(Answer.VERSION);
	}

	@Test
	void aTooLargeValueFailsOnlyTheGetThatAskedForIt() throws IOException {
		Exchange[] gets = sharing(4);
		String large = "VALUE key%d 0 " + (MAX_VALUE + 1) + "\r\n" + "x".repeat(MAX_VALUE + 1) + "\r\n";
		parse(bytes(large.formatted(2) + "VALUE key1 0 1\r\n1\r\n" + large.formatted(0) + "END\r\n"), new Random(1),
				gets);
		assertThat(gets).extracting(Exchange::answer)
			.containsExactly(Answer.TOO_LARGE, Answer.END, Answer.TOO_LARGE, Answer.END);
		assertThat(gets[1].takeValue(0)).isEqualTo(bytes("1"));
		assertThat(gets[3].takeValue(0)).isNull();
	}

	@Test
	void aValueThatNoneOfThoseAsksForThatShareACommandIsRefused() {
		for (String reply : List.of("VALUE key2 0 1\r\n", "VALUE key1 0 1\r\n1\r\nVALUE key1 0 1\r\n",
				"VALUE key0 0 1\r\n0\r\nVALUE key0 0 1\r\n")) {
			assertThatThrownBy(() -> parse(bytes(reply), new Random(1), sharing(2)))
				.isInstanceOf(ProtocolException.class)
				.hasMessageContaining("a key that was not asked for");
		}
	}

	/**
	 * As where a network repeats a piece that ends within a value: its line's end may be
	 * where the value's should be.
	 */
	@Test
	void aValueAfterWhichTheReplyDoesNotGoOnIsGivenToNobody() throws IOException {
		for (String value : List.of("VALUE key0 0 1\r\n0\r\n", "VALUE key1 0 1\r\n1\r\n")) {
			for (String next : List.of("x", "VALUT key2", "EMD\r\n", "\r\nEND\r\n")) {
				Exchange[] gets = sharing(3);
				byte[] reply = bytes(value + next);
				ReplyParser parser = new ReplyParser(MAX_VALUE);
				parser.fill((target, offset, length) -> {
					System.arraycopy(reply, 0, target, offset, reply.length);
					return reply.length;
				});
				assertThatThrownBy(() -> parser.parse(gets[0])).isInstanceOf(ProtocolException.class);
				assertThat(gets).extracting(Exchange::answer).containsOnly(Answer.NONE);
			}
		}
	}

	@Test
	void aGetBehindAMissIsAnsweredAsSoonAsItsValueIsThere() throws IOException {
		for (String end : List.of("END", "SERVER_ERROR out of memory")) {
			Exchange[] gets = sharing(3);
			String values = "VALUE key1 0 1\r\n1\r\nVALUE key2 0 1\r\n2\r\n";
			parse(bytes(values), new Random(1), gets);
			assertThat(gets).extracting(Exchange::answer).containsExactly(Answer.NONE, Answer.END, Answer.END);
			gets = sharing(3);
			parse(bytes(values + end + "\r\n"), new Random(1), gets);
			assertThat(gets).extracting(Exchange::answer)
				.containsExactly(end.equals("END") ? Answer.END : Answer.SERVER_ERROR, Answer.END, Answer.END);
			assertThat(gets[0].takeValue(0)).isNull();
			assertThat(gets[2].takeValue(0)).isEqualTo(bytes("2"));
			assertThat(gets[2].text()).isNull();
		}
	}

	/** Gets of key0, key1 and so on that share a command. */
	private static Exchange[] sharing(int count) {
		Exchange[] gets = new Exchange[count];
		OutBuffer request = new OutBuffer();
		for (int i = 0; i < count; i++) {
			gets[i] = new Exchange(Command.GET, bytes("key" + i));
			if (i == 0) {
				gets[i].encode(request);
			}
			else {
				gets[i].encodeBehind(gets[i - 1], request);
			}
		}
		return gets;
	}

	private static String value(int key) {
		return ("value of " + key).repeat((key == 4) ? 3000 : 1);
	}

	private static String written(OutBuffer request) throws IOException {
		ByteArrayOutputStream written = new ByteArrayOutputStream();
		request.writeTo(written);
		return written.toString(StandardCharsets.ISO_8859_1);
	}

	@Property
	void hostileBytesAreRefusedOrIncompleteButNeverBreakTheParser(
			@ForAll @Size(max = 300) List<@IntRange(max = 11) Integer> pieces, @ForAll long seed) throws IOException {
		List<String> vocabulary = List.of("VALUE ", "k ", "0 ", "1", "\r\n", "END", "x", " ", "-1",
				"99999999999999999999", "\n", "ERROR");
		StringBuilder reply = new StringBuilder();
		pieces.forEach((piece) -> reply.append(vocabulary.get(piece)));
		Exchange exchange = new Exchange(Command.GET, bytes("k"));
		try {
			parse(bytes(reply.toString()), new Random(seed), exchange);
		}
		catch (ProtocolException ex) {
			assertThat(ex).hasMessageNotContaining("VALUE");
		}
		byte[] value = exchange.takeValue(0);
		assertThat(value == null || value.length <= 1 || value.length <= reply.length()).isTrue();
	}

	/**
	 * Feeds the bytes in random pieces to one exchange after the other, as a connection
	 * would.
	 */
	private static void parse(byte[] bytes, Random random, Exchange... exchanges) throws IOException {
		ReplyParser parser = new ReplyParser(MAX_VALUE);
		int[] at = { 0 };
		int current = 0;
		while (true) {
			boolean goesOn = true;
			while (goesOn && current < exchanges.length && parser.hasBytes()) {
				Exchange answered = parser.parse(exchanges[current]);
				goesOn = answered != null;
				current += (answered == exchanges[current]) ? 1 : 0;
			}
			if (current == exchanges.length || at[0] == bytes.length) {
				return;
			}
			parser.fill((target, offset, length) -> {
				int count = Math.min(Math.min(length, bytes.length - at[0]),
						1 + random.nextInt(20_000) % piece(random));
				System.arraycopy(bytes, at[0], target, offset, count);
				at[0] += count;
				return count;
			});
		}
	}

	private static int piece(Random random) {
		return random.nextBoolean() ? 5 : 20_000;
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

}
