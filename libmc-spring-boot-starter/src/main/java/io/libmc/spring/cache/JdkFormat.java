package io.libmc.spring.cache;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidClassException;
import java.io.NotSerializableException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamConstants;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ConfigurableObjectInputStream;
import org.springframework.util.ClassUtils;

import io.libmc.codec.ClassNames;
import io.libmc.codec.DecodingBudget;

/**
 * Java serialization of allowed classes. What may not be read is not written either: to
 * put a value that nobody could ever get back is the application's mistake, and fails at
 * once. Behind each class's description in the stream is its {@link ClassShape}.
 */
final class JdkFormat extends BytesFormat {

	/** How Java serializes a String of up to 65,535 bytes, before its length. */
	private static final byte[] STRING_BEGIN = { (byte) (ObjectStreamConstants.STREAM_MAGIC >>> 8),
			(byte) ObjectStreamConstants.STREAM_MAGIC, 0, (byte) ObjectStreamConstants.STREAM_VERSION,
			ObjectStreamConstants.TC_STRING };

	/** To look for a class that is nowhere takes long, as it is looked for everywhere. */
	private static final int STEPS_PER_UNKNOWN = 4000;

	private final ClassLoader classLoader;

	private final AllowedClasses allowed;

	private final ClassChanges changes;

	private final Refusals refusals = new Refusals();

	JdkFormat(ClassLoader classLoader, AllowedClasses allowed, ClassChanges changes) {
		this.classLoader = classLoader;
		this.allowed = allowed;
		this.changes = changes;
	}

	@Override
	public String toString() {
		return "jdk";
	}

	@Override
	byte mark() {
		return Stamp.JDK;
	}

