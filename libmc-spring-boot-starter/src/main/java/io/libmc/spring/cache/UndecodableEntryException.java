package io.libmc.spring.cache;

import org.jspecify.annotations.Nullable;

/**
 * An entry's bytes are no value: its class has changed, or somebody else wrote them.
 */
final class UndecodableEntryException extends Exception {

	private static final long serialVersionUID = 1L;

	UndecodableEntryException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
