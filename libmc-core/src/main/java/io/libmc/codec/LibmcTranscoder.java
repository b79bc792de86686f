package io.libmc.codec;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * libmc's own value format.
 */
public final class LibmcTranscoder implements Transcoder {

	private LibmcTranscoder() {
	}

	/**
	 * Creates one.
	 * @return a transcoder
	 */
	public static LibmcTranscoder create() {
		return new LibmcTranscoder();
	}

	@Override
	public EncodedValue encode(Object value) {
		return (value instanceof byte[] bytes) ? new EncodedValue(0, bytes)
				: new EncodedValue(4, value.toString().getBytes(StandardCharsets.UTF_8));
	}

	@Override
	public @Nullable Object decode(int flags, byte[] bytes) {
		return (flags == 0) ? bytes : new String(bytes, StandardCharsets.UTF_8);
	}

}
