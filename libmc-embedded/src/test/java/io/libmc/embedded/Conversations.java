package io.libmc.embedded;

import java.util.List;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** What clients say, and what they had better not. */
final class Conversations {

	private static final Arbitrary<String> KEY = Arbitraries
		.frequencyOf(Tuple.of(30, Arbitraries.of("a", "b", "c", "YQ==")), Tuple.of(1, Arbitraries.of("k".repeat(250),
				"k".repeat(251), "YWI=", "!", "\u00e9", "noreply", "a\tb", "0", "Y".repeat(248), "Y".repeat(252))));

	private static final Arbitrary<String> DATA = Arbitraries.frequencyOf(
			Tuple.of(20,
					Arbitraries.of("", "x", "abc", "5", "9", "10", "99", "100", "0", "18446744073709551615",
							"18446744073709551616", "9223372036854775807", "12 ", " 7", "-1", "+4", "1a", "1\t2",
							"mn\r\n", "get a\r\n")),
			Tuple.of(1, Arbitraries.of("v".repeat(300), "v".repeat(2048), "1".repeat(22), "7" + " ".repeat(40))));

	private static final Arbitrary<String> NUMBER = Arbitraries.frequencyOf(
			Tuple.of(8, Arbitraries.of("0", "1", "5", "10", "100")),
			Tuple.of(2,
					Arbitraries.of("-1", "99999", "+1", "2592000", "2592001", "2147483647", "2147483648", "4294967295",
							"4294967296", "-2147483648", "18446744073709551615", "18446744073709551616",
							"-18446744073709551615", "", "x", "1x", "1,", "-", "0x1", "00012", "1.5",
							"9223372036854775808", "-0")));

	private static final Arbitrary<String> TIME = Arbitraries.frequencyOf(
			Tuple.of(6, Arbitraries.of("0", "30", "100", "1000")), Tuple.of(2, Arbitraries.of("-1", "2592000")),
			Tuple.of(1, NUMBER));

	private static final Arbitrary<String> UNIQUE = Arbitraries
		.frequencyOf(Tuple.of(6, Arbitraries.of("<cas+0>", "<cas-1>", "<cas+1>", "<cas-3>", "0")), Tuple.of(1, NUMBER));

	private static final Arbitrary<String> NO_REPLY = Arbitraries.frequency(Tuple.of(7, ""), Tuple.of(1, " noreply"));

	private Conversations() {
	}

	static Arbitrary<List<String>> all() {
		Arbitrary<String> piece = Arbitraries.frequencyOf(Tuple.of(12, valid()), Tuple.of(2, garbled(valid())),
				Tuple.of(1, oddities()));
		return piece.list().ofMinSize(1).ofMaxSize(25);
	}

	private static Arbitrary<String> valid() {
		return Arbitraries.frequencyOf(Tuple.of(4, retrieval()), Tuple.of(6, storage()), Tuple.of(4, other()),
				Tuple.of(6, metaGet()), Tuple.of(6, metaSet()), Tuple.of(4, metaDelete()),
				Tuple.of(5, metaArithmetic()), Tuple.of(1, KEY.map((key) -> "me " + key + "\r\n")));
	}

	private static Arbitrary<String> retrieval() {
		Arbitrary<String> keys = KEY.list().ofMinSize(1).ofMaxSize(30).map((all) -> String.join(" ", all));
		return Combinators.combine(Arbitraries.of("get", "gets", "gat", "gats"), TIME, keys)
			.as((name, time, all) -> name + (name.startsWith("gat") ? " " + time : "") + " " + all + "\r\n");
	}

	private static Arbitrary<String> storage() {
		return Combinators
			.combine(Arbitraries.of("set", "set", "add", "replace", "append", "prepend", "cas"), KEY, NUMBER, TIME,
					DATA, UNIQUE, NO_REPLY)
			.as((name, key, flags, time, data, cas, noReply) -> name + " " + key + " " + flags + " " + time + " "
					+ data.length() + (name.equals("cas") ? " " + cas : "") + noReply + "\r\n" + data + "\r\n");
	}