	@Override
	byte[] write(Object value) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
		bytes.writeBytes(Stamp.header(Stamp.JDK));
		try (ObjectOutputStream out = new CheckedOutput(bytes)) {
			out.writeObject(value);
		}
		catch (NotSerializableException | RefusedClassException | NotLoadedException ex) {
			throw this.refusals.refused(value, ex, () -> survey(value, ex));
		}
		catch (IOException | StackOverflowError ex) {
			throw new IllegalArgumentException("a " + value.getClass().getTypeName() + " cannot be cached: " + ex, ex);
		}
		return bytes.toByteArray();
	}

	@Override
	void judge(byte[] entry, int start, DecodingBudget budget) {
		if (start > 0 || !isString(entry)) {
			budget.judgeSerialized(entry, start + Stamp.HEADER_BYTES);
		}
	}

	@Override
	Object read(byte[] entry, DecodingBudget budget) throws UndecodableEntryException {
		if (isString(entry)) {
			return readString(entry);
		}
		try (ObjectInputStream in = new ComparingInput(body(entry), budget)) {
			in.setObjectInputFilter(budget.filterSerialized(entry, Stamp.HEADER_BYTES, this::check));
			return in.readObject();
		}
		catch (IOException | ClassNotFoundException | RuntimeException | LinkageError | StackOverflowError ex) {
			throw new UndecodableEntryException(ex.toString(), ex);
		}
	}

	/** Whether what was written is nothing but a String. */
	private static boolean isString(byte[] entry) {
		return Arrays.equals(entry, Stamp.HEADER_BYTES,
				Math.min(entry.length, Stamp.HEADER_BYTES + STRING_BEGIN.length), STRING_BEGIN, 0, STRING_BEGIN.length);
	}

	/** What an ObjectInputStream would return, without its 3 kB of buffers. */
	private static String readString(byte[] entry) throws UndecodableEntryException {
		int begin = Stamp.HEADER_BYTES + STRING_BEGIN.length;
		try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(entry, begin, entry.length - begin))) {
			return in.readUTF();
		}
		catch (IOException ex) {
			throw new UndecodableEntryException(ex.toString(), ex);
		}
	}

	private static InputStream body(byte[] entry) {
		return new ByteArrayInputStream(entry, Stamp.HEADER_BYTES, entry.length - Stamp.HEADER_BYTES);
	}

	private ObjectInputFilter.Status check(ObjectInputFilter.FilterInfo info) {
		Class<?> type = info.serialClass();
		return (type == null || this.allowed.allow(type)) ? ObjectInputFilter.Status.ALLOWED
				: ObjectInputFilter.Status.REJECTED;
	}

	private String survey(Object value, Exception ex) {
		Set<String> notSerializable = new TreeSet<>();
		Set<String> notAllowed = new TreeSet<>();
		Set<String> notLoaded = new TreeSet<>();
		try (ObjectOutputStream survey = new Survey(notSerializable, notAllowed, notLoaded)) {
			survey.writeObject(value);
		}
		catch (IOException | RuntimeException | StackOverflowError ignored) {
			// what was found until then has to do
		}
		String begin = "a " + value.getClass().getTypeName() + " cannot be cached: ";
		if (notSerializable.isEmpty() && notAllowed.isEmpty() && notLoaded.isEmpty()) {
			return begin + ex.getMessage();
		}
		StringJoiner reasons = new StringJoiner("; ", begin + "it is, or holds, ", "");
		if (!notAllowed.isEmpty() || !notLoaded.isEmpty()) {
			reasons.add(Refusals.all(notAllowed, notLoaded, this.allowed.advice()));
		}
		if (!notSerializable.isEmpty()) {
			reasons.add(String.join(", ", notSerializable)
					+ ", which does not implement java.io.Serializable; let it do so, or cache something else");
			if (isGoodAsJson(value, notAllowed)) {
				reasons.add(this.allowed.advice().json() + " needs no such thing");
			}
		}
		return reasons.toString();
	}

	private boolean isGoodAsJson(Object value, Set<String> alsoAllowed) {
		try {
			new JsonFormat(this.classLoader, this.allowed.and(alsoAllowed), this.changes, null).encode(value);
			return true;
		}
		catch (RuntimeException | LinkageError ex) {
			return false;
		}
	}

	/**
	 * Compares each class with the one that was written. Java itself takes what fits and
	 * makes {@code null} or 0 of the rest.
	 */
	private final class ComparingInput extends ConfigurableObjectInputStream {

		private final DecodingBudget budget;

		ComparingInput(InputStream in, DecodingBudget budget) throws IOException {
			super(in, JdkFormat.this.classLoader, false);
			this.budget = budget;
			enableResolveObject(KotlinTypes.exist());
		}

		/** Java creates another one of what Kotlin has but one. */
		@Override
		protected Object resolveObject(Object value) {
			Object singleton = KotlinTypes.singleton(value.getClass());
			return (singleton != null) ? singleton : value;
		}

		@Override
		protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
			Class<?> type = find(description);
			boolean compares = JdkFormat.this.changes == ClassChanges.MISS && !type.isArray()
					&& JdkFormat.this.allowed.allow(type);
			long shape = compares ? ClassShape.alone(type) : ClassShape.NONE;
			if (shape != ClassShape.NONE && (available() < Long.BYTES || readLong() != shape)) {
				throw new ChangedClassException(type);
			}
			return type;
		}

		/** Java asks its filter only when the class is loaded. */
		private Class<?> find(ObjectStreamClass description) throws IOException, ClassNotFoundException {
			String name = description.getName();
			if (ClassUtils.resolvePrimitiveClassName(name) != null) {
				return super.resolveClass(description);
			}
			if (!JdkFormat.this.allowed.allow(name)) {
				throw new InvalidClassException(name, "REJECTED, as it is not allowed");
			}
			if (ClassNames.isKnown(name)) {
				return super.resolveClass(description);
			}
			try {
				return ClassNames.find(name, JdkFormat.this.classLoader);
			}
			catch (ClassNotFoundException ex) {
				this.budget.step(STEPS_PER_UNKNOWN);
				throw ex;
			}
		}

	}

	/** An output that looks at each class when it is first written. */
	private abstract static class Classes extends ObjectOutputStream {

		Classes(OutputStream out) throws IOException {
			super(out);
		}

		@Override
		protected void writeClassDescriptor(ObjectStreamClass descriptor) throws IOException {
			check(descriptor.forClass());
			super.writeClassDescriptor(descriptor);
		}

		@Override
		protected void annotateProxyClass(Class<?> type) {
			check(type);
		}

		abstract void check(Class<?> type);

	}

	/** Finds the classes in a value that stand in the way of caching it. */
	private final class Survey extends Classes {

		private final Set<String> notSerializable;

		private final Set<String> notAllowed;

		private final Set<String> notLoaded;

		Survey(Set<String> notSerializable, Set<String> notAllowed, Set<String> notLoaded) throws IOException {
			super(OutputStream.nullOutputStream());
			this.notSerializable = notSerializable;
			this.notAllowed = notAllowed;
			this.notLoaded = notLoaded;
			enableReplaceObject(true);
		}

		@Override
		protected @Nullable Object replaceObject(Object value) {
			if (StandIns.are(value.getClass()) && !JdkFormat.this.allowed.replaces(value.getClass())) {
				check(value.getClass());
			}
			try {
				Object resolved = StandIns.resolve(value);
				return (resolved instanceof Serializable) ? resolved : noteNotSerializable(resolved);
			}
			catch (NotLoadedException ex) {
				this.notLoaded.add(ex.place());
				return null;
			}
		}

		private @Nullable Object noteNotSerializable(Object value) {
			this.notSerializable.add(value.getClass().getTypeName());
			check(value.getClass());
			return null;
		}

		@Override
		void check(Class<?> type) {
			if (!JdkFormat.this.allowed.allow(type)) {
				this.notAllowed.add(type.getTypeName().replace("[]", ""));
			}
		}

	}

	/**
	 * Checks each class when it is first written, its superclasses included. On a failure
	 * Java writes the exception as well, unchecked, before it throws it.
	 */
	private final class CheckedOutput extends Classes {

		private boolean failed;

		CheckedOutput(OutputStream out) throws IOException {
			super(out);
			enableReplaceObject(StandIns.exist());
		}

		@Override
		protected Object replaceObject(Object value) {
			Class<?> type = value.getClass();
			return (!StandIns.are(type) || JdkFormat.this.allowed.replaces(type)) ? StandIns.resolve(value) : value;
		}

		/** Readers who do not know of it skip it. */
		@Override
		protected void annotateClass(Class<?> type) throws IOException {
			long shape = type.isArray() ? ClassShape.NONE : ClassShape.alone(type);
			if (shape != ClassShape.NONE) {
				writeLong(shape);
			}
		}

		@Override
		void check(Class<?> type) {
			this.failed |= type == NotSerializableException.class;
			if (!this.failed && !JdkFormat.this.allowed.allow(type)) {
				throw JdkFormat.this.allowed.refused(type);
			}
		}

	}

}
