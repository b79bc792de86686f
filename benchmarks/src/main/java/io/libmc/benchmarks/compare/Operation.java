package io.libmc.benchmarks.compare;

/**
 * What a step does over and over.
 */
enum Operation {

	/** Reads one key of many. */
	GET("get"),

	/** Reads one key of those that live on the first server. */
	GET_FROM_ONE_SERVER("get, all keys on one of the servers"),

	/** Reads one key through a {@code @Cacheable} method. */
	GET_ANNOTATED("@Cacheable"),

	/** Reads the same key each time. */
	GET_HOT("get of one hot key"),

	/** Stores one key of many. */
	SET("set"),

	/** Stores one time in ten, and reads else. */
	MIXED("90 % get, 10 % set"),

	/** Reads a batch of keys. */
	GET_MULTI("getMulti"),

	/** Stores a batch of keys. */
	SET_MULTI("setMulti"),

	/** Nothing: connected, and at rest. */
	REST("at rest"),

	/** Opens more clients, each used once. */
	OPEN_CLIENTS("idle clients");

	private final String label;

	Operation(String label) {
		this.label = label;
	}

	@Override
	public String toString() {
		return this.label;
	}

}
