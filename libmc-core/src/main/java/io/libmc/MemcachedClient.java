package io.libmc;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;

import io.libmc.codec.Transcoder;
import org.jspecify.annotations.Nullable;

/**
 * A client of a cluster of memcached servers. Thread-safe; one instance serves a whole
 * application.
 * <p>
 * <b>Keys</b> are 1 to 250 bytes of UTF-8, the prefix included, without spaces and
 * control characters; any other is an {@link IllegalArgumentException} before anything is
 * sent. <b>TTLs</b>: {@link Duration#ZERO} never expires; anything shorter than a second
 * counts as one second; a negative one expires at once. <b>Null</b> is refused everywhere
 * with a {@link NullPointerException}; as a result it means a miss. <b>Failures</b> are
 * {@link MemcachedException}s; no call takes longer than
 * {@link MemcachedClientBuilder#pollTimeout pollTimeout}. After {@link #close()} every
 * method throws {@link IllegalStateException}.
 *
 * @since 0.1.0
 */
public interface MemcachedClient extends AutoCloseable {

	/**
	 * Starts a new client's configuration.
	 * @return a builder
	 */
	static MemcachedClientBuilder builder() {
		return new MemcachedClientBuilder();
	}

	/**
	 * Reads a value.
	 * @param <T> what the caller knows the value to be; integers come as {@link Long}
	 * @param key the key
	 * @return the value, or {@code null} on a miss
	 * @throws MemcachedException if the server fails or the value cannot be decoded
	 */
	<T> @Nullable T get(String key);

	/**
	 * Reads a value of a known type. Numbers are converted if, and only if, the value
	 * fits exactly.
	 * @param <T> the value's type
	 * @param key the key
	 * @param type the value's type; a primitive one means its wrapper
	 * @return the value, or {@code null} on a miss
	 * @throws MemcachedException if the server fails, or the value cannot be decoded or
	 * is not of this type
	 */
	<T> @Nullable T get(String key, Class<T> type);

	/**
	 * Reads a value together with the number that {@link #cas} takes.
	 * @param <T> what the caller knows the value to be; integers come as {@link Long}
	 * @param key the key
	 * @return value and number, or {@code null} on a miss
	 * @throws MemcachedException if the server fails or the value cannot be decoded
	 */
	<T> @Nullable CasValue<T> gets(String key);

	/**
	 * Reads a value and gives its item a new time to live. Of a value that was split,
	 * only the item that stands for the chunks lives on: store it anew instead.
	 * @param <T> what the caller knows the value to be; integers come as {@link Long}
	 * @param key the key
	 * @param ttl the new time to live, from now
	 * @return the value, or {@code null} on a miss
	 * @throws MemcachedException if the server fails or the value cannot be decoded
	 */
	<T> @Nullable T getAndTouch(String key, Duration ttl);

	/**
	 * Reads an item without decoding it.
	 * @param key the key
	 * @return flags and bytes, chunks joined and compression left; {@code null} on a miss
	 * @throws MemcachedException if the server fails
	 */
	@Nullable RawValue getRaw(String key);

	/**
	 * Reads many values, from all servers in parallel. One dead server hides nobody
	 * else's values.
	 * @param <T> what the caller knows the values to be
	 * @param keys the keys; repeated ones count once
	 * @return values, misses and failures
	 */
	<T> MultiGetResult<T> getMulti(Collection<String> keys);

	/**
	 * Reads many values into a list.
	 * @param <T> what the caller knows the values to be
	 * @param keys the keys; repeated ones are read once and listed each time
	 * @return a value for each key, in their order; {@code null} for a miss
	 * @throws MemcachedException if any server fails or any value cannot be decoded; to
	 * keep the others use {@link #getMulti}
	 */
	<T> List<@Nullable T> getList(List<String> keys);

	/**
	 * Stores a value that never expires.
	 * @param key the key
	 * @param value the value
	 * @return whether it was stored
	 * @throws MemcachedException if the server fails
	 * @throws IllegalArgumentException if the value cannot be encoded
	 */
	default boolean set(String key, Object value) {
		return set(key, value, Duration.ZERO);
	}

