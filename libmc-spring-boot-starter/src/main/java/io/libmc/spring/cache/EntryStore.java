package io.libmc.spring.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.libmc.CasResult;
import io.libmc.CasValue;
import io.libmc.LoadPolicy;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.MetaGet;
import io.libmc.MetaReply;
import io.libmc.spring.cache.Generation.Question;

/**
 * One cache's entries on the servers, each stamped with the generation of its server. It
 * knows nothing of values, and every failure of memcached comes out of it as the
 * {@link MemcachedException} it is.
 */
final class EntryStore {

	/** The application's client with the cache's transcoder. */
	private final MemcachedClient client;

	private final WireKeys keys;

	private final Generations generations;

	private final Groups groups;

	private final LoadPolicy policy;

	private final PendingEvictions pending;

	private final Background background;

	EntryStore(MemcachedClient client, WireKeys keys, Duration clearVisibility, boolean clearOnReturn,
			LibmcCacheSettings settings, PendingEvictions pending, Background background) {
		this.client = settings.view(client);
		this.keys = keys;
		this.policy = settings.policy(background);
		this.pending = pending;
		this.background = background;
		ServerViews servers = new ServerViews(this.client);
		this.generations = new Generations(servers, keys::generation, clearVisibility, clearOnReturn, pending::owes);
		this.groups = new Groups(servers, keys, clearVisibility);
	}

	/** The client that entries are loaded by. */
	MemcachedClient client() {
		return this.client;
	}

	/**
	 * How entries are loaded.
	 * @param waits whether the current thread waits for it
	 */
	LoadPolicy policy(boolean waits) {
		return (waits || this.policy.refreshOn() == null) ? this.policy
				: this.policy.refreshOn(this.background.refreshesForCaller());
	}

	/**
	 * Whether entries that are loaded anew before they expire leave their caller alone.
	 */
	boolean refreshesInBackground() {
		return this.policy.refreshOn() != null;
	}

	Background background() {
		return this.background;
	}

	/**
	 * What a key's entry is called, in every method here.
	 * @throws IllegalArgumentException if the key cannot be written
	 */
	String name(Object key) {
		return this.keys.entry(key);
	}

	/** The generation that an entry bears. */
	Generation generation(String name) {
		return this.generations.of(name);
	}

	/** The generation for reading, or {@link Generation#NONE} if it has to be asked. */
	private long recent(String name, Generation generation) {
		return isUnsettled(name, generation) ? Generation.NONE : generation.recent();
	}

	/**
	 * Whether an entry is in the generation of now, or in one before that is as good.
	 */
	boolean isLive(String name, Entry entry, long number) {
		return this.generations.of(name).accepts(name, entry.generation(), number);
	}

	/** The generation that is current now. */
	long freshGeneration(String name) {
		Generation generation = this.generations.of(name);
		settle(name, generation);
		return generation.fresh();
	}

	/**
	 * Reads an entry. Where the copy of the generation is too old, both are asked for at
	 * once, which costs no round trip of its own.
	 * @return an entry, which may be undecodable, or {@code null}
	 */
	@Nullable Entry read(String name) {
		Generation generation = this.generations.of(name);
		long number = recent(name, generation);
		if (number != Generation.NONE) {
			Entry stored = stored(name, this.policy);
			if (isSure(number, stored)) {
				Entry live = live(name, generation, stored, number);
				return (live != null && areGroupsLive(name, live, false)) ? live : null;
			}
		}
		return readFresh(name);
	}

	/** Reads an entry as it is now, even if the cache was cleared a moment ago. */
	@Nullable Entry readFresh(String name) {
		return readFresh(name, null);
	}

	/**
	 * As {@link #readFresh(String)}.
	 * @param reading keeps it in this process
	 */
	@Nullable Entry readFresh(String name, NearCache.@Nullable Reading reading) {
		Generation generation = this.generations.of(name);
		boolean unsettled = settle(name, generation);
		Question question = generation.ask(reading);
		Entry stored = stored(name, question.along(this.policy));
		long number = isSure(question.number(), stored) ? question.number() : generation.fresh();
		Entry live = (unsettled && isBack(name)) ? null : live(name, generation, stored, number);
		return kept((live != null && areGroupsLive(name, live, reading != null)) ? live : null, name, reading);
	}

