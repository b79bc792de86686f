package io.libmc.internal.protocol;

import java.io.IOException;

/**
 * Bytes from a server that make no sense: nothing after them can be trusted.
 */
public final class ProtocolException extends IOException {

	private static final long serialVersionUID = 1L;

	public ProtocolException(String message) {
		super(message);
	}

}