	/**
	 * Stores a value.
	 * @param key the key
	 * @param value the value
	 * @param ttl how long it lives
	 * @return whether it was stored
	 * @throws MemcachedException if the server fails
	 * @throws IllegalArgumentException if the value cannot be encoded
	 */
	boolean set(String key, Object value, Duration ttl);

	/**
	 * Stores a value that never expires, if the key is absent.
	 * @param key the key
	 * @param value the value
	 * @return whether it was stored; {@code false} if the key exists
	 * @throws MemcachedException if the server fails
	 * @throws IllegalArgumentException if the value cannot be encoded
	 */
	default boolean add(String key, Object value) {
		return add(key, value, Duration.ZERO);
	}

	/**
	 * Stores a value if the key is absent.
	 * @param key the key
	 * @param value the value
	 * @param ttl how long it lives
	 * @return whether it was stored; {@code false} if the key exists
	 * @throws MemcachedException if the server fails
	 * @throws IllegalArgumentException if the value cannot be encoded
	 */
	boolean add(String key, Object value, Duration ttl);

	/**
	 * Stores a value that never expires, if the key exists.
	 * @param key the key
	 * @param value the value
	 * @return whether it was stored; {@code false} if the key is absent
	 * @throws MemcachedException if the server fails
	 * @throws IllegalArgumentException if the value cannot be encoded
	 */
	default boolean replace(String key, Object value) {
		return replace(key, value, Duration.ZERO);
	}

	/**
	 * Stores a value if the key exists.
	 * @param key the key
	 * @param value the value
	 * @param ttl how long it lives
	 * @return whether it was stored; {@code false} if the key is absent
	 * @throws MemcachedException if the server fails
	 * @throws IllegalArgumentException if the value cannot be encoded
	 */
	boolean replace(String key, Object value, Duration ttl);

	/**
	 * Stores an item as it is, except that a large one is split. Nobody looks into the
	 * bytes: if their flags say that they are compressed, they count as they are.
	 * @param key the key
	 * @param value flags and bytes, which are not changed
	 * @param ttl how long it lives
	 * @return whether it was stored
	 * @throws MemcachedException if the server fails
	 * @throws IllegalArgumentException if the value is too large
	 */
	boolean setRaw(String key, RawValue value, Duration ttl);

	/**
	 * Adds bytes behind an item's data, as they are. That is for {@code byte[]} values
	 * which were neither compressed nor split, and which any caller may go on to add to:
	 * logs, lists of one's own making. memcached does not look at what the item is. A
	 * value of another kind, one that was compressed
	 * ({@link MemcachedClientBuilder#compressionThreshold}) and one that was split
	 * ({@link MemcachedClientBuilder#splitLargeValues}) cannot be decoded afterwards,
	 * which reading it tells.
	 * @param key the key
	 * @param data the bytes
	 * @return whether the key existed; where it did not, the server is asked once more,
	 * for memcached says the same of an item that would become too large
	 * @throws MemcachedException if the server fails, or the item would become too large
	 * for it
	 * @throws IllegalArgumentException if the data alone are too large
	 */
	boolean append(String key, byte[] data);

	/**
	 * Adds bytes before an item's data, as they are: for the same values as
	 * {@link #append}.
	 * @param key the key
	 * @param data the bytes
	 * @return whether the key existed
	 * @throws MemcachedException if the server fails, or the item would become too large
	 * for it
	 * @throws IllegalArgumentException if the data alone are too large
	 */
	boolean prepend(String key, byte[] data);

	/**
	 * Stores a value if the item has not changed since {@link #gets} read it. Never
	 * splits.
	 * @param key the key
	 * @param value the value
	 * @param ttl how long it lives
	 * @param cas the number from {@code gets}
	 * @return whether it was stored or why not
	 * @throws MemcachedException if the server fails
	 * @throws IllegalArgumentException if the value cannot be encoded
	 */
	CasResult cas(String key, Object value, Duration ttl, long cas);