	/**
	 * As {@link #read}, without waiting: what takes more than a question and its answer
	 * is done in the background.
	 */
	CompletableFuture<@Nullable Entry> readAsync(String name, NearCache.@Nullable Reading reading) {
		try {
			Generation generation = this.generations.of(name);
			if (isUnsettled(name, generation)) {
				return this.background.call(() -> readFresh(name, reading));
			}
			long recent = (reading != null) ? Generation.NONE : generation.recent();
			Question question = generation.ask(reading);
			LoadPolicy asking = (recent != Generation.NONE) ? this.policy : question.along(this.policy);
			return this.client.async()
				.get(name, asking)
				.handle((stored, ex) -> (ex != null) ? Entry.of(CachedValues.failure(ex)) : Entry.of(stored))
				.thenCompose((stored) -> {
					long number = (recent != Generation.NONE) ? recent : question.number();
					return isSure(number, stored) && tells(generation, number, stored)
							? liveAsync(live(name, generation, stored, number), name, reading)
							: this.background.call(() -> readFresh(name, reading));
				});
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private CompletableFuture<@Nullable Entry> liveAsync(@Nullable Entry live, String name,
			NearCache.@Nullable Reading reading) {
		if (live == null || live.groups().isEmpty()) {
			return CompletableFuture.completedFuture(kept(live, name, reading));
		}
		return areGroupsLiveAsync(name, live, reading != null)
			.thenApply((good) -> kept(good ? live : null, name, reading));
	}

	/**
	 * Whether none of an entry's groups was evicted.
	 * @param now whether as it is on the server now
	 */
	boolean areGroupsLive(String name, Entry entry, boolean now) {
		return now ? this.groups.areLiveNow(name, entry.groups()) : this.groups.areLive(name, entry.groups());
	}

	/** As {@link #areGroupsLive}, without waiting. */
	CompletableFuture<Boolean> areGroupsLiveAsync(String name, Entry entry, boolean now) {
		return this.groups.areLiveAsync(name, entry.groups(), now, this.background);
	}

	/** The numbers of groups before a load that begins now. */
	Groups.Watch watchGroups(String name) {
		return this.groups.watch(name);
	}

	/**
	 * Asks for the numbers of groups that entries are about to be put with, where they
	 * are not known.
	 * @param groups the groups of the entries by their names
	 */
	void findGroups(Map<String, GroupStamps> groups) {
		Map<String, List<Generation>> unknown = new HashMap<>();
		groups.forEach(
				(name, stamps) -> unknown.computeIfAbsent(this.client.serverFor(name), (server) -> new ArrayList<>())
					.addAll(this.groups.unknown(name, stamps)));
		unknown.values().forEach((generations) -> Generation.refresh(Set.copyOf(generations)));
	}

	/**
	 * Whether a number tells if an entry is live. It does not if somebody has cleared the
	 * cache and then put the entry since the number was read.
	 */
	static boolean isSure(long number, @Nullable Entry stored) {
		return number != Generation.NONE && (stored == null || stored.generation() <= number);
	}

	/** Whether it does so without a further question. */
	private static boolean tells(Generation generation, long number, @Nullable Entry stored) {
		return stored == null || stored.generation() == Generation.NONE
				|| generation.tells(stored.generation(), number);
	}

	/** An entry that was cleared, or whose time is over, is absent. */
	private static @Nullable Entry live(String name, Generation generation, @Nullable Entry stored, long number) {
		boolean live = stored != null && !stored.lifetime().isOver()
				&& (stored.generation() == Generation.NONE || generation.accepts(name, stored.generation(), number));
		return live ? stored : null;
	}

	private @Nullable Entry kept(@Nullable Entry live, String name, NearCache.@Nullable Reading reading) {
		if (reading != null && live == null) {
			reading.gone();
		}
		else if (reading != null && !isUnsettled(name, this.generations.of(name))) {
			reading.keep();
		}
		return live;
	}

	private @Nullable Entry stored(String name, LoadPolicy reading) {
		try {
			return Entry.of(this.client.<Object>get(name, reading));
		}
		catch (MemcachedException ex) {
			return Entry.of(ex);
		}
	}

	/**
	 * Sends the evictions that are pending.
	 * @return whether some must wait for a dead server: then an answer may be a
	 * substitute's, or that of the server that {@link #isBack}
	 */
	boolean settle(String name, Generation generation) {
		if (!isUnsettled(name, generation)) {
			return false;
		}
		this.pending.settle(name, generation);
		return isUnsettled(name, generation);
	}

	/** Whether an eviction is pending that has to be sent before an entry is read. */
	boolean isUnsettled(String name, Generation generation) {
		return this.pending.concerns(name, generation);
	}

	/** Whether the server of an entry lives, which may be news. */
	boolean isBack(String name) {
		return !this.pending.isDead(name);
	}

	/**
	 * Reads an entry, with the number by which to {@link #replace} it, dead or alive.
	 * @return {@code null} if there is none
	 */
	@Nullable CasValue<Entry> readToReplace(String name) {
		try {
			CasValue<Object> read = this.client.gets(name);
			Entry entry = (read != null) ? Entry.of(read.value()) : null;
			return (read != null && entry != null) ? new CasValue<>(entry, read.cas()) : null;
		}
		catch (MemcachedException ex) {
			Entry.of(ex);
			delete(name);
			return null;
		}
	}

	/** Whether what was read was evicted, and is only served until it is replaced. */
	boolean isStale(String name, long cas) {
		if (this.policy.staleFor().isZero()) {
			return false;
		}
		MetaReply reply = this.client.meta().get(name, MetaGet.NO_VALUE.cas());
		return reply.stale() && reply.cas().orElse(0) == cas;
	}

	/**
	 * Puts an entry; if that fails, remembers to evict the one before. It goes into the
	 * generation of a moment ago: if another instance has cleared the cache since, it is
	 * a miss.
	 */
	void put(String name, Entry.Encoded entry) {
		try {
			long generation = generationToPut(name);
			put(name, entry.in(generation, this.groups.toPut(name, entry.groups(), false)), true);
		}
		catch (MemcachedException ex) {
			evictLater(name);
			throw ex;
		}
	}

	/** Writes an entry, once more where it is in doubt which server has. */
	private void put(String name, Entry.Encoded stamped, boolean once) {
		PendingEvictions.Change change = this.pending.change(name);
		write(name, stamped);
		if (once && change.isInDoubt()) {
			put(name, stamped, false);
			return;
		}
		change.made(this.generations, true);
	}

	/** The generation that an entry is put into. */
	long generationToPut(String name) {
		long recent = recent(name, this.generations.of(name));
		return (recent != Generation.NONE) ? recent : freshGeneration(name);
	}

	/**
	 * As {@link #put}, without waiting. What is to be done if it fails is not, nor where
	 * the entry is refused as too large.
	 */
	CompletableFuture<?> putAsync(String name, Entry.Encoded entry, long generation) {
		return putAsync(name, entry.in(generation, this.groups.toPut(name, entry.groups(), false)), true);
	}

	private CompletableFuture<Boolean> putAsync(String name, Entry.Encoded stamped, boolean once) {
		PendingEvictions.Change change = this.pending.change(name);
		return this.client.async().set(name, stamped, this.policy.nextTimeToLive(stamped)).thenCompose((stored) -> {
			if (once && change.isInDoubt()) {
				return putAsync(name, stamped, false);
			}
			change.made(this.generations, true);
			return CompletableFuture.completedFuture(stored);
		});
	}

	/**
	 * Writes an entry. An entry that is refused as too large leaves no older one behind.
	 */
	private void write(String name, Entry.Encoded stamped) {
		try {
			this.client.set(name, stamped, this.policy.nextTimeToLive(stamped));
		}
		catch (IllegalArgumentException ex) {
			delete(name);
			throw tooLarge(name, ex);
		}
	}

	/** Writes an entry unless there is one. */
	boolean add(String name, Entry.Encoded entry, long generation) {
		PendingEvictions.Change change = this.pending.change(name);
		try {
			return made(change,
					this.client.add(name, entry.in(generation, this.groups.toPut(name, entry.groups(), true)),
							this.policy.nextTimeToLive(entry)));
		}
		catch (IllegalArgumentException ex) {
			throw tooLarge(name, ex);
		}
	}

	/** Writes an entry in place of one that has not changed since it was read. */
	boolean replace(String name, Entry.Encoded entry, long generation, long cas) {
		GroupStamps numbers = this.groups.toPut(name, entry.groups(), true);
		PendingEvictions.Change change = this.pending.change(name);
		return made(change, this.client.cas(name, entry.in(generation, numbers), this.policy.nextTimeToLive(entry),
				cas) == CasResult.STORED);
	}

	private boolean made(PendingEvictions.Change change, boolean stored) {
		if (stored) {
			change.made(this.generations, true);
		}
		return stored;
	}

	/**
	 * Removes an entry, if there is one, dead or alive; if that fails, or another server
	 * stood in, remembers to do it later.
	 */
	boolean delete(String name) {
		return remove(name, Duration.ZERO);
	}

	/** As {@link #delete}, or marks it stale if the cache serves such. */
	void evict(String name) {
		remove(name, this.policy.staleFor());
	}

	/** As {@link #evict}, without waiting. What is to be done if it fails is not. */
	CompletableFuture<?> evictAsync(String name) {
		PendingEvictions.Change change = this.pending.change(name);
		Duration serveStale = this.policy.staleFor();
		CompletableFuture<Boolean> removed = serveStale.isZero() ? this.client.async().delete(name)
				: this.client.async().invalidate(name, serveStale);
		return removed.thenAccept((deleted) -> change.made(this.generations, false));
	}

	private boolean remove(String name, Duration serveStale) {
		PendingEvictions.Change change = this.pending.change(name);
		try {
			boolean deleted = serveStale.isZero() ? this.client.delete(name) : this.client.invalidate(name, serveStale);
			change.made(this.generations, false);
			return deleted;
		}
		catch (MemcachedException ex) {
			evictLater(name);
			throw ex;
		}
	}

	/** Remembers to evict an entry. */
	void evictLater(String name) {
		this.pending.evict(name, this.generations.of(name));
	}

	/**
	 * Leaves all entries behind, also where another server fails, and remembers to do so
	 * on the one that does.
	 * @throws MemcachedException if a server failed
	 */
	void clear() {
		MemcachedException failed = null;
		this.generations.clearing();
		this.generations.left().forEach(Generation::advanceIfReachable);
		for (Generation generation : this.generations.all()) {
			PendingEvictions.Server server = this.pending.server(generation.server());
			try {
				generation.advance();
				if (server.mayHaveBeenStoodInFor()) {
					this.pending.clearAtHome(generation);
				}
			}
			catch (MemcachedException ex) {
				this.pending.clear(generation);
				failed = ex;
			}
		}
		if (failed != null) {
			throw failed;
		}
	}

	/**
	 * Leaves the entries of a group behind. Where a server fails, or another one stands
	 * in for it, that is remembered as leaving behind all that the cache has there.
	 * @throws MemcachedException if a server failed
	 */
	void evictGroup(String group) {
		MemcachedException failed = null;
		Generations numbers = this.groups.evicting(group);
		for (Generation generation : numbers.all()) {
			PendingEvictions.Server server = this.pending.server(generation.server());
			try {
				this.groups.evict(generation);
				if (server.mayHaveBeenStoodInFor()) {
					this.pending.clearAtHome(this.generations.onServer(generation.server()));
				}
			}
			catch (MemcachedException ex) {
				this.pending.clear(this.generations.onServer(generation.server()));
				failed = ex;
			}
		}
		this.groups.evicted(group, numbers);
		if (failed != null) {
			throw failed;
		}
	}

	/**
	 * Makes up for what was missed on servers that have just come onto the list; where
	 * that fails, the next read does.
	 */
	void settleReturns() {
		for (Generation generation : this.generations.all()) {
			try {
				generation.settleReturn();
			}
			catch (MemcachedException ex) {
				// the others are still to be looked at
			}
		}
	}

	/** Remembers to leave all entries behind. */
	void clearLater() {
		this.generations.clearing();
		this.generations.all().forEach(this.pending::clear);
	}

	/**
	 * An entry that the client refused. The names are always good, so the size is what it
	 * refuses, as the server would.
	 */
	private static IllegalArgumentException tooLarge(String name, IllegalArgumentException ex) {
		return new IllegalArgumentException("the entry " + name + " was not sent: " + ex.getMessage(), ex);
	}

}
