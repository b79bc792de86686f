package io.libmc.codec;

import java.io.ObjectStreamConstants;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Walks through what Java serialization wrote, by the grammar of its specification, and
 * makes no object. The grammar says where each object begins and ends whatever its class
 * does. What objects cost is for {@link SerializedCosts}; what is read here is charged
 * here.
 */
final class SerializedStream implements ObjectStreamConstants {

	/** Java itself needs up to 2.5 kB of stack for each level, of a megabyte. */
	private static final int MAX_DEPTH = 250;

	private static final int STEPS_PER_OBJECT = 4;

	/** A class is looked up, and its fields are matched with those in the stream. */
	private static final int STEPS_PER_CLASS = 500;

	private static final int OBJECT_BYTES = 16;

	/** A collection allocates more than it has fields for. */
	private static final int JAVA_OBJECT_BYTES = 64;

	/** An entry of a table, or a slot of an array that grows. */
	private static final int ELEMENT_BYTES = 40;

	private static final int STRING_BYTES = 40;

	static final int BYTES_PER_STEP = 32;

	private final byte[] bytes;

	private final ByteBuffer in;

	private final DecodingBudget budget;

	/** Whether arrays are charged by the filter, when they are read. */
	private final boolean arraysAreChargedLater;

	private final SerializedCosts costs;

	private final List<@Nullable SerializedClass> handles = new ArrayList<>();

	private final SerializedClasses classes = new SerializedClasses();

	/** Where the strings begin, by handle. */
	private int[] strings = new int[32];

	private int depth;

	SerializedStream(byte[] bytes, int start, DecodingBudget budget, boolean arraysAreChargedLater) {
		this.bytes = bytes;
		this.in = ByteBuffer.wrap(bytes, start, bytes.length - start);
		this.budget = budget;
		this.arraysAreChargedLater = arraysAreChargedLater;
		this.costs = new SerializedCosts(bytes, budget);
	}

	/** Walks through the one object that the stream holds. */
	void judge() {
		if (readShort() != (STREAM_MAGIC & 0xffff) || readShort() != STREAM_VERSION) {
			throw broken("it does not begin as one");
		}
		readContent();
	}

	/**
	 * Whether Java reads objects of this class otherwise than the stream describes them.
	 */
	boolean isMisread(Class<?> type) {
		return this.classes.differ(type);
	}

	/** Charges for what is as large as an enum has constants, when it is known. */
	void chargeEnum(Class<?> type) {
		this.costs.enums.charge(type, this.budget);
	}

	/** Charges for the enums that are here, where nobody reads the stream. */
	void chargeEnums() {
		for (String name : this.classes.names()) {
			if (this.costs.enums.isHeld(name)) {
				try {
					chargeEnum(ClassNames.find(name, Thread.currentThread().getContextClassLoader()));
				}
				catch (ClassNotFoundException | LinkageError ex) {
					// It is charged when it is read.
				}
			}
		}
	}

	/** How many bytes an element of an array takes, by the code of its type. */
	static int width(char type) {
		return switch (type) {
			case 'B', 'Z' -> 1;
			case 'C', 'S' -> 2;
			case 'J', 'D' -> 8;
			default -> 4;
		};
	}

	/** Reads an object and leaves what it costs as the last one's. */
	private void readContent() {
		descend();
		this.budget.step(1);
		byte type = readByte();
		switch (type) {
			case TC_NULL -> this.costs.isNull();
			case TC_REFERENCE -> this.costs.isReference(readHandle());
			case TC_STRING -> readString(readShort());
			case TC_LONGSTRING -> readString(readLong());
			case TC_OBJECT -> readObject();
			case TC_ARRAY -> readArray();
			case TC_ENUM -> readEnum();
			case TC_CLASS -> {
				SerializedClass of = readClass(readByte());
				this.costs.isConstant(newHandle(null), (of != null) ? of.name : "", 0);
			}
			case TC_CLASSDESC, TC_PROXYCLASSDESC -> {
				readClass(type);
				this.costs.isClass();
			}
			default -> throw broken("an object cannot begin with " + type);
		}
		this.depth--;
	}

	private void descend() {
		if (++this.depth > MAX_DEPTH) {
			throw new IllegalArgumentException("it nests deeper than " + MAX_DEPTH + " levels; store a flatter one");
		}
	}

	private void readObject() {
		SerializedClass type = readObjectClass();
		this.budget.step(STEPS_PER_OBJECT + type.height);
		int handle = newHandle(null);
		this.costs.begin(type, handle);
		boolean external = (type.flags & SC_EXTERNALIZABLE) != 0;
		long fieldBytes = 0;
		for (SerializedClass part : external ? List.of(type) : type.parts()) {
			fieldBytes += part.primitiveBytes + 4L * part.objects.length;
			if (!external) {
				this.costs.fields(part, skip(part.primitiveBytes));
				for (String field : part.objects) {
					readContent();
					this.costs.field(field);
				}
			}
			if (external || (part.flags & SC_WRITE_METHOD) != 0) {
				readAnnotations(true);
			}
			this.costs.part(part);
		}
		this.budget.allocate(fieldBytes + (type.ofJava ? JAVA_OBJECT_BYTES : OBJECT_BYTES));
		this.costs.end(type, handle);
	}

