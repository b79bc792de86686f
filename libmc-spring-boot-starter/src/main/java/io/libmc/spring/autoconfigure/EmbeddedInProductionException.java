package io.libmc.spring.autoconfigure;

/**
 * An application that seems to be in production has no memcached but one of its own.
 */
final class EmbeddedInProductionException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	EmbeddedInProductionException(String production) {
		super("No memcached server is configured, libmc-embedded is on the class path, and " + production
				+ ". An embedded server is each instance's own: evictions would not reach the others.");
	}

}
