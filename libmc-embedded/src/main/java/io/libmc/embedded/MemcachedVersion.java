package io.libmc.embedded;

/**
 * The release of memcached whose commands, replies and errors are spoken.
 *
 * @since 0.1.0
 */
public enum MemcachedVersion {

	/**
	 * Without what came later to the meta commands: item numbers that clients choose
	 * ({@code E}), {@code C} of {@code mg}, {@code x} of {@code md}, {@code s} and
	 * {@code N} of {@code ms}.
	 */
	V1_6_18("1.6.18"),

	/** The newest. */
	V1_6_45("1.6.45");

	private final String text;

	MemcachedVersion(String text) {
		this.text = text;
	}

	boolean isOld() {
		return this == V1_6_18;
	}

	/**
	 * As {@code version} answers.
	 */
	@Override
	public String toString() {
		return this.text;
	}

}
