package io.libmc.spring.cache;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.libmc.CasResult;
import io.libmc.CasValue;
import io.libmc.MemcachedClient;

/**
 * Sees to it that the {@link Departures} that lie beside a generation name all servers
 * that have left, and keeps a copy of them.
 */
final class DepartureNotes {

	/**
	 * How much greater at least a number is that leaves the one before good, so that no
	 * clearing that comes in between arrives at it.
	 */
	private static final int STEP = 4;

	private final MemcachedClient lists;

	private final String server;

	private final String key;

	/** Those that are known, of one generation. */
	private volatile @Nullable Departures departures;

	/** The servers that have left, as far as that was looked at, and when they came. */
	private volatile Map<String, Instant> left = Map.of();

	/** Those among them of which it is not known whether that is noted. */
	private volatile Map<String, Instant> unnoted = Map.of();

	/**
	 * Creates notes.
	 * @param lists leads to the server
	 * @param server the server that they lie on
	 * @param key where they lie there
	 */
	DepartureNotes(MemcachedClient lists, String server, String key) {
		this.lists = lists;
		this.server = server;
		this.key = key;
	}

	/** Whether all that have left are known to be noted. */
	boolean areNoted() {
		return this.unnoted.isEmpty();
	}

	/**
	 * Looks which servers have left.
	 * @param departed those, and when they had come
	 */
	void look(Map<String, Instant> departed) {
		if (this.left != departed) {
			synchronized (this) {
				Map<String, Instant> more = new HashMap<>(departed);
				more.entrySet().removeAll(this.left.entrySet());
				more.putAll(this.unnoted);
				more.keySet().retainAll(departed.keySet());
				this.unnoted = Map.copyOf(more);
				this.left = departed;
			}
		}
	}

	/**
	 * Notes that servers have left, unless another instance has done so: begins another
	 * generation, and tells of whose entries the one before is still good.
	 * @param before the number of the generation
	 * @param generation that on the same server
	 * @return the number of now
	 */
	long note(long before, Generation generation) {
		long number = before;
		for (int attempt = 0; attempt < Generation.ATTEMPTS; attempt++) {
			Map<String, Instant> missing = new HashMap<>(this.unnoted);
			CasValue<Object> stored = this.lists.gets(this.key);
			Departures noted = (stored != null) ? Departures.of(stored.value()) : null;
			if (noted != null && noted.from() == number && generation.raise(number, noted.upTo())) {
				// another one has begun to
				number = noted.upTo();
			}
			Departures valid = (noted != null && noted.upTo() == number) ? noted : Departures.none(number);
			missing.entrySet().removeIf((server) -> valid.hasLeft(server.getKey(), server.getValue()));
			if (missing.isEmpty()) {
				return noted(valid, number);
			}
			Departures next = valid.with(missing.keySet(), Math.max(System.currentTimeMillis(), number + STEP));
			boolean written = (stored == null) ? this.lists.add(this.key, next.toList())
					: this.lists.cas(this.key, next.toList(), Duration.ZERO, stored.cas()) == CasResult.STORED;
			if (written && generation.raise(number, next.upTo())) {
				return noted(next, next.upTo());
			}
			number = generation.asked();
		}
		throw generation.unstable();
	}

	private synchronized long noted(Departures all, long number) {
		Map<String, Instant> more = new HashMap<>(this.unnoted);
		more.entrySet().removeIf((server) -> all.hasLeft(server.getKey(), server.getValue()));
		this.departures = all;
		this.unnoted = Map.copyOf(more);
		return number;
	}

	/**
	 * Whether it takes no question to tell if an entry is live.
	 * @param stamp the generation that it bears
	 * @param number the one of now
	 */
	boolean tells(long stamp, long number) {
		Departures known = this.departures;
		return stamp == number || (stamp < number && known != null && known.upTo() == number);
	}

	/**
	 * Whether an entry is live, for which the server may be asked.
	 * @param name what it is called
	 * @param stamp the generation that it bears
	 * @param number the one of now
	 */
	boolean accepts(String name, long stamp, long number) {
		if (stamp >= number) {
			return stamp == number;
		}
		Departures known = this.departures;
		if (known == null || known.upTo() != number) {
			Departures stored = Departures.of(this.lists.get(this.key));
			boolean about = stored != null && (stored.upTo() == number || stored.from() == number);
			known = about ? Objects.requireNonNull(stored) : Departures.none(number);
			if (known.upTo() == number) {
				this.departures = known;
			}
		}
		return known.isGood(stamp,
				(left) -> !left.equals(this.server) && this.lists.nearer(name, left, this.server).equals(left));
	}

}