	/**
	 * Stores many values that never expire.
	 * @param entries the values by key
	 * @return which keys were not stored, and why
	 * @throws IllegalArgumentException if a value cannot be encoded; nothing is sent then
	 */
	default MultiResult setMulti(Map<String, ?> entries) {
		return setMulti(entries, Duration.ZERO);
	}

	/**
	 * Stores many values: pipelined to each server, all servers in parallel.
	 * @param entries the values by key
	 * @param ttl how long they live
	 * @return which keys were not stored, and why
	 * @throws IllegalArgumentException if a value cannot be encoded; nothing is sent then
	 */
	MultiResult setMulti(Map<String, ?> entries, Duration ttl);

	/**
	 * Deletes many keys. That one is absent is no failure.
	 * @param keys the keys; repeated ones count once
	 * @return which keys failed, and why
	 */
	MultiResult deleteMulti(Collection<String> keys);

	/**
	 * Adds bytes behind the data of many items, each as {@link #append} does.
	 * @param keys the keys; repeated ones count once
	 * @param data the bytes
	 * @return which keys were absent, and which failed and why
	 */
	MultiResult appendMulti(Collection<String> keys, byte[] data);

	/**
	 * Adds bytes before the data of many items, each as {@link #prepend} does.
	 * @param keys the keys; repeated ones count once
	 * @param data the bytes
	 * @return which keys were absent, and which failed and why
	 */
	MultiResult prependMulti(Collection<String> keys, byte[] data);

	/**
	 * Deletes a key.
	 * @param key the key
	 * @return whether it existed
	 * @throws MemcachedException if the server fails
	 */
	boolean delete(String key);

	/**
	 * Gives an item a new time to live.
	 * @param key the key
	 * @param ttl the new time to live, from now
	 * @return whether it existed
	 * @throws MemcachedException if the server fails
	 */
	boolean touch(String key, Duration ttl);

	/**
	 * Lets an item expire at once.
	 * @param key the key
	 * @return whether it existed
	 * @throws MemcachedException if the server fails
	 */
	default boolean expire(String key) {
		return touch(key, Duration.ofSeconds(-1));
	}

	/**
	 * Adds to an unsigned 64-bit counter, wrapping at 2^64. The value must be a decimal
	 * number on the server, as stored by {@code set(key, 5)}: integers are never
	 * compressed. A {@code String} of digits is no number.
	 * <p>
	 * memcached counts whatever looks like a number to it. The item of a value that was
	 * split ({@link MemcachedClientBuilder#splitLargeValues}) does, for it holds the
	 * number of its chunks: counted, it cannot be read until it is counted back or stored
	 * anew.
	 * @param key the key
	 * @param delta at least 0
	 * @return the new value, or empty if the key is absent
	 * @throws MemcachedException if the server fails or the value is no number
	 * @throws IllegalArgumentException if {@code delta} is negative
	 */
	OptionalLong incr(String key, long delta);

	/**
	 * Subtracts from an unsigned 64-bit counter, stopping at 0. What {@link #incr} says
	 * of values that are no counters holds here, too.
	 * @param key the key
	 * @param delta at least 0
	 * @return the new value, or empty if the key is absent
	 * @throws MemcachedException if the server fails or the value is no number
	 * @throws IllegalArgumentException if {@code delta} is negative
	 */
	OptionalLong decr(String key, long delta);

	/**
	 * Asks every server for its version.
	 * @return version by server name, in the order of the server list; a server that does
	 * not answer is absent
	 */
	Map<String, String> version();

	/**
	 * Asks every server for statistics.
	 * @param arguments what to ask for, such as {@code "items"}, {@code "slabs"} or
	 * {@code "settings"}; none for the general ones
	 * @return statistics by server name, in the order of the server list; a server that
	 * does not answer is absent
	 * @throws IllegalArgumentException if an argument could not be a key
	 * @throws MemcachedProtocolException if a server has no such statistics, or says more
	 * than 1 MiB
	 */
	Map<String, Map<String, String>> stats(String... arguments);