	private SerializedClass readObjectClass() {
		SerializedClass type = readClass(readByte());
		if (type == null || type.name.startsWith("[")) {
			throw broken("an object has no class");
		}
		for (SerializedClass part = type; part != null; part = part.superclass) {
			boolean external = (part.flags & SC_EXTERNALIZABLE) != 0;
			if (external == ((part.flags & SC_SERIALIZABLE) != 0) || (part.flags & SC_ENUM) != 0
					|| (external && (part.flags & SC_BLOCK_DATA) == 0)) {
				throw broken("objects of " + part.name + " cannot be in it");
			}
			part.hasObjects = true;
		}
		return type;
	}

	/**
	 * What a class writes of its own accord.
	 * @param counts whether it belongs to an object
	 */
	private void readAnnotations(boolean counts) {
		while (true) {
			byte next = readByte();
			if (next == TC_ENDBLOCKDATA) {
				return;
			}
			if (next == TC_BLOCKDATA || next == TC_BLOCKDATALONG) {
				int length = (next == TC_BLOCKDATA) ? readByte() & 0xff : readInt();
				int start = skip(length);
				if (counts) {
					this.costs.block(start, length);
				}
			}
			else {
				this.in.position(this.in.position() - 1);
				readContent();
				if (counts) {
					this.budget.allocate(ELEMENT_BYTES);
					this.costs.element();
				}
			}
		}
	}

	private void readArray() {
		SerializedClass type = readClass(readByte());
		if (type == null || type.name.length() < 2 || type.name.charAt(0) != '[') {
			throw broken("an array has no class");
		}
		int handle = newHandle(null);
		int length = readInt();
		boolean ofObjects = type.name.charAt(1) == '[' || type.name.charAt(1) == 'L';
		boolean ofPrimitives = type.name.length() == 2 && "BCDFIJSZ".indexOf(type.name.charAt(1)) >= 0;
		if (!ofObjects && !ofPrimitives) {
			throw broken("an array has the class " + type.name + ", which Java reads otherwise");
		}
		long width = width(type.name.charAt(1));
		if (length < 0 || length * (ofObjects ? 1 : width) > this.in.remaining()) {
			throw broken("an array of " + length + " is REJECTED, as so many elements do not follow");
		}
		if (!this.arraysAreChargedLater) {
			this.budget.allocate(OBJECT_BYTES + length * width);
		}
		this.costs.beginArray(handle, length);
		if (ofObjects) {
			for (int i = 0; i < length; i++) {
				readContent();
				this.costs.element();
			}
			this.costs.endArray(handle);
		}
		else {
			this.costs.endArray(handle, skip(length * width), length * width);
		}
	}

	private void readEnum() {
		SerializedClass type = readClass(readByte());
		int handle = newHandle(null);
		byte name = readByte();
		if (type == null || (name != TC_STRING && name != TC_LONGSTRING)) {
			throw broken("an enum has no name");
		}
		readString((name == TC_STRING) ? readShort() : readLong());
		this.costs.isConstant(handle, type.name, this.costs.hash());
	}

	private void readString(long length) {
		int handle = newHandle(null);
		int start = skip(length);
		if (handle >= this.strings.length) {
			this.strings = Arrays.copyOf(this.strings, 2 * handle);
		}
		this.strings[handle] = start;
		this.budget.allocate(STRING_BYTES + 2 * length);
		this.costs.isString(handle, hash(start, (int) length), length / BYTES_PER_STEP);
	}

	/** The hash that the string has in Java, of its text in modified UTF-8. */
	private int hash(int start, int length) {
		int hash = 0;
		int end = start + length;
		for (int i = start; i < end; i += width(this.bytes[i])) {
			hash = 31 * hash + character(i, end);
		}
		return hash;
	}

	/** A name, which modified UTF-8 can write in more ways than one. */
	private String readName() {
		int length = readShort();
		int start = skip(length);
		int ascii = start;
		while (ascii < start + length && this.bytes[ascii] >= 0) {
			ascii++;
		}
		if (ascii == start + length) {
			return new String(this.bytes, start, length, StandardCharsets.ISO_8859_1);
		}
		char[] name = new char[length];
		int count = 0;
		for (int i = start; i < start + length; i += width(this.bytes[i])) {
			name[count++] = (char) character(i, start + length);
		}
		return new String(name, 0, count);
	}

