package io.libmc.spring.cache;

import io.libmc.codec.EncodedValue;
import io.libmc.codec.LibmcTranscoder;
import io.libmc.codec.Transcoder;

/**
 * Makes items of entries and of generations, whatever transcoder the application's client
 * has. An item that makes no sense is an {@link Entry} too, not a failure.
 */
final class EntryTranscoder implements Transcoder {

	private static final LibmcTranscoder LIBMC = LibmcTranscoder.create();

	private final EntryFormat format;

	EntryTranscoder(EntryFormat format) {
		this.format = format;
	}

	@Override
	public EncodedValue encode(Object value) {
		if (value instanceof Entry.Encoded encoded) {
			return LIBMC.encode(Stamp.put(encoded.body(), encoded.generation()));
		}
		if (value instanceof Entry entry) {
			if (entry.generation() == Generation.NONE || entry.value() == null) {
				throw new IllegalArgumentException("the generation it belongs to is not known");
			}
			return LIBMC.encode(Stamp.put(this.format.encode(entry.value()), entry.generation()));
		}
		return LIBMC.encode(value);
	}

	/** An {@link Entry}, or the {@link Long} of a generation. */
	@Override
	public Object decode(int flags, byte[] bytes) {
		Object stored;
		try {
			stored = LIBMC.decode(flags, bytes);
		}
		catch (IllegalArgumentException ex) {
			return Entry.undecodable(Generation.NONE, ex.getMessage());
		}
		if (stored instanceof Long) {
			return stored;
		}
		if (stored == null) {
			return Entry.undecodable(Generation.NONE, "it is None");
		}
		long generation = Stamp.of(stored);
		try {
			return Entry.of(generation, this.format.decode(stored));
		}
		catch (UndecodableEntryException ex) {
			return Entry.undecodable(generation, ex.getMessage());
		}
	}

}
