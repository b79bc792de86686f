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
		long number = digits(text, isSign(text, i, to) ? i + 1 : i, to);
		if (number < 0) {
			return OptionalLong.empty();
		}
		return OptionalLong.of(negative ? -number : number);
	}

	/**
	 * A number of 64 bits without a sign. A minus is taken where the result is less than
	 * 2^63, as C does it.
	 * @return nothing if it is none, or too large
	 */
	static OptionalLong unsigned(byte[] text, int from, int to) {
		int i = skipBlanks(text, from, to);
		boolean negative = isSign(text, i, to) && text[i] == '-';
		i = isSign(text, i, to) ? i + 1 : i;
		int first = i;
		long number = 0;
		for (; i < to && isDigit(text[i]); i++) {
			int digit = text[i] - '0';
			if (Long.compareUnsigned(number, Long.divideUnsigned(-1L - digit, 10)) > 0) {
				return OptionalLong.empty();
			}
			number = number * 10 + digit;
		}
		if (i == first || (i < to && !isBlank(text[i]))) {
			return OptionalLong.empty();
		}
		number = negative ? -number : number;
		return (negative && number < 0) ? OptionalLong.empty() : OptionalLong.of(number);
	}

	/** The digits up to a blank, -1 for none or too many. */
	private static long digits(byte[] text, int from, int to) {
		long number = 0;
		int i = from;
		for (; i < to && isDigit(text[i]); i++) {
			if (number > (Long.MAX_VALUE - 9) / 10) {
				return -1;
			}
			number = number * 10 + (text[i] - '0');
		}
		return (i == from || (i < to && !isBlank(text[i]))) ? -1 : number;
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
