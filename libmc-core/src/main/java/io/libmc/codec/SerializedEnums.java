package io.libmc.codec;

import java.util.HashMap;
import java.util.Map;

/**
 * The maps and sets of enums in a stream of Java serialization: each takes room for all
 * constants that its enum has, however few it holds.
 */
final class SerializedEnums {

	/** A reference in a table. */
	private static final int MAP_BITS = 32;

	private static final int SET_BITS = 1;

	/** Measured, beside the table. */
	private static final int MAP_BYTES = 600;

	/** What they take for each constant, by the hash of the enum. */
	private final Map<Integer, long[]> bits = new HashMap<>();

	/** What an object of a class takes for each constant. */
	static int bitsOf(String name) {
		return switch (name) {
			case "java.util.EnumMap" -> MAP_BITS;
			case "java.util.EnumSet$SerializationProxy" -> SET_BITS;
			default -> 0;
		};
	}

	/** The hash that stands for a class itself. */
	static int hash(String name) {
		return 31 * name.hashCode();
	}

	void hold(int hash, int more, DecodingBudget budget) {
		budget.allocate((more == MAP_BITS) ? MAP_BYTES : 0);
		this.bits.computeIfAbsent(hash, (enumHash) -> new long[1])[0] += more;
	}

	boolean isHeld(String name) {
		return this.bits.containsKey(hash(name));
	}

	/** Charges for all that were held of an enum. */
	void charge(Class<?> type, DecodingBudget budget) {
		long[] all = this.bits.get(hash(type.getName()));
		if (all != null) {
			Object[] constants = type.getEnumConstants();
			budget.allocate(CostTable.times(all[0], (constants != null) ? constants.length : 0) / Byte.SIZE);
		}
	}

}
