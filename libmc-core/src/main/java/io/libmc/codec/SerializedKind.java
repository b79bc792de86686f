package io.libmc.codec;

/**
 * What is known of the hash of an object in a stream of Java serialization, and whether a
 * table can put keys in order that share one.
 */
final class SerializedKind {

	/** The hash is the object's own, or nobody else's concern. */
	static final int ALONE = 0;

	/** Not ordered: a table compares all whose hashes are equal. */
	static final int PLAIN = 1;

	/** It holds itself, so that hashing it would never end, or what asks the network. */
	static final int CYCLIC = 2;

	/** There is no object. */
	static final int NULL = 3;

	/** An application's object, of which not all is read yet. */
	static final int OPEN = 16;

	private static final int ORDERED = 4;

	private static final int ANY_HASH = 8;

	/** Not ordered, and its hash may be that of any other. */
	static final int UNKNOWN = PLAIN | ANY_HASH;

	private SerializedKind() {
	}

	/** A class's own mark, by which objects of one class are known. */
	static int ordered(String name) {
		return (name.hashCode() | ORDERED) & ~ANY_HASH;
	}

	/** The mark of a class whose hashes are not computed. */
	static int orderedUnknown(String name) {
		return ordered(name) | ANY_HASH;
	}

	static boolean isUnknown(int kind) {
		return (kind & ANY_HASH) != 0;
	}

	/** The same, of which the hash may be any. */
	static int unknown(int kind) {
		return kind | ANY_HASH;
	}

	/** Leaves only the class's mark. */
	static int known(int kind) {
		return kind & ~ANY_HASH;
	}

}
