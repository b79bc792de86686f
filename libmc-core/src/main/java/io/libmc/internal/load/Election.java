package io.libmc.internal.load;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

import io.libmc.LoadPolicy;
import io.libmc.MetaDelete;
import io.libmc.MetaGet;
import io.libmc.MetaReply;
import io.libmc.internal.call.MetaAnswer;

/**
 * Reads what memcached says about a key whose value is loaded on a miss: whether this
 * caller was elected to load it, must wait for the one that was, or has the value.
 * <p>
 * The election is memcached's. {@code mg N} puts an empty item where there is none and
 * tells one caller that it won; {@code md I} and a value's last seconds ({@code R}) do
 * the same for a value that is there. The item's cas number is the winner's licence: a
 * store with it is refused if anything has happened to the item meanwhile.
 * <p>
 * An empty item expires by itself if its winner dies. The other tokens do not: so a
 * caller that sees one taken, on an unchanged item, for as long as a lease, marks the
 * item stale, which elects anew.
 */
final class Election {

	/** What it takes to mark an item. */
	static final MetaGet STATE = MetaGet.NO_VALUE.cas().ttl();

	/** How many keys with a taken token are remembered. */
	private static final int REMEMBERED = 10_000;

	private final Map<String, Taken> taken = new LinkedHashMap<>(16, 0.75f, true) {

		private static final long serialVersionUID = 1L;

		@Override
		protected boolean removeEldestEntry(Map.Entry<String, Taken> eldest) {
			return size() > REMEMBERED;
		}

	};

	/**
	 * A token that somebody holds: since when, as far as we have seen, and on which item.
	 */
	private record Taken(long cas, long since) {

	}

	/**
	 * Whether a value is loaded anew while it is still good. One is marked stale without
	 * having been taken back where its winner was not heard of.
	 */
	static boolean isRefresh(MetaAnswer won, LoadPolicy policy) {
		return !won.stale() || (!policy.refreshAhead().isZero() && policy.staleFor().isZero());
	}

	/** Removes what was read, if it has not changed. */
	static MetaDelete removal(MetaReply reply) {
		return MetaDelete.DELETE.compare(reply.cas().orElse(0));
	}

	/**
	 * Notes that a value's token is taken.
	 * @return whether that is so for a lease, and the item to be marked for another
	 * election
	 */
	boolean noteTaken(String key, MetaReply reply, Duration lease) {
		OptionalLong cas = reply.cas();
		if (cas.isEmpty()) {
			return false;
		}
		long now = System.nanoTime();
		synchronized (this.taken) {
			Taken seen = this.taken.get(key);
			if (seen == null || seen.cas() != cas.getAsLong()) {
				this.taken.put(key, new Taken(cas.getAsLong(), now));
				return false;
			}
			if (now - seen.since() < LoadScripts.nanos(lease)) {
				return false;
			}
			this.taken.remove(key);
			return true;
		}
	}

	/** Marks an item stale without prolonging its life, if it has not changed. */
	static MetaDelete markAgain(long cas, long secondsLeft) {
		return MetaDelete.DELETE.compare(cas)
			.invalidate((secondsLeft < 0) ? Duration.ZERO : Duration.ofSeconds(Math.max(secondsLeft, 1)));
	}

}
