package io.libmc.spring.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import org.springframework.util.ConcurrentLruCache;

import io.libmc.MemcachedException;

/**
 * The groups of one cache's entries. A group is evicted as a cache is cleared: it has a
 * {@link Generation} on each server, which its entries there bear beside that of the
 * cache, and which evicting the group raises. Copies of these are kept as of that one,
 * but of so many groups only.
 * <p>
 * Which groups a value belongs to is known when it was loaded, and its number has to be
 * from before. If none was known then it is asked for, and is good if no group at all was
 * evicted on the server during the load. To tell that, a number on each server counts the
 * evictions: it is raised before a group's own, and read behind it.
 */
final class Groups {

	/** So many groups' numbers are kept. */
	private static final int COPIES = 10_000;

	private final ConcurrentLruCache<Long, Generations> copies;

	/** How many groups were evicted on each server. */
	private final Generations evictions;

	Groups(ServerViews servers, WireKeys keys, Duration visibility) {
		// on a server that returns, the cache's own generation leaves the entries behind
		this.copies = new ConcurrentLruCache<>(COPIES, (digest) -> new Generations(servers,
				(server) -> keys.group(digest, server), visibility, false, Generation::isOwing));
		this.evictions = new Generations(servers, keys::groupEvictions, visibility, false, Generation::isOwing);
	}

	/** The numbers of a group, one for each server. */
	Generations of(String group) {
		return this.copies.get(digest(group));
	}

	private static Long digest(String group) {
		return GroupStamps.of(List.of(group)).digest(0);
	}

	/**
	 * The numbers of a group that is about to be evicted. On servers that have left the
	 * list it is, if these can be reached.
	 */
	Generations evicting(String group) {
		Generations generations = of(group);
		this.evictions.clearing();
		generations.clearing();
		this.evictions.left().forEach(Generation::advanceIfReachable);
		generations.left().forEach(Generation::advanceIfReachable);
		return generations;
	}

	/** Evicts a group on one server. */
	void evict(Generation group) {
		this.evictions.onServer(group.server()).advance();
		group.advance();
	}

	/**
	 * A group was evicted by these numbers. Where they had to make room for others
	 * meanwhile there may be copies from before, which nobody uses any more.
	 */
	void evicted(String group, Generations numbers) {
		if (of(group) != numbers) {
			this.copies.remove(digest(group));
		}
	}

	private List<Generation> generations(String name, GroupStamps stamps) {
		List<Generation> generations = new ArrayList<>(stamps.size());
		for (int i = 0; i < stamps.size(); i++) {
			generations.add(this.copies.get(stamps.digest(i)).of(name));
		}
		return generations;
	}

	/**
	 * Whether none of an entry's groups was evicted since it was made, as far as the
	 * copies tell, which are asked for anew where they are too old for that.
	 */
	boolean areLive(String name, GroupStamps stamps) {
		if (stamps.isEmpty()) {
			return true;
		}
		List<Generation> generations = generations(name, stamps);
		return areSure(stamps, generations) ? areEqual(stamps, generations) : areLiveNow(stamps, generations);
	}

	/** As {@link #areLive}, as it is on the server now. */
	boolean areLiveNow(String name, GroupStamps stamps) {
		return stamps.isEmpty() || areLiveNow(stamps, generations(name, stamps));
	}

	private boolean areLiveNow(GroupStamps stamps, List<Generation> generations) {
		Generation.refresh(generations);
		return areEqual(stamps, generations);
	}

