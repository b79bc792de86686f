package io.libmc.codec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A class as a stream of Java serialization describes it.
 */
final class SerializedClass {

	final String name;

	int flags;

	/** The bytes that its fields of primitive types take. */
	int primitiveBytes;

	/** The names of its fields of primitive types, and where each begins. */
	String[] primitives = {};

	int[] offsets = {};

	/** The names of its fields that are objects. */
	String[] objects = {};

	/**
	 * The types of its fields, one character for each, those of primitive types first.
	 */
	char[] codes = {};

	@Nullable SerializedClass superclass;

	/** How many classes there are from here up; 0 until the description is complete. */
	int height;

	/** Another description of a class of this name, in the same stream. */
	@Nullable SerializedClass sameName;

	/** Whether it was compared with the class that is here, and is not like it. */
	boolean isCompared;

	boolean differs;

	/** Whether Java brings the class, and not an application or one of its libraries. */
	final boolean ofJava;

	/** How the hash of an object of it follows from its fields, where it does. */
	final @Nullable SerializedHash hash;

	/** Whether its objects have the hash that those of its superclass have. */
	final boolean inheritsHash;

	/** Whether whoever goes through an object of it goes through what this holds. */
	final boolean collects;

	/** Whether there are objects of it in the stream, or of a class below it. */
	boolean hasObjects;

	/** What reading an object of it does beside. */
	final SerializedReading reading;

	private @Nullable List<SerializedClass> parts;

	SerializedClass(String name) {
		this.name = name;
		this.ofJava = SerializedClasses.isOfJava(name);
		this.hash = this.ofJava ? SerializedHash.of(name) : null;
		this.inheritsHash = SerializedHash.isInherited(name);
		this.collects = name.startsWith("java.util.");
		this.reading = this.ofJava ? SerializedReading.of(name) : SerializedReading.KEEPS;
	}

	/** The class and those above it, the uppermost first, as their fields are written. */
	List<SerializedClass> parts() {
		List<SerializedClass> all = this.parts;
		if (all == null) {
			all = new ArrayList<>();
			for (SerializedClass part = this; part != null; part = part.superclass) {
				all.add(part);
			}
			Collections.reverse(all);
			this.parts = all;
		}
		return all;
	}

	/** Whether Java's own code hashes what its objects hold. */
	boolean isHashedByJava() {
		for (SerializedClass part = this; part != null; part = part.superclass) {
			if (part.ofJava && (part == this || part.collects)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Where a field begins among those of primitive types.
	 * @return -1 if there is no such field
	 */
	int offset(String field) {
		for (int i = 0; i < this.primitives.length; i++) {
			if (this.primitives[i].equals(field)) {
				return this.offsets[i];
			}
		}
		return -1;
	}

}
