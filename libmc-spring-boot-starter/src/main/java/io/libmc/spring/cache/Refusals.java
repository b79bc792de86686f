package io.libmc.spring.cache;

import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;
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

	/** What to say of a class that is not allowed. */
	static String notAllowed(String className, FormatAdvice advice) {
		String group = AllowedClasses.groupOf(className);
		if (group != null && group.equals(StandIns.GROUP)) {
			return "Hibernate has put it in the place of a value; to cache that value, " + advice.allow(named(group));
		}
		return "its class is neither the application's own nor one of the JDK's value types; if it is safe to read from the cache, "
				+ advice.allow((group != null) ? named(group) : "it");
	}

	private static String named(String group) {
		return "the group " + group;
	}

	/**
	 * What is in the way of caching a value, as the object of a sentence.
	 * @param notAllowed classes
	 * @param notLoaded what is still in the database
	 */
	static String all(Set<String> notAllowed, Set<String> notLoaded, FormatAdvice advice) {
		StringJoiner reasons = new StringJoiner("; ");
		if (!notAllowed.isEmpty()) {
			reasons.add(notAllowed(notAllowed, advice));
		}
		if (!notLoaded.isEmpty()) {
			reasons.add(notLoaded(String.join(", ", notLoaded)));
		}
		return reasons.toString();
	}

	/** What to say of classes that are not allowed. */
	static String notAllowed(Set<String> classes, FormatAdvice advice) {
		Set<String> patterns = new TreeSet<>();
		boolean grouped = false;
		for (String name : classes) {
			String group = AllowedClasses.groupOf(name);
			grouped |= group != null;
			patterns.add((group != null) ? named(group) : name);
		}
		return String.join(", ", classes)
				+ ", neither the application's own classes nor value types of the JDK; if they are safe to read from the cache, "
				+ advice.allow(grouped ? String.join(", ", patterns) : "them");
	}

	/** What to say of what is still in the database. */
	static String notLoaded(String places) {
		return places
				+ ", which Hibernate has not loaded, and which is not loaded to be cached; fetch it beforehand (JOIN FETCH, @EntityGraph, Hibernate.initialize), or cache a record of what is needed";
	}

}
