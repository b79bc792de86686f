package io.libmc.spring.cache;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What a format says of values that it refuses: all that has to be changed to cache them.
 * Finding that out takes as long as writing the value or longer, and is done once for
 * each reason.
 */
final class Refusals {

	/** More are found out each time, so that they do not pile up. */
	private static final int MOST = 100;

	private final Map<String, String> known = new ConcurrentHashMap<>();

	/**
	 * An exception that says all.
	 * @param first what came in the way first
	 * @param survey finds out the rest
	 */
	IllegalArgumentException refused(Object value, Throwable first, Supplier<String> survey) {
		String reason = value.getClass().getName() + ": " + first.getMessage();
		String message = this.known.get(reason);
		if (message == null) {
			message = survey.get();
			if (this.known.size() < MOST) {
				this.known.put(reason, message);
			}
		}
		return new IllegalArgumentException(message, first);
	}

	/** What to say of classes that are not allowed. */
	static String notAllowed(Set<String> classes, FormatAdvice advice) {
		return String.join(", ", classes)
				+ ", neither the application's own classes nor value types of the JDK; if they are safe to read from the cache, "
				+ advice.allow("them");
	}

}
