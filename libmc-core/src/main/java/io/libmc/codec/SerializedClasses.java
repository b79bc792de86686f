package io.libmc.codec;

import java.io.Externalizable;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamConstants;
import java.io.ObjectStreamField;
import java.io.Serializable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The classes that a stream of Java serialization describes. A stream is judged by its
 * own descriptions, so it must describe Java's classes as they are: to a class whose code
 * reads bytes of its own, a made-up field would be content that was taken for a number.
 */
final class SerializedClasses implements ObjectStreamConstants {

	private static final String[] OF_JAVA = { "java.", "javax.", "jdk.", "sun.", "com.sun.", "org.w3c.", "org.xml.",
			"org.ietf.", "netscape." };

	/**
	 * These read their fields first, and JDK 17 and JDK 25 have others. No hash is made
	 * of them.
	 */
	private static final Set<String> OF_OTHER_FIELDS = Set.of("java.text.DecimalFormat",
			"java.text.CompactNumberFormat");

	/**
	 * JDK 25 has them write by code of their own, and JDK 17 not; they write the same.
	 */
	private static final Set<String> OF_OTHER_FLAGS = Set.of("java.util.Collections$SynchronizedList",
			"java.util.concurrent.ArrayBlockingQueue");

	/** These have fields, and write something else in their place. */
	private static final Set<String> WITHOUT_FIELDS = Set.of("com.sun.jndi.dns.DnsName", "sun.security.x509.X509Key");

	/** Flags and types of fields. */
	private static final int CODES = 0;

	private static final int SUPERCLASS = 1;

	/** The first class of Java's from there up that is serialized. */
	private static final int JAVAS = 2;

	/** Says something if no object of the class is ever written, or not by its fields. */
	private static final int NEVER = 3;

	private static final String RECORD = "record";

	/** Here the names of fields begin. */
	private static final int NAMES = 4;

	/**
	 * How the classes here are described. These are strings, so that no class keeps the
	 * class loader of this one.
	 */
	private static final ClassValue<String[]> HERE = new ClassValue<>() {

		@Override
		protected String[] computeValue(Class<?> type) {
			return describe(type);
		}

	};

	private final Map<String, SerializedClass> byName = new HashMap<>();

	void add(SerializedClass type) {
		type.sameName = this.byName.put(type.name, type);
	}

	Set<String> names() {
		return this.byName.keySet();
	}

