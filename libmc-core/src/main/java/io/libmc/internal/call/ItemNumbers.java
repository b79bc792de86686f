package io.libmc.internal.call;

import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.libmc.internal.protocol.SpareRules;
import org.jspecify.annotations.Nullable;

/**
 * The unique numbers (cas) of items. A server counts them from 1, anew with each start,
 * so that they recur. Servers that know the flag {@code E} take one of the client's
 * instead: a random one, between 2<sup>62</sup> and 2<sup>63</sup>, which no server
 * counts to.
 */
final class ItemNumbers {

	private static final long SMALLEST = SpareRules.UNCOUNTED;

	private static final Pattern RELEASE = Pattern.compile("(\\d{1,5})\\.(\\d{1,5})\\.(\\d{1,5}).*");

	private ItemNumbers() {
	}

	/** One that no item bears. */
	static long next() {
		return ThreadLocalRandom.current().nextLong(SMALLEST, Long.MAX_VALUE);
	}

	/** Whether no other item can bear it, on whatever server. */
	static boolean isUnique(long number) {
		return number >= SMALLEST;
	}

	/** Whether a server of this version takes them: 1.6.27 and later. */
	static boolean areKnownTo(@Nullable String version) {
		Matcher release = RELEASE.matcher((version != null) ? version : "");
		if (!release.matches()) {
			return false;
		}
		int major = Integer.parseInt(release.group(1));
		int minor = Integer.parseInt(release.group(2));
		return major > 1 || (major == 1 && (minor > 6 || (minor == 6 && Integer.parseInt(release.group(3)) >= 27)));
	}

}
