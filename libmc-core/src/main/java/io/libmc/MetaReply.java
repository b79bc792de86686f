package io.libmc;

import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

/**
 * The answer to a meta command: what was asked for, and who won.
 *
 * @since 0.1.0
 */
public interface MetaReply {

	/** How a meta command ended. */
	enum Status {

		/** Done: a hit, or stored, deleted, marked. */
		DONE,

		/** The key is absent. */
		NOT_FOUND,

		/**
		 * The mode did not apply: an add to a present key, a replace of an absent one.
		 */
		NOT_STORED,

		/** The item has another cas number than the one to compare with. */
		EXISTS,

		/**
		 * The server has no meta commands (before memcached 1.6, or a proxy): nothing was
		 * done.
		 */
		UNSUPPORTED

	}

	/**
	 * How the command ended.
	 * @return the status
	 */
	Status status();

	/**
	 * The item, if it was asked for and is there. That of a key whose value is only being
	 * loaded is empty.
	 * @return flags and bytes, chunks joined and compression left, or {@code null}
	 */
	@Nullable RawValue value();

	/**
	 * The item's number for a compare-and-set, unsigned, if it was asked for.
	 * @return the number, or empty
	 */
	OptionalLong cas();

	/**
	 * How long the item has left to live, in seconds; −1 for ever; if it was asked for.
	 * @return the seconds, or empty
	 */
	OptionalLong ttl();

	/**
	 * The length of the item's data, if it was asked for.
	 * @return the bytes, or empty
	 */
	OptionalLong size();

	/**
	 * How long ago the item was last asked for, in seconds, if that was asked for.
	 * @return the seconds, or empty
	 */
	OptionalLong lastAccess();

	/**
	 * What the counter stands at after a meta arithmetic, unsigned.
	 * @return the number, or empty if nothing was counted
	 */
	OptionalLong number();

	/**
	 * Whether somebody had asked for the item before, if that was asked for.
	 * @return whether it was
	 */
	boolean hitBefore();

	/**
	 * Whether this caller was elected to load the value ({@code W}): nobody else is until
	 * it is stored, or expires.
	 * @return whether it was
	 */
	boolean won();

	/**
	 * Whether the item was marked stale ({@code X}).
	 * @return whether it was
	 */
	boolean stale();

	/**
	 * Whether another caller was elected to load the value ({@code Z}).
	 * @return whether one was
	 */
	boolean winTaken();

}