	/** Whether a class of this name comes with Java, or might. */
	static boolean isOfJava(String name) {
		for (String begin : OF_JAVA) {
			if (name.startsWith(begin)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Whether the stream describes a class otherwise than it is, where that matters. Of
	 * classes that only take the place of others it says nothing.
	 */
	boolean differ(Class<?> type) {
		SerializedClass described = this.byName.get(type.getName());
		if (described == null) {
			return false;
		}
		if (!described.isCompared) {
			described.isCompared = true;
			described.differs = compare(type, described);
		}
		return described.differs;
	}

	private static boolean compare(Class<?> type, SerializedClass described) {
		boolean ofJdk = isOfJdk(type);
		String[] here = HERE.get(type);
		for (SerializedClass each = described; each != null; each = each.sameName) {
			if (each.hasObjects && (ofJdk ? !isExact(each, here) : !isLike(each, here))) {
				return true;
			}
		}
		return false;
	}

	private static boolean isOfJdk(Class<?> type) {
		ClassLoader loader = type.getClassLoader();
		if (loader == null || loader == ClassLoader.getPlatformClassLoader()) {
			return true;
		}
		String module = type.getModule().getName();
		return module != null && (module.startsWith("java.") || module.startsWith("jdk."));
	}

	private static boolean isExact(SerializedClass described, String[] here) {
		if (!superclass(described).equals(here[SUPERCLASS]) || !here[NEVER].isEmpty() || !described.ofJava) {
			return false;
		}
		int flags = here[CODES].charAt(0);
		int ignored = OF_OTHER_FLAGS.contains(described.name) ? SC_WRITE_METHOD : 0;
		if (((described.flags ^ flags) & 0xff & ~ignored) != 0) {
			return false;
		}
		int primitives = described.primitives.length;
		return OF_OTHER_FIELDS.contains(described.name) || (Arrays.equals(here[CODES].toCharArray(), 1,
				here[CODES].length(), described.codes, 0, described.codes.length)
				&& Arrays.equals(described.primitives, 0, primitives, here, NAMES, NAMES + primitives) && Arrays
					.equals(described.objects, 0, described.objects.length, here, NAMES + primitives, here.length));
	}

	/**
	 * An application's class may have had other fields once, but not another of Java's
	 * above it, nor another grammar.
	 */
	private static boolean isLike(SerializedClass described, String[] here) {
		for (SerializedClass part = described; part != null; part = part.superclass) {
			// Of a record Java takes the fields, and leaves what follows them to the
			// next.
			if (here[NEVER].equals(RECORD) && (part.flags & (SC_WRITE_METHOD | SC_EXTERNALIZABLE)) != 0) {
				return false;
			}
		}
		SerializedClass javas = described.superclass;
		while (javas != null && !javas.ofJava) {
			javas = javas.superclass;
		}
		int flags = here[CODES].charAt(0);
		boolean writes = (flags & SC_WRITE_METHOD) != 0 && (described.flags & SC_WRITE_METHOD) == 0;
		return !writes && ((flags ^ described.flags) & SC_EXTERNALIZABLE) == 0
				&& here[JAVAS].equals((javas != null) ? javas.name : "");
	}

	private static String superclass(SerializedClass described) {
		return (described.superclass != null) ? described.superclass.name : "";
	}

	private static String[] describe(Class<?> type) {
		boolean external = Externalizable.class.isAssignableFrom(type);
		boolean serial = Serializable.class.isAssignableFrom(type);
		boolean alone = external || type.isRecord() || Enum.class.isAssignableFrom(type);
		boolean writes = serial && !alone && declares(type, "writeObject", ObjectOutputStream.class);
		int flags = external ? SC_EXTERNALIZABLE | SC_BLOCK_DATA : serial ? SC_SERIALIZABLE : 0;
		flags |= writes ? SC_WRITE_METHOD : 0;
		flags |= Enum.class.isAssignableFrom(type) ? SC_ENUM : 0;
		Class<?> superclass = type.getSuperclass();
		ObjectStreamField[] fields = isOfJdk(type) ? ObjectStreamClass.lookupAny(type).getFields()
				: ObjectStreamClass.NO_FIELDS;
		StringBuilder codes = new StringBuilder().append((char) flags);
		String[] here = new String[NAMES + fields.length];
		for (int i = 0; i < fields.length; i++) {
			codes.append(fields[i].getTypeCode());
			here[NAMES + i] = fields[i].getName();
		}
		here[CODES] = codes.toString();
		here[SUPERCLASS] = (superclass != null && Serializable.class.isAssignableFrom(superclass))
				? superclass.getName() : "";
		while (superclass != null && !isOfJava(superclass.getName())) {
			superclass = superclass.getSuperclass();
		}
		here[JAVAS] = (superclass != null && Serializable.class.isAssignableFrom(superclass)) ? superclass.getName()
				: "";
		boolean never = (!alone && declares(type, "readObject", ObjectInputStream.class) && isReplaced(type))
				|| WITHOUT_FIELDS.contains(type.getName());
		here[NEVER] = never ? "never" : type.isRecord() && !isOfJdk(type) ? RECORD : "";
		return here;
	}

	private static boolean declares(Class<?> type, String method, Class<?> parameter) {
		try {
			Method found = type.getDeclaredMethod(method, parameter);
			return found.getReturnType() == void.class && Modifier.isPrivate(found.getModifiers())
					&& !Modifier.isStatic(found.getModifiers());
		}
		catch (NoSuchMethodException ex) {
			return false;
		}
	}

	/** Whether something else is written in the place of each object. */
	private static boolean isReplaced(Class<?> type) {
		for (Class<?> each = type; each != null; each = each.getSuperclass()) {
			try {
				int modifiers = each.getDeclaredMethod("writeReplace").getModifiers();
				return each == type || !Modifier.isPrivate(modifiers);
			}
			catch (NoSuchMethodException ex) {
				// the next one may have it
			}
		}
		return false;
	}

}
