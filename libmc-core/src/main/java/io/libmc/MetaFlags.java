package io.libmc;

/**
 * The flags of a meta command as they go on the wire, each with a space in front.
 */
final class MetaFlags {

	private MetaFlags() {
	}

	/**
	 * Adds one. memcached refuses to be given one twice, and after the line of a set it
	 * would take the data for commands.
	 */
	static String and(String flags, String flag) {
		for (int at = 0; at >= 0; at = flags.indexOf(' ', at + 1)) {
			if (flags.charAt(at + 1) == flag.charAt(0)) {
				throw new IllegalArgumentException(
						"the flag " + flag.charAt(0) + " is given twice; memcached refuses that");
			}
		}
		return flags + ' ' + flag;
	}

}