	private static int width(byte first) {
		return (first >= 0) ? 1 : ((first & 0xf0) == 0xe0) ? 3 : 2;
	}

	private int character(int at, int end) {
		int c = this.bytes[at];
		if (c >= 0) {
			return c;
		}
		int width = width((byte) c);
		if (at + width > end || (width == 2 && (c & 0xe0) != 0xc0)) {
			throw broken("a string is not UTF-8");
		}
		return (width == 3) ? (c & 0xf) << 12 | (this.bytes[at + 1] & 0x3f) << 6 | (this.bytes[at + 2] & 0x3f)
				: (c & 0x1f) << 6 | (this.bytes[at + 1] & 0x3f);
	}

	private @Nullable SerializedClass readClass(byte type) {
		return switch (type) {
			case TC_NULL -> null;
			case TC_REFERENCE -> {
				SerializedClass known = this.handles.get(readHandle());
				if (known == null || known.height == 0) {
					throw broken("a reference leads to no class");
				}
				yield known;
			}
			case TC_CLASSDESC -> readClassDescription();
			case TC_PROXYCLASSDESC -> throw new IllegalArgumentException(
					"it holds a java.lang.reflect.Proxy, of which Java makes a class before it asks for permission; store what is behind it");
			default -> throw broken("a class cannot begin with " + type);
		};
	}

	private SerializedClass readClassDescription() {
		String name = readName();
		if (!ClassNames.isOrdinary(name)) {
			throw new IllegalArgumentException(
					"the name of a class in it has more than 500 characters, or more than 8 dimensions of arrays");
		}
		this.budget.step(STEPS_PER_CLASS * (1L + ClassNames.dimensions(name)));
		SerializedClass type = new SerializedClass(name);
		skip(Long.BYTES);
		newHandle(type);
		type.flags = readByte();
		int count = readShort();
		if (count > this.in.remaining()) {
			throw broken("it ends too early");
		}
		this.budget.step(count);
		char[] codes = new char[count];
		List<String> primitives = new ArrayList<>();
		List<String> objects = new ArrayList<>();
		int[] offsets = new int[count];
		for (int i = 0; i < count; i++) {
			char code = (char) readByte();
			String field = readName();
			codes[i] = code;
			if (code == 'L' || code == '[') {
				objects.add(field);
				readType(code);
			}
			else if (!objects.isEmpty() || "BZCSIFJD".indexOf(code) < 0) {
				throw broken("a field of " + type.name + " has no type");
			}
			else {
				offsets[primitives.size()] = type.primitiveBytes;
				primitives.add(field);
				type.primitiveBytes += width(code);
			}
		}
		type.primitives = primitives.toArray(new String[0]);
		type.offsets = Arrays.copyOf(offsets, primitives.size());
		type.objects = objects.toArray(new String[0]);
		type.codes = codes;
		readSuperclass(type);
		this.classes.add(type);
		return type;
	}

	/** Java goes by the first character of what the type of a field is called. */
	private void readType(char code) {
		byte type = readByte();
		int handle;
		if (type == TC_REFERENCE) {
			handle = readHandle();
		}
		else if (type == TC_STRING || type == TC_LONGSTRING) {
			handle = this.handles.size();
			readString((type == TC_STRING) ? readShort() : readLong());
		}
		else {
			throw broken("a field has no type");
		}
		int start = (handle < this.strings.length) ? this.strings[handle] : 0;
		if (start == 0 || start >= this.bytes.length || this.bytes[start] != code) {
			throw broken("a field has two types");
		}
	}

	private void readSuperclass(SerializedClass type) {
		readAnnotations(false);
		descend();
		SerializedClass superclass = readClass(readByte());
		this.depth--;
		type.superclass = superclass;
		type.height = (superclass != null) ? superclass.height + 1 : 1;
	}

	private int newHandle(@Nullable SerializedClass type) {
		this.handles.add(type);
		return this.handles.size() - 1;
	}

	private int readHandle() {
		int handle = readInt() - baseWireHandle;
		if (handle < 0 || handle >= this.handles.size()) {
			throw broken("a reference leads nowhere");
		}
		return handle;
	}

	private byte readByte() {
		return this.bytes[skip(1)];
	}

	private int readShort() {
		return this.in.getShort(skip(Short.BYTES)) & 0xffff;
	}

	private int readInt() {
		return this.in.getInt(skip(Integer.BYTES));
	}

	private long readLong() {
		return this.in.getLong(skip(Long.BYTES));
	}

	private int skip(long length) {
		if (length < 0 || length > this.in.remaining()) {
			throw broken("it ends too early");
		}
		int start = this.in.position();
		this.in.position(start + (int) length);
		return start;
	}

	private IllegalArgumentException broken(String why) {
		return new IllegalArgumentException(
				"it is no stream of Java serialization: at byte " + this.in.position() + ", " + why);
	}

}
