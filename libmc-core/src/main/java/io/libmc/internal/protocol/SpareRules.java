package io.libmc.internal.protocol;

/**
 * What holds for all that is said to a spare server, which stands in for servers that are
 * dead, whatever command says it. Nothing lives there for longer than a time. What only
 * reads prolongs nothing, so that no item outlives that time by being read, and nothing
 * is elected to be loaded anew that is not left to live for as long as that takes. And
 * the numbers (cas) that it counts, which other servers count to as well, bear a mark by
 * which clients know them: one that another server gave is none that an item here has,
 * nor the other way round.
 *
 * @param longestLife in seconds, at least 1
 */
public record SpareRules(int longestLife) {

	/** No server counts to this; a greater number is one that a client made up. */
	public static final long UNCOUNTED = 1L << 62;

	/** A time to live of at most the longest one. */
	long life(long exptime) {
		return (exptime < 0 || (exptime > 0 && exptime < this.longestLife)) ? exptime : this.longestLife;
	}

	/** Whether what reads may give an item this time to live, too: only to end it. */
	boolean mayTouch(long exptime) {
		return exptime < 0;
	}

	/**
	 * A number as the client knows it for one of the server's, and the other way round.
	 * One that was made up recurs nowhere, and 0 is none.
	 */
	long number(long number) {
		return (number == 0 || number >= UNCOUNTED) ? number : number ^ Long.MIN_VALUE;
	}

	/**
	 * The flags of a meta command, each with a space in front.
	 * @param touch the time of its {@code T}
	 */
	String flags(Command command, String flags, int touch) {
		StringBuilder kept = new StringBuilder();
		boolean dated = false;
		for (String flag : flags.split(" ", -1)) {
			char letter = flag.isEmpty() ? ' ' : flag.charAt(0);
			boolean prolongs = letter == 'T' && command == Command.MG && !mayTouch(touch);
			boolean refreshes = letter == 'R' && Long.parseLong(flag.substring(1)) >= this.longestLife;
			if (!flag.isEmpty() && !prolongs && !refreshes) {
				kept.append(' ').append((letter == 'C') ? "C" + number(flag) : flag);
			}
			dated |= letter == 'T';
		}
		return (command == Command.MS && !dated) ? kept.append(" T").toString() : kept.toString();
	}

	private String number(String flag) {
		return Long.toUnsignedString(number(Long.parseUnsignedLong(flag.substring(1))));
	}

}
