package io.libmc.spring.cache;

/**
 * What a failing memcached does to the application.
 */
public enum OnError {

	/**
	 * Nothing: what cannot be read counts as absent, what cannot be written is dropped.
	 * It is logged when it begins and when it ends, and counted.
	 */
	BYPASS,

	/** The {@link io.libmc.MemcachedException} reaches the caller. */
	THROW

}
