package io.libmc.spring.cache;

/**
 * What a failing memcached does to the application.
 *
 * @since 0.1.0
 */
public enum OnError {

	/**
	 * A failing memcached does nothing to the application: what cannot be read counts as
	 * absent, and what cannot be written is dropped. The failures are counted, and logged
	 * when they begin and when they end.
	 */
	BYPASS,

	/** The {@link io.libmc.MemcachedException} reaches the caller. */
	THROW

}
