package io.libmc.spring.cache;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.libmc.MemcachedClient;
import io.libmc.ServerSnapshot;

/**
 * One cache's generations, one on each server, beside the entries that bear it. So the
 * generation can be asked for in the same line as the entry, and a server that is dead
 * costs its own entries and no others: the rest are read, written and cleared as ever.
 * <p>
 * That of the server {@code a:1} is called {@code %gen:a:1} and lies on it, whatever else
 * is on the list: clients with different lists agree about every server that both have.
 * That the number is in the entry, not in its name, is what makes this possible: with the
 * name the entry would move to another server, which has another number. It also lets an
 * eviction do without the number, and a cleared entry's memory be used again at once.
 * <p>
 * A server that comes onto the list may have been on it before, and hold what has changed
 * since. The numbers are times, so there is a simple test: a number that is not greater
 * than the time at which this client began to do without the server was given before, and
 * is raised, which leaves all entries there behind; a greater one was raised by another
 * instance that did so. Every instance makes this test before it reads, and whoever comes
 * first raises the number by {@code cas}: so that happens once in the cluster.
 * <p>
 * What an instance clears while it does not know of a server yet, or of any, is cleared
 * there as soon as it does, by the same test with the time of the clearing. On one that
 * has left, of which others may not know yet, it is cleared if that can be reached.
 */
final class Generations {

	/** How many that have left are remembered. */
	private static final int MOST_LEFT = 100;

	private final MemcachedClient client;

	private final ServerViews servers;

	private final UnaryOperator<String> names;

	private final Duration visibility;

	private final boolean clearOnReturn;

	/** Whether what was to be cleared is not. */
	private final Predicate<Generation> owes;

	private final ConcurrentMap<String, Generation> byServer = new ConcurrentHashMap<>();

	/** When this instance last cleared the cache, in milliseconds since 1970. */
	private volatile long clearedAt;

	/**
	 * Knows no number yet.
	 * @param names what that of a server is called
	 * @param clearOnReturn whether a server that returns to the list is cleared
	 * @param owes whether what was to be cleared is not
	 */
	Generations(ServerViews servers, UnaryOperator<String> names, Duration visibility, boolean clearOnReturn,
			Predicate<Generation> owes) {
		this.client = servers.client();
		this.servers = servers;
		this.names = names;
		this.visibility = visibility;
		this.clearOnReturn = clearOnReturn;
		this.owes = owes;
	}

	/** The generation that an entry bears. */
	Generation of(String entry) {
		return onServer(this.client.serverFor(entry));
	}

	/** The generations on all servers. */
	List<Generation> all() {
		return this.client.servers().stream().map((server) -> onServer(server.name())).toList();
	}

	/** Those on servers that have left the list and may be on another client's. */
	List<Generation> left() {
		List<Generation> left = unlisted();
		if (left.size() > MOST_LEFT) {
			this.byServer.values().removeAll(left);
		}
		return left;
	}

	private List<Generation> unlisted() {
		Set<String> names = this.client.servers().stream().map(ServerSnapshot::name).collect(Collectors.toSet());
		return this.byServer.values().stream().filter((generation) -> !names.contains(generation.server())).toList();
	}

	/** Notes that the cache is about to be cleared. */
	void clearing() {
		this.clearedAt = System.currentTimeMillis();
	}

	/** That on a server. */
	Generation onServer(String server) {
		Instant absentSince = this.client.absences().get(server);
		Generation known = this.byServer.get(server);
		if (known == null || !Objects.equals(known.absentSince(), absentSince)) {
			known = replace(server, absentSince);
		}
		if (this.clearOnReturn) {
			known.look(this.client.departures());
		}
		return known;
	}

	private Generation replace(String server, @Nullable Instant absentSince) {
		return Objects.requireNonNull(this.byServer.compute(server,
				(name, before) -> (before != null && Objects.equals(before.absentSince(), absentSince)) ? before
						: create(name, absentSince, before)));
	}

	private Generation create(String server, @Nullable Instant absentSince, @Nullable Generation before) {
		return new Generation(this.servers, server, this.names.apply(server), this.visibility, absentSince,
				floor(absentSince, before));
	}

	/** A number below which none can be good. */
	private long floor(@Nullable Instant absentSince, @Nullable Generation before) {
		if (absentSince == null && before == null) {
			return firstFloor(unlisted());
		}
		long floor = (before != null) ? before.known() : Generation.NONE;
		if (absentSince != null) {
			long since = absentSince.toEpochMilli();
			if (this.clearOnReturn) {
				floor = Math.max(floor, since) + 1;
			}
			if (this.clearedAt >= since) {
				floor = Math.max(floor, this.clearedAt + 1);
			}
		}
		return (before != null && this.owes.test(before)) ? Math.max(floor + 1, System.currentTimeMillis()) : floor;
	}

	/**
	 * As {@link #floor}, on a server that was on the first list.
	 * @param before what stood for all servers while there was no list yet, if anything
	 */
	private long firstFloor(List<Generation> before) {
		if (before.stream().anyMatch(this.owes)) {
			return System.currentTimeMillis();
		}
		return (before.isEmpty() || this.clearedAt == 0) ? Generation.NONE : this.clearedAt + 1;
	}

}
