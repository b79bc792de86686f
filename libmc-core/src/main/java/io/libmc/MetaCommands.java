package io.libmc;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * memcached's meta commands (1.6 and later), typed: for leases, stale values and
 * conditional changes. Values are {@link RawValue}s; large ones are joined when read and,
 * as by {@code add} and {@code cas}, not split when stored. The key of every reply is
 * compared with the one asked for.
 * <p>
 * A server without meta commands is asked once per connection, with a no-op, and then
 * answers {@link MetaReply.Status#UNSUPPORTED} for all of them. Otherwise keys, failures
 * and limits are those of {@link MemcachedClient}.
 * <p>
 * The flags are those of memcached 1.6.18. Not offered are opaque tokens and quiet mode
 * ({@code O}, {@code q}), as replies find their callers without; keys in base 64
 * ({@code b}), as keys are text; and what later servers add ({@code E}, {@code x}), which
 * this one answers with an error.
 *
 * @since 0.1.0
 */
public interface MetaCommands {

	/**
	 * {@code mg}: reads an item, or takes part in an election.
	 * @param key the key
	 * @param request what to ask for
	 * @return the answer; {@code NOT_FOUND} on a miss
	 * @throws MemcachedException if the server fails
	 */
	MetaReply get(String key, MetaGet request);

	/**
	 * {@code ms}: stores an item.
	 * @param key the key
	 * @param value flags and bytes, stored as they are
	 * @param request how to store it
	 * @return the answer
	 * @throws MemcachedException if the server fails
	 */
	MetaReply set(String key, RawValue value, MetaSet request);

	/**
	 * {@code md}: deletes an item or marks it stale.
	 * @param key the key
	 * @param request how to delete it
	 * @return the answer
	 * @throws MemcachedException if the server fails
	 */
	MetaReply delete(String key, MetaDelete request);

	/**
	 * {@code ma}: counts up or down.
	 * @param key the key
	 * @param request how to count
	 * @return the answer, with the {@linkplain MetaReply#number() new number};
	 * {@code NOT_FOUND} if there is no counter and none was to be made
	 * @throws MemcachedException if the server fails, or the item is no decimal number
	 */
	MetaReply arithmetic(String key, MetaArithmetic request);

	/**
	 * {@code mn}: nothing, which every server that speaks meta commands answers.
	 * @param key the key whose server is asked
	 * @return {@code DONE}
	 * @throws MemcachedException if the server fails
	 */
	MetaReply noop(String key);

	/**
	 * {@code me}: what the server knows about an item, for debugging.
	 * @param key the key
	 * @return facts by name, or {@code null} on a miss or where the server does not speak
	 * it
	 * @throws MemcachedException if the server fails
	 */
	@Nullable Map<String, String> debug(String key);

}
