package io.libmc.codec;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;

import org.jspecify.annotations.Nullable;

/**
 * Java serialization behind a filter and within a budget: the bytes are judged before a
 * class is loaded, and a class is read only if the filter allows it.
 */
final class JavaSerialization {

	private final ObjectInputFilter filter;

	JavaSerialization(ObjectInputFilter filter) {
		this.filter = ObjectInputFilter.rejectUndecidedClass(filter);
	}

	byte[] write(Serializable value, int maxBytes) {
		ByteArrayOutputStream bytes = new BoundedOutput(maxBytes);
		try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
			out.writeObject(value);
		}
		catch (ValueTooLongException ex) {
			throw ex;
		}
		catch (IOException | RuntimeException | StackOverflowError ex) {
			throw new IllegalArgumentException(
					"a " + value.getClass().getTypeName() + " cannot be encoded by Java serialization: " + ex, ex);
		}
		return bytes.toByteArray();
	}

	@Nullable Object read(byte[] bytes, DecodingBudget budget) {
		ByteArrayInputStream source = new ByteArrayInputStream(bytes);
		try (ObjectInputStream in = new ContextObjectInputStream(source)) {
			in.setObjectInputFilter(budget.filterSerialized(bytes, 0, this.filter));
			Object value = in.readObject();
			if (source.available() > 0) {
				throw new IOException(source.available() + " bytes follow the value");
			}
			return value;
		}
		catch (IOException | ClassNotFoundException | RuntimeException | LinkageError | StackOverflowError ex) {
			throw new IllegalArgumentException("the value cannot be decoded by Java serialization: " + ex
					+ "; is its class on the class path, unchanged, and allowed by the ObjectInputFilter?", ex);
		}
	}

	private static final class BoundedOutput extends ByteArrayOutputStream {

		private final int maxBytes;

		BoundedOutput(int maxBytes) {
			this.maxBytes = maxBytes;
		}

		@Override
		public synchronized void write(byte[] source, int offset, int length) {
			if (length > this.maxBytes - this.count) {
				throw new ValueTooLongException(this.maxBytes);
			}
			super.write(source, offset, length);
		}

		@Override
		public synchronized void write(int value) {
			write(new byte[] { (byte) value }, 0, 1);
		}

	}

	/** Finds classes as the calling thread does, where that differs from this library. */
	private static final class ContextObjectInputStream extends ObjectInputStream {

		ContextObjectInputStream(InputStream in) throws IOException {
			super(in);
		}

		@Override
		protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
			try {
				return Class.forName(description.getName(), false, Thread.currentThread().getContextClassLoader());
			}
			catch (ClassNotFoundException ex) {
				return super.resolveClass(description);
			}
		}

	}

}
