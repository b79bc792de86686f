package io.libmc.spring.autoconfigure;

import java.util.List;

/**
 * The caches could use any of several clients.
 */
final class AmbiguousClientException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	AmbiguousClientException(List<String> beanNames) {
		super("The caches could use any of these clients, and nothing says which: " + String.join(", ", beanNames));
	}

}
