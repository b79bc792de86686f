package io.libmc.internal.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.libmc.internal.protocol.Exchange.Answer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import static org.assertj.core.api.Assertions.assertThat;

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
			while (current < exchanges.length && parser.hasBytes() && parser.parse(exchanges[current])) {
				current++;
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
