package io.libmc.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamConstants;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.ArrayList;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Writes streams of Java serialization by hand: also those that
 * {@code ObjectOutputStream} would not write within a lifetime.
 */
public final class JavaStream {

	private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

	private final DataOutputStream out = new DataOutputStream(this.bytes);

	private final Map<String, Integer> classes = new HashMap<>();

	private int handles;

	private int last;

	public JavaStream() {
		write(() -> {
			this.out.writeShort(ObjectStreamConstants.STREAM_MAGIC);
			this.out.writeShort(ObjectStreamConstants.STREAM_VERSION);
		});
	}

	public byte[] toByteArray() {
		return this.bytes.toByteArray();
	}

	/** The number of what was written or begun last. */
	public int last() {
		return this.last;
	}

	public JavaStream nothing() {
		return write(() -> this.out.writeByte(ObjectStreamConstants.TC_NULL));
	}

	public JavaStream reference(int handle) {
		return write(() -> {
			this.out.writeByte(ObjectStreamConstants.TC_REFERENCE);
			this.out.writeInt(ObjectStreamConstants.baseWireHandle + handle);
		});
	}

	public JavaStream string(String text) {
		this.last = this.handles++;
		return write(() -> {
			this.out.writeByte(ObjectStreamConstants.TC_STRING);
			this.out.writeUTF(text);
		});
	}

	public JavaStream end() {
		return write(() -> this.out.writeByte(ObjectStreamConstants.TC_ENDBLOCKDATA));
	}

	public JavaStream set(int size) {
		object(HashSet.class, 3);
		return write(() -> {
			block(12);
			this.out.writeInt(16);
			this.out.writeFloat(0.75f);
			this.out.writeInt(size);
		});
	}

	public JavaStream map(int size) {
		object(HashMap.class, 3, "FloadFactor", "Ithreshold");
		return write(() -> {
			this.out.writeFloat(0.75f);
			this.out.writeInt(12);
			block(8);
			this.out.writeInt(16);
			this.out.writeInt(size);
		});
	}

	public JavaStream table(int size, int length) {
		object(Hashtable.class, 3, "FloadFactor", "Ithreshold");
		return write(() -> {
			this.out.writeFloat(0.75f);
			this.out.writeInt(8);
			block(8);
			this.out.writeInt(length);
			this.out.writeInt(size);
		});
	}

	public JavaStream list(int size) {
		object(ArrayList.class, 3, "Isize");
		return write(() -> {
			this.out.writeInt(size);
			block(4);
			this.out.writeInt(size);
		});
	}

	/** A list, set or map, as its tag says, of so many elements, or keys and values. */
	public JavaStream immutable(int tag, int size) {
		object(classNamed("java.util.CollSer"), 3, "Itag");
		return write(() -> {
			this.out.writeInt(tag);
			block(4);
			this.out.writeInt(size);
		});
	}

	public JavaStream queue(int size) {
		object(PriorityQueue.class, 3, "Isize", "Lcomparator");
		return write(() -> {
			this.out.writeInt(size);
			nothing();
			block(4);
			this.out.writeInt(size + 1);
		});
	}

	public JavaStream copies(int size) {
		object(Collections.nCopies(1, "").getClass(), 2, "In", "Lelement");
		return write(() -> {
			this.out.writeInt(size);
			string("x");
		});
	}

	public JavaStream integers(int count, int step) {
		for (int i = 0; i < count; i++) {
			int value = i * step;
			object(Integer.class, 2, "Ivalue");
			write(() -> this.out.writeInt(value));
		}
		return this;
	}

	public JavaStream longs(int count, int more) {
		return write(() -> {
			this.out.writeByte(ObjectStreamConstants.TC_ARRAY);
			describe(long[].class, 2);
			this.handles++;
			this.out.writeInt(count);
			this.out.write(new byte[more]);
		});
	}

	public <T> JavaStream all(List<T> values, BiConsumer<JavaStream, T> writer) {
		values.forEach((value) -> writer.accept(this, value));
		return this;
	}

	/** Collections of two each, the same two twice, so many levels deep. */
	public JavaStream twos(int levels, Class<?> type) {
		pair(levels, type, new int[levels + 1][2]);
		return this;
	}

	private void pair(int level, Class<?> type, int[][] written) {
		begin(type, 2);
		written[level][0] = this.last;
		for (int i = 0; i < 2; i++) {
			if (level == 0) {
				string("leaf" + i);
			}
			else if (i == 0) {
				pair(level - 1, type, written);
			}
			else if (type == List.class) {
				reference(written[level - 1][0]);
			}
			else {
				begin(type, 2);
				twoOthers(level - 1, type, written);
				end();
			}
			if (type == HashMap.class) {
				string("v" + i);
			}
		}
		end();
	}

	/**
	 * What lies below a collection's twin is the same, and one of them for a difference.
	 */
	private void twoOthers(int level, Class<?> type, int[][] written) {
		for (int i = 0; i < 2; i++) {
			if (level == 0) {
				string("other" + i);
			}
			else if (i == 0) {
				reference(written[level - 1][0]);
			}
			else {
				string("other");
			}
			if (type == HashMap.class) {
				string("v" + i);
			}
		}
	}

	private void begin(Class<?> type, int size) {
		if (type == HashSet.class) {
			set(size);
		}
		else if (type == HashMap.class) {
			map(size);
		}
		else {
			immutable((type == Set.class) ? 2 : 1, size);
		}
	}

	private void object(Class<?> type, int flags, String... fields) {
		write(() -> {
			this.out.writeByte(ObjectStreamConstants.TC_OBJECT);
			describe(type, flags, fields);
			this.last = this.handles++;
		});
	}

	private void describe(Class<?> type, int flags, String... fields) throws IOException {
		Integer known = this.classes.get(type.getName());
		if (known != null) {
			reference(known);
			return;
		}
		this.out.writeByte(ObjectStreamConstants.TC_CLASSDESC);
		this.out.writeUTF(type.getName());
		this.out.writeLong(ObjectStreamClass.lookup(type).getSerialVersionUID());
		this.classes.put(type.getName(), this.handles++);
		this.out.writeByte(flags);
		this.out.writeShort(fields.length);
		for (String field : fields) {
			this.out.writeByte(field.charAt(0));
			this.out.writeUTF(field.substring(1));
			if (field.charAt(0) == 'L') {
				int lastBefore = this.last;
				string(field.equals("Lcomparator") ? "Ljava/util/Comparator;" : "Ljava/lang/Object;");
				this.last = lastBefore;
			}
		}
		end();
		nothing();
	}

	private void block(int length) throws IOException {
		this.out.writeByte(ObjectStreamConstants.TC_BLOCKDATA);
		this.out.writeByte(length);
	}

	private static Class<?> classNamed(String name) {
		try {
			return Class.forName(name);
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private JavaStream write(Writing writing) {
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