	/**
	 * Empties every server, for everybody, the {@link #spares} too.
	 * @return the names of the servers that did
	 * @throws IllegalStateException unless {@link MemcachedClientBuilder#flushAllEnabled}
	 * is on
	 */
	List<String> flushAll();

	/**
	 * Tells where a key lives, even while that server is down. Asks nobody.
	 * @param key the key
	 * @return the server's name
	 */
	String serverFor(String key);

	/**
	 * Tells which server serves a key just now; with failover that may be a substitute,
	 * and with spares one of these. May connect.
	 * @param key the key
	 * @return the server's name, or {@code null} if none can be reached
	 */
	@Nullable String liveServerFor(String key);

	/**
	 * Tells how the servers fare, in the order of the list, without asking them.
	 * @return one for each server, as of now
	 */
	List<ServerSnapshot> servers();

	/**
	 * Tells which of the {@link #servers} are not {@linkplain ServerSnapshot#isUp() up},
	 * and nothing else, so that it can be asked often. Asks no server.
	 * @return their names
	 */
	Set<String> downServers();

	/**
	 * Tells how often servers, or spares, went down so far. If that is the same before
	 * and after a call, and the server of its key is none of the {@link #downServers},
	 * then no other one has stood in for that. Asks no server.
	 * @return a number that grows
	 */
	long outages();

	/**
	 * Tells how the {@linkplain MemcachedClientBuilder#spares(String...) spares} fare,
	 * which are none of the {@link #servers}: {@link #version} and {@link #stats} do not
	 * ask them.
	 * @return one for each, as of now; its share is that of the keys of dead servers
	 */
	List<ServerSnapshot> spares();

	/**
	 * Takes another list of servers, at once for all calls that start from now on. Calls
	 * under way finish where they began; servers on both lists keep their connections.
	 * @param servers as {@link MemcachedClientBuilder#servers(Collection)} takes them
	 * @throws IllegalArgumentException if the list is empty, a server malformed, or one
	 * of the {@link #spares}; nothing changes then
	 */
	void updateServers(List<String> servers);

	/**
	 * Reads a value or, on a miss, loads and stores it: one caller of the whole cluster
	 * loads, the others wait for its value, for as long as the policy says. What is
	 * loaded is returned in any case: if memcached fails, if the loader was overtaken by
	 * an {@link #invalidate} or its lease ran out, or if the value is empty or cannot be
	 * encoded, it is just not stored. Callers of one process share the value, so do not
	 * change it. A key that is used with this method must be read only through it: while
	 * its value is being loaded the server holds an empty item there. To read it without
	 * loading there is {@link #get(String, LoadPolicy)}.
	 * <p>
	 * A caller that changes the key through this client overtakes the loads under way in
	 * this process. A value that was overtaken, here or elsewhere, is shared with callers
	 * that asked before its loader began; those that came later share another load, for
	 * as long as they wait. A loader that asks for its own key on its own thread is run
	 * at once, and on another one after the policy's waiting time.
	 * <p>
	 * On servers without meta commands a lock item of the key with {@code /lock} behind
	 * it elects; values are then stored whatever has happened meanwhile, and there is no
	 * refresh.
	 * @param <T> what the loader returns and the caller knows the value to be
	 * @param key the key
	 * @param policy how to load, keep and refresh
	 * @param loader loads the value; null is not stored, and the next caller loads again
	 * @return the value
	 * @throws LoadException if the loader throws a checked exception
	 */
	<T> @Nullable T getOrLoad(String key, LoadPolicy policy, Callable<? extends @Nullable T> loader);

	/**
	 * Reads a value of a key that is used with {@link #getOrLoad}, without loading it.
	 * @param <T> what the caller knows the value to be
	 * @param key the key
	 * @param policy how the value is kept and refreshed
	 * @return the value, or {@code null} if there is none, it is just being loaded, or
	 * this caller was elected to load it anew: it is stale or due to be refreshed, and
	 * all others get it meanwhile
	 * @throws MemcachedException if the server fails or the value cannot be decoded
	 */
	<T> @Nullable T get(String key, LoadPolicy policy);

