package io.libmc.spring.cache;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Which earlier generations of one server are still good, and for which keys. It lies
 * beside the generation, as a list: the generation before it was written, the one since,
 * the earliest that is good, and then, in pairs, a generation and the server that left
 * the list when that began.
 * <p>
 * When a server leaves, its keys go to the others. These may have had them before it
 * came, and hold what has changed since. So each of the others begins a new generation
 * without leaving the one before behind: of what bears an earlier one, only the keys that
 * had been with the server that left are absent. Which these are follows from the two
 * servers' names, whatever else was on the list.
 *
 * @param from the generation before
 * @param upTo the generation that it is about; it says nothing of others
 * @param base the earliest one that is good
 * @param servers those that left, each with the generation that began then
 */
record Departures(long from, long upTo, long base, Map<String, Long> servers) {

	/** With more than this all earlier generations are left behind. */
	private static final int MOST = 50;

	/** Nobody has left since a generation began, and all earlier ones are left behind. */
	static Departures none(long generation) {
		return new Departures(generation, generation, generation, Map.of());
	}

	/** Those as they lie on a server, or {@code null} if that is none of ours. */
	static @Nullable Departures of(@Nullable Object stored) {
		if (!(stored instanceof List<?> list) || list.size() < 3 || list.size() % 2 == 0
				|| !(list.get(0) instanceof Long from) || !(list.get(1) instanceof Long upTo)
				|| !(list.get(2) instanceof Long base)) {
			return null;
		}
		Map<String, Long> servers = new LinkedHashMap<>();
		for (int i = 3; i < list.size(); i += 2) {
			if (!(list.get(i) instanceof Long began) || !(list.get(i + 1) instanceof String server)) {
				return null;
			}
			servers.put(server, began);
		}
		return new Departures(from, upTo, base, servers);
	}

	List<Object> toList() {
		List<Object> list = new ArrayList<>(List.of(this.from, this.upTo, this.base));
		this.servers.forEach((server, began) -> {
			list.add(began);
			list.add(server);
		});
		return list;
	}

	/** Whether it is noted that a server left after it had come. */
	boolean hasLeft(String server, Instant came) {
		Long began = this.servers.get(server);
		return began != null && began > came.toEpochMilli();
	}

	/** These, and more that have left. */
	Departures with(Collection<String> left, long next) {
		boolean full = this.servers.size() + left.size() > MOST;
		Map<String, Long> all = full ? new LinkedHashMap<>() : new LinkedHashMap<>(this.servers);
		left.forEach((server) -> all.put(server, next));
		return new Departures(this.upTo, next, full ? next : this.base, all);
	}

	/**
	 * Whether an entry is still good.
	 * @param stamp the generation that it bears, earlier than {@link #upTo}
	 * @param wasOn whether its key would have been on a server rather than where it is
	 */
	boolean isGood(long stamp, Predicate<String> wasOn) {
		return stamp >= this.base && this.servers.entrySet()
			.stream()
			.noneMatch((left) -> stamp < left.getValue() && wasOn.test(left.getKey()));
	}

}