	private static Arbitrary<String> other() {
		return Arbitraries.oneOf(
				Combinators.combine(Arbitraries.of("incr", "decr"), KEY, NUMBER, NO_REPLY)
					.as((name, key, number, noReply) -> name + " " + key + " " + number + noReply + "\r\n"),
				Combinators.combine(KEY, TIME, NO_REPLY)
					.as((key, time, noReply) -> "touch " + key + " " + time + noReply + "\r\n"),
				Combinators.combine(KEY, NO_REPLY).as((key, noReply) -> "delete " + key + noReply + "\r\n"),
				Combinators.combine(Arbitraries.of("", " 0", " 100", " -1"), NO_REPLY)
					.as((time, noReply) -> "flush_all" + time + noReply + "\r\n"),
				Arbitraries.of("version\r\n", "mn\r\n", "verbosity 0\r\n", "verbosity 0 noreply\r\n", "stats reset\r\n",
						"stats sizes\r\n"));
	}

	private static Arbitrary<String> flags(Arbitrary<String> flag) {
		return flag.list().ofMaxSize(7).map((all) -> all.isEmpty() ? "" : " " + String.join(" ", all));
	}

	private static Arbitrary<String> returned() {
		return Arbitraries.frequencyOf(
				Tuple.of(12, Arbitraries.of("b", "c", "f", "h", "k", "l", "s", "t", "v", "q", "u")),
				Tuple.of(1, Arbitraries.of("O1", "Oabc", "O" + "1".repeat(31), "O" + "1".repeat(32), "O", "P1", "L1")),
				Tuple.of(1, Arbitraries.of("S1", "z", "x", "I", "kx", "vv", "\u00e9", "%")));
	}

	private static Arbitrary<String> metaGet() {
		Arbitrary<String> flag = Arbitraries.frequencyOf(Tuple.of(10, returned()),
				Tuple.of(1, TIME.map((t) -> "N" + t)), Tuple.of(1, TIME.map((t) -> "R" + t)),
				Tuple.of(1, TIME.map((t) -> "T" + t)), Tuple.of(1, UNIQUE.map((cas) -> "E" + cas)),
				Tuple.of(1, UNIQUE.map((cas) -> "C" + cas)));
		return Combinators.combine(KEY, flags(flag)).as((key, all) -> "mg " + key + all + "\r\n");
	}

	private static Arbitrary<String> metaSet() {
		Arbitrary<String> flag = Arbitraries.frequencyOf(
				Tuple.of(6, Arbitraries.of("b", "c", "k", "s", "q", "I", "O1")),
				Tuple.of(3, Arbitraries.of("MS", "ME", "MA", "MP", "MR", "Ms", "MX", "M", "MSS")),
				Tuple.of(2, UNIQUE.map((cas) -> "C" + cas)), Tuple.of(1, UNIQUE.map((cas) -> "E" + cas)),
				Tuple.of(2, TIME.map((t) -> "T" + t)), Tuple.of(1, TIME.map((t) -> "N" + t)),
				Tuple.of(2, NUMBER.map((n) -> "F" + n)), Tuple.of(1, returned()));
		return Combinators.combine(KEY, DATA, flags(flag))
			.as((key, data, all) -> "ms " + key + " " + data.length() + all + "\r\n" + data + "\r\n");
	}

	private static Arbitrary<String> metaDelete() {
		Arbitrary<String> flag = Arbitraries.frequencyOf(
				Tuple.of(6, Arbitraries.of("b", "k", "q", "I", "I", "x", "O1")),
				Tuple.of(2, UNIQUE.map((cas) -> "C" + cas)), Tuple.of(1, UNIQUE.map((cas) -> "E" + cas)),
				Tuple.of(2, TIME.map((t) -> "T" + t)), Tuple.of(1, NUMBER.map((n) -> "F" + n)),
				Tuple.of(1, returned()));
		return Combinators.combine(KEY, flags(flag)).as((key, all) -> "md " + key + all + "\r\n");
	}

