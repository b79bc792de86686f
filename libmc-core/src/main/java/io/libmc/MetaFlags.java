package io.libmc;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The flags of a meta command. Times are kept as they were given: memcached takes those
 * of more than 30 days as the second in which they end, which is found when the command
 * is sent.
 *
 * @param text the flags as they go on the wire, each with a space in front; {@code T} and
 * {@code N} without their times
 * @param timeToLive the time to live that the item is given ({@code T}), or {@code null}
 * @param vivify the time to live of the item that is put where there is none ({@code N}),
 * or {@code null}
 * @since 0.1.0
 */
public record MetaFlags(String text, @Nullable Duration timeToLive, @Nullable Duration vivify) {

	MetaFlags(String text) {
		this(text, null, null);
	}

	/**
	 * Adds one. memcached refuses to be given one twice, and after the line of a set it
	 * would take the data for commands.
	 */
	MetaFlags and(String flag) {
		if (this.text.contains(" " + flag.charAt(0))) {
			throw new IllegalArgumentException(
					"the flag " + flag.charAt(0) + " is given twice; memcached refuses that");
		}
		return new MetaFlags(this.text + ' ' + flag, this.timeToLive, this.vivify);
	}

	MetaFlags andTimeToLive(Duration ttl) {
		return new MetaFlags(and("T").text, Objects.requireNonNull(ttl, "ttl"), this.vivify);
	}

	MetaFlags andVivify(Duration ttl) {
		return new MetaFlags(and("N").text, this.timeToLive, Objects.requireNonNull(ttl, "ttl"));
	}

}
