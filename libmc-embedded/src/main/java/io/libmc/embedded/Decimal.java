package io.libmc.embedded;

import java.util.OptionalLong;

/**
 * Numbers as C's functions read them: blanks, a sign, digits, and then nothing or a
 * blank.
 */
final class Decimal {

	private Decimal() {
	}

	/**
	 * A number of 64 bits with a sign.
	 * @return nothing if it is none, or too large
	 */
	static OptionalLong signed(byte[] text, int from, int to) {
		int i = skipBlanks(text, from, to);
		boolean negative = isSign(text, i, to) && text[i] == '-';
		OptionalLong number = digits(text, isSign(text, i, to) ? i + 1 : i, to);
		if (number.isEmpty() || (number.getAsLong() < 0 && !(negative && number.getAsLong() == Long.MIN_VALUE))) {
			return OptionalLong.empty();
		}
		return OptionalLong.of(negative ? -number.getAsLong() : number.getAsLong());
	}

	/**
	 * A number of 64 bits without a sign. A minus is taken where the result is less than
	 * 2^63, as C does it.
	 * @return nothing if it is none, or too large
	 */
	static OptionalLong unsigned(byte[] text, int from, int to) {
		int i = skipBlanks(text, from, to);
		boolean negative = isSign(text, i, to) && text[i] == '-';
		OptionalLong number = digits(text, isSign(text, i, to) ? i + 1 : i, to);
		if (!negative || number.isEmpty()) {
			return number;
		}
		return (-number.getAsLong() < 0) ? OptionalLong.empty() : OptionalLong.of(-number.getAsLong());
	}

	/**
	 * A number of 64 bits without a sign, and nothing else.
	 * @return nothing if it is none, or too large
	 */
	static OptionalLong strictlyUnsigned(byte[] text, int from, int to) {
		long number = 0;
		for (int i = from; i < to; i++) {
			int digit = text[i] - '0';
			if (digit < 0 || digit > 9 || Long.compareUnsigned(number, Long.divideUnsigned(-1L - digit, 10)) > 0) {
				return OptionalLong.empty();
			}
			number = number * 10 + digit;
		}
		return (from < to) ? OptionalLong.of(number) : OptionalLong.empty();
	}

	/**
	 * A number of 63 bits with a sign, and nothing else. A sign alone is 0.
	 * @return nothing if it is none, or too large
	 */
	static OptionalLong strictlySigned(byte[] text, int from, int to) {
		boolean negative = from < to && text[from] == '-';
		if (negative && to - from == 1) {
			return OptionalLong.of(0);
		}
		OptionalLong number = strictlyUnsigned(text, negative ? from + 1 : from, to);
		if (number.isEmpty() || number.getAsLong() < 0) {
			return OptionalLong.empty();
		}
		return OptionalLong.of(negative ? -number.getAsLong() : number.getAsLong());
	}

	/** The digits up to a blank; nothing for none or too many. */
	private static OptionalLong digits(byte[] text, int from, int to) {
		int end = from;
		while (end < to && isDigit(text[end])) {
			end++;
		}
		return (end < to && !isBlank(text[end])) ? OptionalLong.empty() : strictlyUnsigned(text, from, end);
	}

	private static int skipBlanks(byte[] text, int from, int to) {
		int i = from;
		while (i < to && isBlank(text[i])) {
			i++;
		}
		return i;
	}

	private static boolean isSign(byte[] text, int i, int to) {
		return i < to && (text[i] == '-' || text[i] == '+');
	}

	private static boolean isDigit(byte b) {
		return b >= '0' && b <= '9';
	}

	private static boolean isBlank(byte b) {
		return b == ' ' || (b >= '\t' && b <= '\r');
	}

}
