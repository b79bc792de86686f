package io.libmc.spring.cache;

import org.jspecify.annotations.Nullable;

import org.springframework.cache.support.NullValue;

import io.libmc.codec.DecodingBudget;
import io.libmc.codec.EncodedValue;
import io.libmc.codec.LibmcTranscoder;
import io.libmc.codec.Transcoder;

/**
 * Items of a client that is used directly, in a cache's format where libmc's own would
 * refuse a value or return it as another type.
 */
final class FormatTranscoder implements Transcoder {

	/** The flags of an item that is in a cache's format. */
	static final int FORMATTED = 1 << 10;

	private static final LibmcTranscoder LIBMC = LibmcTranscoder.create();

	private final EntryFormat format;

	FormatTranscoder(EntryFormat format) {
		this.format = format;
	}

	/**
	 * Whether memcached and other languages should see the value as libmc stores it: an
	 * {@code Integer} comes back as a {@code Long}, as it can be counted only so.
	 */
	private static boolean isLibmcs(Object value) {
		return value instanceof String || value instanceof byte[] || value instanceof Long || value instanceof Integer
				|| value instanceof Short || value instanceof Byte || value instanceof Boolean
				|| value instanceof Double;
	}

	@Override
	public EncodedValue encode(Object value) {
		if (isLibmcs(value)) {
			return LIBMC.encode(value);
		}
		Object entry = this.format.encode(value);
		if (entry instanceof byte[] bytes) {
			return new EncodedValue(FORMATTED, BytesFormat.checked(bytes));
		}
		return LIBMC.encode(value);
	}

	@Override
	public void check(EncodedValue encoded, DecodingBudget budget) {
		if (encoded.flags() == FORMATTED) {
			this.format.check(encoded, budget);
		}
		else {
			LIBMC.check(encoded, budget);
		}
	}

	@Override
	public @Nullable Object decode(int flags, byte[] bytes) {
		return decode(flags, bytes, DecodingBudget.of(bytes.length));
	}

	@Override
	public @Nullable Object decode(int flags, byte[] bytes, DecodingBudget budget) {
		if (flags != FORMATTED) {
			return LIBMC.decode(flags, bytes, budget);
		}
		try {
			Object value = this.format.decode(bytes, budget);
			return (value instanceof NullValue) ? null : value;
		}
		catch (UndecodableEntryException ex) {
			throw new IllegalArgumentException(ex.getMessage(), ex);
		}
	}

}
