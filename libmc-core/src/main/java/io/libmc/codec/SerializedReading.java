package io.libmc.codec;

import java.util.Set;

/**
 * What one of Java's classes does when an object of it is read, besides reading what the
 * stream holds for it alone. What it refers to may have been read once, for many objects
 * of which each takes a copy of it.
 */
enum SerializedReading {

	/** What it refers to stays as it is. */
	KEEPS(0, 0, 0),

	/** It copies, or goes through, an array or a list that it refers to. */
	COPIES_OBJECTS(0, 1, 8),

	/** The same with numbers or characters. */
	COPIES_BYTES(0, 1, 32),

	/** It goes through a text character by character. */
	PARSES(0, 8, 32),

	/** It does more, and nobody has looked what. */
	WORKS(50, 8, 32),

	/** It looks for an algorithm and for its provider. */
	DECRYPTS(1000, 8, 32),

	/** It fills a table from another one. */
	COPIES_TABLE(0, 10, 80),

	/** It searches the class path. */
	SEARCHES(100_000, 8, 32),

	/**
	 * It may take as long as it likes: it connects to where the stream says, or its time
	 * is quadratic. No budget is large enough.
	 */
	NEVER_ENDS(CostTable.ENDLESS, 0, 0);

	private static final Set<String> OF_OBJECTS = Set.of("java.util.Vector", "java.util.EnumSet$SerializationProxy",
			"java.lang.invoke.MethodType", "java.util.concurrent.atomic.AtomicReferenceArray", "java.lang.Throwable");

	private static final Set<String> OF_BYTES = Set.of("java.math.BigInteger", "java.util.BitSet",
			"java.lang.StringBuilder", "java.lang.StringBuffer", "java.sql.BatchUpdateException");

	private static final Set<String> OF_TEXT = Set.of("java.net.URI", "java.net.URL", "java.util.Locale",
			"java.util.PropertyPermission");

	private static final Set<String> OF_WORK = Set.of("java.util.Calendar", "java.lang.invoke.SerializedLambda");

	private final long steps;

	private final int stepsPerObject;

	private final int bytesPerObject;

	SerializedReading(long steps, int stepsPerObject, int bytesPerObject) {
		this.steps = steps;
		this.stepsPerObject = stepsPerObject;
		this.bytesPerObject = bytesPerObject;
	}

	static SerializedReading of(String name) {
		if (name.startsWith("java.rmi.server.Remote") || name.startsWith("sun.rmi.")
				|| name.equals("java.security.cert.CertificateRevokedException")) {
			return NEVER_ENDS;
		}
		if (name.equals("java.util.PropertyPermissionCollection")) {
			return COPIES_TABLE;
		}
		if (OF_OBJECTS.contains(name)) {
			return COPIES_OBJECTS;
		}
		if (OF_BYTES.contains(name)) {
			return COPIES_BYTES;
		}
		if (OF_TEXT.contains(name)) {
			return PARSES;
		}
		if (OF_WORK.contains(name)) {
			return WORKS;
		}
		if (name.startsWith("java.util.logging.")) {
			return SEARCHES;
		}
		if (isData(name)) {
			return KEEPS;
		}
		return (name.startsWith("java.security.") || name.startsWith("javax.crypto.")
				|| name.startsWith("javax.security.") || name.startsWith("sun.security.")) ? DECRYPTS : WORKS;
	}

	private static boolean isData(String name) {
		return name.startsWith("java.util.") || name.startsWith("java.time.") || name.startsWith("java.math.")
				|| name.startsWith("java.lang.") || name.startsWith("java.sql.") || name.startsWith("java.net.Inet")
				|| name.equals("java.io.File") || name.equals("sun.util.calendar.ZoneInfo")
				|| (name.startsWith("java.") && (name.endsWith("Exception") || name.endsWith("Error")));
	}

	/**
	 * Charges for an object.
	 * @param held the elements and characters of what it refers to
	 */
	void charge(long held, DecodingBudget budget) {
		if (this != KEEPS) {
			budget.step(CostTable.sum(this.steps, CostTable.times(this.stepsPerObject, held)));
			budget.allocate(CostTable.times(this.bytesPerObject, held));
		}
	}

}
