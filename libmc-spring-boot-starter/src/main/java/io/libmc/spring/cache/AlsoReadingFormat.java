package io.libmc.spring.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import io.libmc.codec.DecodingBudget;
import io.libmc.codec.EncodedValue;

/** A format that reads what others wrote, too, for as long as there are such entries. */
final class AlsoReadingFormat extends EntryFormat {

	private final EntryFormat own;

	private final List<EntryFormat> others;

	private AlsoReadingFormat(EntryFormat own, List<EntryFormat> others) {
		this.own = own;
		this.others = others;
	}

	static EntryFormat of(EntryFormat format, List<EntryFormat> others) {
		List<EntryFormat> all = new ArrayList<>();
		EntryFormat own = format;
		if (format instanceof AlsoReadingFormat reading) {
			own = reading.own;
			all.addAll(reading.others);
		}
		all.addAll(others);
		for (EntryFormat other : all) {
			if (other instanceof CustomFormat custom && custom.isConfusedWith(own)) {
				throw new IllegalArgumentException("two serializers write the name \"" + other
						+ "\" into their entries; give one of them another name");
			}
		}
		return new AlsoReadingFormat(own, List.copyOf(all));
	}

	@Override
	public String toString() {
		return this.own + this.others.stream()
			.map(EntryFormat::toString)
			.collect(Collectors.joining(" and ", ", also reading ", ""));
	}

	@Override
	boolean wrote(Object plain) {
		return this.own.wrote(plain) || this.others.stream().anyMatch((other) -> other.wrote(plain));
	}

	@Override
	Object encode(Object value) {
		return this.own.encode(value);
	}

	@Override
	Object decode(Object entry, DecodingBudget budget) throws UndecodableEntryException {
		Object plain = (entry instanceof byte[] bytes) ? BytesFormat.plain(bytes) : entry;
		for (EntryFormat other : this.others) {
			if (!this.own.wrote(plain) && other.wrote(plain)) {
				return other.decode(plain, budget);
			}
		}
		return this.own.decode(plain, budget);
	}

	@Override
	void check(EncodedValue entry, DecodingBudget budget) {
		this.own.check(entry, budget);
	}

}
