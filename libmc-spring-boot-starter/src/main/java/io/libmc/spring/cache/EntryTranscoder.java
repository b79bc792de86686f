package io.libmc.spring.cache;

import io.libmc.codec.DecodingBudget;
import io.libmc.codec.EncodedValue;
import io.libmc.codec.LibmcTranscoder;
import io.libmc.codec.Transcoder;

/**
 * Makes items of entries and of generations, whatever transcoder the application's client
 * has. An item that makes no sense is an {@link Entry} too, not a failure.
 */
final class EntryTranscoder implements Transcoder {

	private static final LibmcTranscoder LIBMC = LibmcTranscoder.create();

	/** The flags of an integer. */
	private static final int GENERATION = 4;

	/** Of the flags of an entry that is not refreshed ahead. */
	private static final int BRIEF = 1 << 11;

	private final EntryFormat format;

	/** Longer items are compressed by LZ4. */
	private final int lz4Threshold;

	/** Whether entries are to tell how they lay on the server. */
	private final boolean keepsEncoded;

	EntryTranscoder(EntryFormat format, int lz4Threshold, boolean keepsEncoded) {
		this.format = format;
		this.keepsEncoded = keepsEncoded;
		this.lz4Threshold = lz4Threshold;
	}

	@Override
	public EncodedValue encode(Object value) {
		EncodedValue plain = encodePlain(value);
		return (plain.bytes().length > this.lz4Threshold) ? Lz4.compress(plain) : plain;
	}

	private EncodedValue encodePlain(Object value) {
		if (value instanceof Entry.Encoded encoded) {
			return encode(encoded);
		}
		if (value instanceof Entry entry) {
			if (entry.generation() == Generation.NONE || entry.value() == null) {
				throw new IllegalArgumentException("the generation it belongs to is not known");
			}
			if (entry.problem() != null) {
				throw new IllegalArgumentException(entry.problem());
			}
			return encode(new Entry.Encoded(entry.generation(), this.format.encode(entry.value()), entry.lifetime(),
					entry.groups()));
		}
		return LIBMC.encode(value);
	}

	private static EncodedValue encode(Entry.Encoded entry) {
		Object stamped = Stamp.put(entry.body(), entry.generation());
		long deadline = entry.lifetime().deadline();
		Object dated = (deadline != Lifetime.ENDLESS) ? Stamp.dated(stamped, deadline) : stamped;
		EncodedValue plain = LIBMC.encode(entry.groups().isEmpty() ? dated : Stamp.grouped(dated, entry.groups()));
		return entry.lifetime().brief() ? new EncodedValue(plain.flags() | BRIEF, plain.bytes()) : plain;
	}

	@Override
	public void check(EncodedValue encoded, DecodingBudget budget) {
		if ((encoded.flags() & BRIEF) != 0) {
			check(new EncodedValue(encoded.flags() & ~BRIEF, encoded.bytes()), budget);
		}
		else if ((encoded.flags() & Lz4.FLAG) != 0) {
			check(new EncodedValue(encoded.flags() & ~Lz4.FLAG, Lz4.decompress(encoded.bytes(), budget)), budget);
		}
		else if (encoded.flags() != GENERATION) {
			this.format.check(encoded, budget);
		}
	}

	@Override
	public Object decode(int flags, byte[] bytes) {
		return decode(flags, bytes, DecodingBudget.of(bytes.length));
	}

	/** An {@link Entry}, or the {@link Long} of a generation. */
	@Override
	public Object decode(int flags, byte[] bytes, DecodingBudget budget) {
		Object stored;
		try {
			byte[] plain = ((flags & Lz4.FLAG) != 0) ? Lz4.decompress(bytes, budget) : bytes;
			stored = LIBMC.decode(flags & ~(Lz4.FLAG | BRIEF), plain, budget);
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
		GroupStamps groups = Stamp.groups(stored);
		Object dated = groups.isEmpty() ? stored : Stamp.ungrouped(stored);
		long deadline = Stamp.deadline(dated);
		Object entry = (deadline != Lifetime.ENDLESS) ? Stamp.undated(dated) : dated;
		long generation = Stamp.of(entry);
		try {
			return Entry.of(generation, this.format.decode(entry, budget),
					Lifetime.read((flags & BRIEF) != 0, deadline), groups,
					this.keepsEncoded ? new EncodedValue(flags, bytes) : null);
		}
		catch (UndecodableEntryException ex) {
			return Entry.undecodable(generation, ex);
		}
	}

}