	/**
	 * As {@link #areLive}, without waiting.
	 * @param now whether it is to be as it is on the server now
	 * @param background does what takes more than a question and its answer
	 */
	CompletableFuture<Boolean> areLiveAsync(String name, GroupStamps stamps, boolean now, Background background) {
		if (stamps.isEmpty()) {
			return CompletableFuture.completedFuture(true);
		}
		List<Generation> generations = generations(name, stamps);
		if (!now && areSure(stamps, generations)) {
			return CompletableFuture.completedFuture(areEqual(stamps, generations));
		}
		CompletableFuture<?>[] asked = generations.stream()
			.map(Generation::ask)
			.map((question) -> question.alone())
			.toArray(CompletableFuture<?>[]::new);
		return CompletableFuture.allOf(asked).thenCompose((done) -> {
			for (CompletableFuture<?> each : asked) {
				if (Long.valueOf(Generation.NONE).equals(each.join())) {
					return background.call(() -> areLiveNow(stamps, generations));
				}
			}
			return CompletableFuture.completedFuture(areEqual(stamps, generations));
		});
	}

	/** Whether the copies tell: see {@link EntryStore#isSure}. */
	private static boolean areSure(GroupStamps stamps, List<Generation> generations) {
		for (int i = 0; i < stamps.size(); i++) {
			long recent = generations.get(i).recent();
			if (recent == Generation.NONE || stamps.number(i) > recent) {
				return false;
			}
		}
		return true;
	}

	private static boolean areEqual(GroupStamps stamps, List<Generation> generations) {
		for (int i = 0; i < stamps.size(); i++) {
			if (stamps.number(i) != generations.get(i).known()) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Groups with the numbers to put an entry with.
	 * @param now whether they are to be those that are on the server now
	 */
	GroupStamps toPut(String name, GroupStamps groups, boolean now) {
		if (groups.isEmpty()) {
			return groups;
		}
		List<Generation> generations = generations(name, groups);
		Generation.refresh(
				generations.stream().filter((generation) -> now || generation.recent() == Generation.NONE).toList());
		return groups.with(generations.stream().mapToLong(Generation::known).toArray());
	}

	/** What is to be asked for before entries are put. */
	List<Generation> unknown(String name, GroupStamps groups) {
		return generations(name, groups).stream()
			.filter((generation) -> generation.recent() == Generation.NONE)
			.toList();
	}

	/** Begins a load: what is known now is known before it. */
	Watch watch(String name) {
		return new Watch(name);
	}

	/** One load of an entry. */
	final class Watch {

		private final String name;

		private final long began = System.nanoTime();

		private final long evictionsBefore;

		private Watch(String name) {
			this.name = name;
			this.evictionsBefore = evictionsBefore();
		}

		private long evictionsBefore() {
			try {
				Generation evicted = Groups.this.evictions.of(this.name);
				long recent = evicted.recent();
				return (recent != Generation.NONE) ? recent : evicted.fresh();
			}
			catch (MemcachedException | IllegalStateException ex) {
				return Generation.NONE;
			}
		}

		/**
		 * A loaded entry's groups with the numbers of before the load.
		 * @return {@code null} if they have to be {@linkplain #find found}
		 */
		@Nullable GroupStamps known(GroupStamps groups) {
			try {
				List<Generation> generations = generations(this.name, groups);
				return generations.stream()
					.allMatch((each) -> each.recent() != Generation.NONE && knownBefore(each) != Generation.NONE)
							? groups.with(generations.stream().mapToLong(this::knownBefore).toArray()) : null;
			}
			catch (MemcachedException | IllegalStateException ex) {
				return null;
			}
		}

		private long knownBefore(Generation generation) {
			return generation.knownSince(this.began);
		}

		/**
		 * As {@link #known}, whatever it takes. Where a number of before the load cannot
		 * be known the entry is absent.
		 */
		GroupStamps find(GroupStamps groups) {
			try {
				List<Generation> generations = generations(this.name, groups);
				long[] before = generations.stream().mapToLong(this::knownBefore).toArray();
				Generation.refresh(generations);
				long[] now = generations.stream().mapToLong(Generation::known).toArray();
				return groups.with(isQuiet() ? now : before);
			}
			catch (MemcachedException | IllegalStateException ex) {
				return groups;
			}
		}

		/** Whether no group was evicted since the load began. */
		private boolean isQuiet() {
			return this.evictionsBefore != Generation.NONE
					&& Groups.this.evictions.of(this.name).fresh() == this.evictionsBefore;
		}

	}

}
