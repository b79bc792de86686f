package io.libmc.spring.cache;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;

import io.libmc.ErrorCode;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;

/**
 * One cache's generations, one on each server, beside the entries that bear it. So the
 * generation can be asked for in the same line as the entry, and a server that is dead
 * costs its own entries and no others: the rest are read, written and cleared as ever.
 * <p>
 * They are called {@code %gen:0}, {@code %gen:1} and so on, whichever
 * {@linkplain ServerNames belongs} to the server. Clients with the same list of servers
 * come to the same names. With another list they can differ: an instance that has not yet
 * heard of a change of the list does not see the clearings of one that has. Whoever goes
 * along with the change carries over the greatest number it knows, so that what it once
 * cleared stays so.
 * <p>
 * That the number is in the entry, not in its name, is what makes this possible: with the
 * name the entry would move to another server, which has another number. It also lets an
 * eviction do without the number, and a cleared entry's memory be used again at once.
 */
final class Generations {

	private final MemcachedClient client;

	private final IntFunction<String> names;

	private final Duration visibility;

	private final ReentrantLock lock = new ReentrantLock();

	private volatile Map<String, Generation> byServer = Map.of();

	/**
	 * Creates generations.
	 * @param names what the first, the second one and so on may be called
	 */
	Generations(MemcachedClient client, IntFunction<String> names, Duration visibility) {
		this.client = client;
		this.names = names;
		this.visibility = visibility;
	}

	/**
	 * The generation that an entry bears. Whether it is still in its place is checked as
	 * often as its number is asked for.
	 */
	Generation of(String entry) {
		String server = this.client.serverFor(entry);
		Generation generation = this.byServer.get(server);
		if (generation == null || (generation.recent() == Generation.NONE
				&& !server.equals(this.client.serverFor(generation.key())))) {
			generation = place().get(server);
		}
		if (generation == null) {
			throw new MemcachedException(ErrorCode.SERVER_ERROR, server,
					"the list of servers has just changed: " + server + " is no longer among them", null);
		}
		return generation;
	}

	/** The generations on all servers. */
	Collection<Generation> all() {
		return place().values();
	}

	/** Finds a name for each server that has any. */
	private Map<String, Generation> place() {
		this.lock.lock();
		try {
			Map<String, Generation> before = this.byServer;
			long greatest = before.values().stream().mapToLong(Generation::known).max().orElse(Generation.NONE);
			Map<String, Generation> now = new HashMap<>();
			ServerNames.find(this.client, this.names).forEach((server, key) -> {
				Generation known = before.get(server);
				now.put(server, (known != null && known.key().equals(key)) ? known
						: new Generation(this.client, key, this.visibility, greatest));
			});
			this.byServer = Map.copyOf(now);
			return now;
		}
		finally {
			this.lock.unlock();
		}
	}

}
