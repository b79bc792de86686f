package io.libmc.codec;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidClassException;
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

	/** To look for a class that is nowhere takes long, as it is looked for everywhere. */
	private static final int STEPS_PER_UNKNOWN = 4000;

	private static final @Nullable ClassLoader HERE = JavaSerialization.class.getClassLoader();

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
		try (ObjectInputStream in = new ContextObjectInputStream(source, this.filter, budget)) {
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

	/**
	 * Finds classes as the calling thread does, where that differs from this library.
	 * Java asks the filter for a class when it has one, so of arrays the filter is asked
	 * here before their class is made.
	 */
	private static final class ContextObjectInputStream extends ObjectInputStream {

		private final ObjectInputFilter filter;

		private final DecodingBudget budget;

		ContextObjectInputStream(InputStream in, ObjectInputFilter filter, DecodingBudget budget) throws IOException {
			super(in);
			this.filter = filter;
			this.budget = budget;
		}

		@Override
		protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
			String name = description.getName();
			String element = ClassNames.element(name);
			ClassLoader context = Thread.currentThread().getContextClassLoader();
			if (!ClassNames.isOrdinary(name) || !ClassNames.mayExist(element, context, HERE)) {
				throw unknown(name);
			}
			try {
				Class<?> type = element.equals(name) ? find(description, context)
						: findArray(description, element, context);
				ClassNames.found(element);
				return type;
			}
			catch (ClassNotFoundException ex) {
				ClassNames.missed(element);
				throw unknown(name);
			}
		}

		private ClassNotFoundException unknown(String name) {
			this.budget.step(STEPS_PER_UNKNOWN);
			return new ClassNotFoundException(ClassNames.shorten(name));
		}

		private Class<?> find(ObjectStreamClass description, @Nullable ClassLoader context)
				throws IOException, ClassNotFoundException {
			try {
				return Class.forName(description.getName(), false, context);
			}
			catch (ClassNotFoundException ex) {
				return super.resolveClass(description);
			}
		}

		private Class<?> findArray(ObjectStreamClass description, String element, @Nullable ClassLoader context)
				throws IOException, ClassNotFoundException {
			String name = description.getName();
			if (element.isEmpty()) {
				return Class.forName(name, false, context);
			}
			Class<?> type = findElement(element, context);
			if (type == null) {
				return super.resolveClass(description);
			}
			// A filter may know the arrays that it allows, and not what is in them.
			if (!allows(type) && !allows(type.arrayType())) {
				throw new InvalidClassException(name, "its elements are REJECTED by the ObjectInputFilter");
			}
			return Class.forName(name, false, type.getClassLoader());
		}

		private static @Nullable Class<?> findElement(String name, @Nullable ClassLoader context) {
			try {
				return Class.forName(name, false, context);
			}
			catch (ClassNotFoundException ex) {
				try {
					return Class.forName(name, false, HERE);
				}
				catch (ClassNotFoundException nowhere) {
					return null;
				}
			}
		}

		private boolean allows(Class<?> type) {
			return this.filter.checkInput(new Element(type)) == ObjectInputFilter.Status.ALLOWED;
		}

		/** Java would make a class of its own of whatever interfaces are named. */
		@Override
		protected Class<?> resolveProxyClass(String[] interfaces) throws IOException {
			throw new InvalidClassException("a proxy is not read");
		}

	}

	/** Asks a filter for a class alone. */
	private record Element(Class<?> serialClass) implements ObjectInputFilter.FilterInfo {

		@Override
		public long arrayLength() {
			return -1;
		}

		@Override
		public long depth() {
			return 1;
		}

		@Override
		public long references() {
			return 1;
		}

		@Override
		public long streamBytes() {
			return 0;
		}

	}

}
