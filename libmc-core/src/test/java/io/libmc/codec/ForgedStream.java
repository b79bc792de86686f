package io.libmc.codec;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamConstants;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes streams of Java serialization that describe their classes as one likes. A field
 * is its type, its name and, of an object, what its type is called: {@code "J value"} or
 * {@code "L key Ljava/lang/Object;"}.
 */
final class ForgedStream {

	static final int SERIALIZABLE = 2;

	static final int WRITING = 3;

	static final String OBJECT = "Ljava/lang/Object;";

	private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

	private final DataOutputStream out = new DataOutputStream(this.bytes);

	private final Map<String, Integer> classes = new HashMap<>();

	private int handles;

	ForgedStream() {
		write(() -> {
			this.out.writeShort(ObjectStreamConstants.STREAM_MAGIC);
			this.out.writeShort(ObjectStreamConstants.STREAM_VERSION);
		});
	}

	byte[] toByteArray() {
		return this.bytes.toByteArray();
	}

	int size() {
		return this.out.size();
	}

	/** The number of the object or string that was written or begun last. */
	int last() {
		return this.handles - 1;
	}

	ForgedStream raw(byte... data) {
		return write(() -> this.out.write(data));
	}

	ForgedStream number(int value) {
		return write(() -> this.out.writeInt(value));
	}

	ForgedStream nothing() {
		return raw(ObjectStreamConstants.TC_NULL);
	}

	ForgedStream end() {
		return raw(ObjectStreamConstants.TC_ENDBLOCKDATA);
	}

	ForgedStream reference(int handle) {
		return raw(ObjectStreamConstants.TC_REFERENCE).number(ObjectStreamConstants.baseWireHandle + handle);
	}

	ForgedStream string(String text) {
		this.handles++;
		return raw(ObjectStreamConstants.TC_STRING).write(() -> this.out.writeUTF(text));
	}

	ForgedStream block(int... numbers) {
		raw(ObjectStreamConstants.TC_BLOCKDATA, (byte) (4 * numbers.length));
		for (int each : numbers) {
			number(each);
		}
		return this;
	}

	/** A class, and what is above it. */
	ForgedStream describe(String name, int flags, Runnable superclass, String... fields) {
		return describe(name, name.getBytes(StandardCharsets.ISO_8859_1), flags, superclass, fields);
	}

	ForgedStream describe(String name, byte[] written, int flags, Runnable superclass, String... fields) {
		Integer known = this.classes.get(name);
		if (known != null) {
			return reference(known);
		}
		write(() -> {
			this.out.writeByte(ObjectStreamConstants.TC_CLASSDESC);
			this.out.writeShort(written.length);
			this.out.write(written);
			this.out.writeLong(version(name));
			this.classes.put(name, this.handles++);
			this.out.writeByte(flags);
			this.out.writeShort(fields.length);
			for (String field : fields) {
				String[] parts = field.split(" ", -1);
				this.out.writeByte(parts[0].charAt(0));
				this.out.writeUTF(parts[1]);
				if (parts.length > 2) {
					string(parts[2]);
				}
			}
		});
		end();
		superclass.run();
		return this;
	}

	private static long version(String name) {
		try {
			return ObjectStreamClass.lookupAny(Class.forName(name)).getSerialVersionUID();
		}
		catch (ClassNotFoundException ex) {
			return 0;
		}
	}

	/** An object, of which the content is still to be written. */
	ForgedStream object(String name, int flags, String... fields) {
		return object(name, flags, this::nothing, fields);
	}

	ForgedStream object(String name, int flags, Runnable superclass, String... fields) {
		raw(ObjectStreamConstants.TC_OBJECT).describe(name, flags, superclass, fields);
		this.handles++;
		return this;
	}

	ForgedStream array(String name, int length) {
		raw(ObjectStreamConstants.TC_ARRAY).describe(name, SERIALIZABLE, this::nothing);
		this.handles++;
		return number(length);
	}

	ForgedStream constant(Enum<?> constant) {
		raw(ObjectStreamConstants.TC_ENUM).describe(constant.getDeclaringClass().getName(), 0x12,
				() -> describe(Enum.class.getName(), 0x12, this::nothing));
		this.handles++;
		return string(constant.name());
	}

	ForgedStream set(int size) {
		return object("java.util.HashSet", WRITING).block(2 * size + 16, Float.floatToIntBits(0.75f), size);
	}

	ForgedStream list(int size) {
		return object("java.util.ArrayList", WRITING, "I size").number(size).block(size);
	}

	ForgedStream integer(int value) {
		return object("java.lang.Integer", SERIALIZABLE, this::numbers, "I value").number(value);
	}

	/** The superclass of numbers. */
	ForgedStream numbers() {
		return describe("java.lang.Number", SERIALIZABLE, this::nothing);
	}

	private ForgedStream write(Writing writing) {
		try {
			writing.run();
			return this;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private interface Writing {

		void run() throws IOException;

	}

}