	private static Arbitrary<String> metaArithmetic() {
		Arbitrary<String> flag = Arbitraries.frequencyOf(
				Tuple.of(6, Arbitraries.of("b", "c", "k", "t", "v", "v", "q", "O1")),
				Tuple.of(3, Arbitraries.of("MI", "M+", "MD", "M-", "Mi", "M", "MII")),
				Tuple.of(2, NUMBER.map((n) -> "D" + n)), Tuple.of(2, NUMBER.map((n) -> "J" + n)),
				Tuple.of(2, TIME.map((t) -> "N" + t)), Tuple.of(1, TIME.map((t) -> "T" + t)),
				Tuple.of(1, UNIQUE.map((cas) -> "C" + cas)), Tuple.of(1, UNIQUE.map((cas) -> "E" + cas)),
				Tuple.of(1, returned()));
		return Combinators.combine(KEY, flags(flag)).as((key, all) -> "ma " + key + all + "\r\n");
	}

	/** A word more or less, other blanks, another length, another end. */
	private static Arbitrary<String> garbled(Arbitrary<String> pieces) {
		Arbitrary<String> word = Arbitraries.oneOf(KEY, NUMBER,
				Arbitraries.of("noreply", "v", "k", "0", " ", "\t", "\r"));
		return Combinators
			.combine(pieces, Arbitraries.integers().between(0, 9), Arbitraries.integers().between(0, 60), word)
			.as(Conversations::garble);
	}

	private static String garble(String piece, int way, int where, String word) {
		int line = piece.indexOf("\r\n");
		String head = piece.substring(0, line);
		String rest = piece.substring(line + 2);
		int at = where % (head.length() + 1);
		List<String> words = new java.util.ArrayList<>(List.of(head.split(" ", -1)));
		int index = where % words.size();
		switch (way) {
			case 0 -> words.remove(index);
			case 1 -> words.add(index, word);
			case 2 -> words.set(index, word);
			case 3 -> words.set(index, words.get(index) + " ");
			case 4 -> {
				return head.substring(0, at) + word + head.substring(at) + "\r\n" + rest;
			}
			case 5 -> {
				return head + "\n" + rest;
			}
			case 6 -> {
				return head + word + "\r\n" + rest;
			}
			case 7 -> words.add(word);
			case 8 -> {
				return head.toUpperCase(java.util.Locale.ROOT) + "\r\n" + rest;
			}
			default -> {
				return " " + head + "\r\n" + rest;
			}
		}
		return String.join(" ", words) + "\r\n" + rest;
	}

	private static Arbitrary<String> oddities() {
		return Arbitraries.of("\r\n", "\n", "a\r\n", "ab\r\n", "get\r\n", "mg\r\n", "ms\r\n", "ms a\r\n", "md\r\n",
				"ma\r\n", "me\r\n", "set\r\n", "foo\r\n", "foo noreply\r\n", "GET / HTTP/1.1\r\n", "quit\r\n",
				"bget a\r\n", "set a 0 0 2000000\r\n" + "v".repeat(2_000_000) + "\r\n",
				"ms a 2000000\r\n" + "v".repeat(2_000_000) + "\r\n",
				"set a 0 0 1048000\r\n" + "v".repeat(1_048_000) + "\r\n",
				"append a 0 0 600000\r\n" + "v".repeat(600_000) + "\r\n", "set a 0 0 2147483647\r\n",
				"ms a 4294967296\r\n", "get " + "zz ".repeat(3000) + "\r\n", "get " + "x".repeat(2100),
				"mg " + "x".repeat(2100), "mg a " + "k ".repeat(30) + "\r\n", "set a 0 0 1\r\nabc\r\n",
				"ms a 1\r\nabc\r\n", "stats foo\r\n", "lru_crawler\r\n", "slabs\r\n", "lru\r\n", "shutdown\r\n");
	}

}