	/**
	 * Takes back a value that {@link #getOrLoad} keeps, as its policy says.
	 * @param key the key
	 * @param policy how long the others may still get it
	 * @return whether there was a value
	 * @throws MemcachedException if the server fails
	 */
	default boolean invalidate(String key, LoadPolicy policy) {
		return invalidate(key, policy.staleFor());
	}

	/**
	 * Takes back a value that {@link #getOrLoad} keeps: marks it stale, so that one
	 * caller loads it anew while the others still get it for a while, or deletes it at
	 * once. A load under way is not stored.
	 * @param key the key
	 * @param staleFor how long the others may still get it, never longer than it would
	 * have lived; zero deletes it at once, as does a server without meta commands
	 * @return whether there was a value
	 * @throws MemcachedException if the server fails
	 */
	boolean invalidate(String key, Duration staleFor);

	/**
	 * This client with another transcoder, on the same connections. It awaits every
	 * reply, also where this one does not ({@code noReply}), and has
	 * {@linkplain #getOrLoad loads} of its own. Closing it closes nothing; it ends with
	 * this one.
	 * @param transcoder how values become items
	 * @return another client
	 */
	MemcachedClient withTranscoder(Transcoder transcoder);

	/**
	 * This client with another threshold of compression, on the same connections. What
	 * holds for {@link #withTranscoder} holds for it, too. Whatever the threshold, what
	 * is compressed is read.
	 * @param compressionThreshold values of more bytes than this are compressed with
	 * zlib, if that makes them shorter; 0 for never
	 * @return another client
	 * @throws IllegalArgumentException if it is negative or more than 1 GiB
	 */
	MemcachedClient withCompressionThreshold(int compressionThreshold);

	/**
	 * This client with all keys on one server, wherever they would belong by themselves:
	 * for what is about a server and has to lie on it, whatever else is on the list. What
	 * holds for {@link #withTranscoder} holds for it, too. A server that has left the
	 * list is still asked as long as this client remembers it; keys of one that was never
	 * on it are where they belong.
	 * @param server the server's name, as {@link #serverFor} tells it
	 * @return another client
	 */
	MemcachedClient onServer(String server);

	/**
	 * Which of the {@linkplain #servers() servers} came onto the list while this client
	 * was at work, and may therefore hold what others have changed in the meantime. Never
	 * asks a server, and is the same object while the list does not change.
	 * @return since when this client had done without each, by the server's name: since
	 * it left the list the last time, or since there was a list
	 */
	Map<String, Instant> absences();

	/**
	 * Which servers have left the list while this client was at work, unless they are
	 * back. Their keys are on others now, which may hold what was there before. As
	 * {@link #absences()}, it is the same object while the list does not change.
	 * @return when each had come onto the list, by the server's name; since there was a
	 * list, if it was on the first one
	 */
	Map<String, Instant> departures();

	/**
	 * Which of two servers a key would belong to, if there were no others. Where both are
	 * on the list it does not belong to the other one. Neither has to be, and neither is
	 * asked.
	 * @param key the key
	 * @param one a server's name
	 * @param other another one's
	 * @return the name of one of them
	 */
	String nearer(String key, String one, String other);

	/**
	 * Gives access to memcached's meta commands.
	 * @return always the same one
	 */
	MetaCommands meta();

	/**
	 * The same operations without waiting.
	 * @return always the same one
	 */
	AsyncMemcachedClient async();

	/**
	 * Ends every connection in good order: what is under way still gets its reply. The
	 * next call connects anew.
	 */
	void quit();

	/**
	 * Closes every connection, at once and for good. Operations under way fail with a
	 * {@link MemcachedConnectionException}, calls that wait for another's load with an
	 * {@link IllegalStateException}. Closing again does nothing.
	 */
	@Override
	void close();

}
