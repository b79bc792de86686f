package io.libmc.embedded;

import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.libmc.embedded.Stats.Count;

/**
 * {@code stats} and what else lists things. What only memcached's own memory has is left
 * out.
 */
final class StatsCommand {

	private static final int MAX_CLASSES = 64;

	private final Engine engine;

	StatsCommand(Engine engine) {
		this.engine = engine;
	}

	/** The lines of the answer, each of which is made when it is asked for. */
	Iterator<String> answer(CommandLine line) {
		if (line.count() < 2) {
			return lines(general());
		}
		return switch (line.text(1)) {
			case "reset" -> {
				this.engine.stats.reset();
				this.engine.prefixes.reset();
				yield said("RESET");
			}
			case "items" -> lines(items());
			case "slabs" -> lines(slabs());
			case "settings" -> lines(settings());
			case "sizes" -> lines(Map.of("sizes_status", "disabled"));
			case "conns" -> lines(connections());
			case "detail" -> detail(line);
			case "cachedump" -> cachedump(line);
			default -> said("ERROR");
		};
	}

	private Iterator<String> detail(CommandLine line) {
		switch ((line.count() > 2) ? line.text(2) : "") {
			case "on" -> this.engine.prefixes.count(true);
			case "off" -> this.engine.prefixes.count(false);
			case "dump" -> {
				return lines(this.engine.prefixes.lines());
			}
			default -> {
				return said("CLIENT_ERROR usage: stats detail on|off|dump");
			}
		}
		return said("OK");
	}

	/** Items of a class, a number of them at most; tells what is wrong otherwise. */
	private Iterator<String> cachedump(CommandLine line) {
		if (line.count() < 4) {
			return said("CLIENT_ERROR bad command line");
		}
		OptionalInt slabClass = line.flags(2, 0);
		OptionalInt limit = line.flags(3, 0);
		if (slabClass.isEmpty() || limit.isEmpty()) {
			return said("CLIENT_ERROR bad command line format");
		}
		if (Integer.toUnsignedLong(slabClass.getAsInt()) >= MAX_CLASSES) {
			return said("CLIENT_ERROR Illegal slab id");
		}
		return lines(this.engine.store.items()
			.filter((entry) -> SlabClasses.of(size(entry)) == slabClass.getAsInt())
			.limit((limit.getAsInt() > 0) ? limit.getAsInt() : Integer.MAX_VALUE)
			.map((entry) -> {
				Item item = entry.getValue();
				long expiry = (item.expiresAt() == 0) ? 0 : this.engine.clock.epochSecond(item.expiresAt());
				return "ITEM " + entry.getKey() + " [" + item.length() + " b; " + expiry + " s]\r\n";
			}));
	}

	private static long size(Map.Entry<String, Item> entry) {
		return Item.size(entry.getKey().length(), entry.getValue().flags(), entry.getValue().length());
	}

	private static Iterator<String> said(String line) {
		return List.of(line + "\r\n").iterator();
	}

	private static Iterator<String> lines(Stream<String> lines) {
		return Stream.concat(lines, Stream.of("END\r\n")).iterator();
	}

	private static Iterator<String> lines(Map<String, String> stats) {
		return lines(stats.entrySet().stream().map((stat) -> "STAT " + stat.getKey() + ' ' + stat.getValue() + "\r\n"));
	}

	Map<String, String> general() {
		Stats stats = this.engine.stats;
		Clock clock = this.engine.clock;
		Map<String, String> all = new LinkedHashMap<>();
		put(all, "pid", this.engine.pid());
		put(all, "uptime", clock.uptime());
		put(all, "time", clock.epochSecond());
		all.put("version", this.engine.settings.version().toString());
		all.put("libevent", "none");
		put(all, "pointer_size", 64);
		put(all, "max_connections", this.engine.settings.maxConnections());
		put(all, "curr_connections", this.engine.connections().size());
		put(all, "connection_structures", this.engine.connections().size());
		put(all, "cmd_get", stats.sum(Count.GET_HITS) + stats.sum(Count.GET_MISSES));
		put(all, "cmd_touch", stats.sum(Count.TOUCH_HITS) + stats.sum(Count.TOUCH_MISSES));
		for (Count count : Count.values()) {
			put(all, count.toString(), stats.sum(count));
		}
		put(all, "limit_maxbytes", this.engine.settings.maxBytes());
		put(all, "accepting_conns", 1);
		put(all, "threads", 1);
		put(all, "bytes", this.engine.store.bytes());
		put(all, "curr_items", this.engine.store.count());
		return all;
	}

	private static void put(Map<String, String> stats, String name, long value) {
		stats.put(name, String.valueOf(value));
	}

	/** What the items of a class take. */
	private static final class Shelf {

		long number;

		long requested;

		int oldest = Integer.MAX_VALUE;

		void add(long size, int usedAt) {
			this.number++;
			this.requested += size;
			this.oldest = Math.min(this.oldest, usedAt);
		}

	}

	private Map<Integer, Shelf> shelves() {
		Map<Integer, Shelf> shelves = new TreeMap<>();
		this.engine.store.items()
			.forEach((entry) -> shelves.computeIfAbsent(SlabClasses.of(size(entry)), (any) -> new Shelf())
				.add(size(entry), entry.getValue().use().lastAt));
		return shelves;
	}

	private Map<String, String> items() {
		Map<String, String> all = new LinkedHashMap<>();
		int now = this.engine.clock.now();
		shelves().forEach((number, shelf) -> {
			String prefix = "items:" + number + ":";
			put(all, prefix + "number", shelf.number);
			put(all, prefix + "age", now - shelf.oldest);
			put(all, prefix + "mem_requested", shelf.requested);
		});
		return all;
	}

	private Map<String, String> slabs() {
		Map<String, String> all = new LinkedHashMap<>();
		Map<Integer, Shelf> shelves = shelves();
		long total = 0;
		for (Map.Entry<Integer, Shelf> entry : shelves.entrySet()) {
			int size = SlabClasses.size(entry.getKey());
			put(all, entry.getKey() + ":chunk_size", size);
			put(all, entry.getKey() + ":used_chunks", entry.getValue().number);
			put(all, entry.getKey() + ":mem_requested", entry.getValue().requested);
			total += entry.getValue().requested;
		}
		put(all, "active_slabs", shelves.size());
		put(all, "total_malloced", total);
		return all;
	}

	private Map<String, String> settings() {
		Settings settings = this.engine.settings;
		Map<String, String> all = new LinkedHashMap<>();
		put(all, "maxbytes", settings.maxBytes());
		put(all, "maxconns", settings.maxConnections());
		if (settings.address() instanceof InetSocketAddress inet) {
			put(all, "tcpport", inet.getPort());
			put(all, "udpport", 0);
			all.put("inter", inet.getHostString());
		}
		put(all, "verbosity", this.engine.verbosity);
		all.put("evictions", settings.evicting() ? "on" : "off");
		all.put("domain_socket",
				(settings.address() instanceof InetSocketAddress) ? "NULL" : settings.address().toString());
		put(all, "item_size_max", settings.maxItemSize());
		all.put("cas_enabled", "yes");
		all.put("flush_enabled", "yes");
		all.put("dump_enabled", "yes");
		all.put("auth_enabled_ascii", settings.passwords().isEmpty() ? "no" : "yes");
		all.put("ssl_enabled", (settings.ssl() != null) ? "yes" : "no");
		all.put("binding_protocol", "ascii");
		all.put("java", System.getProperty("java.vm.version"));
		return all;
	}

	private Map<String, String> connections() {
		Map<String, String> all = new LinkedHashMap<>();
		int number = 1;
		for (Iterator<Connection> open = this.engine.connections().iterator(); open.hasNext(); number++) {
			all.put(number + ":addr", open.next().toString());
			all.put(number + ":state", "conn_read");
		}
		return all;
	}

	/** Every item, as {@code lru_crawler metadump} lists them. */
	Iterator<String> dump() {
		Stream<String> items = this.engine.store.items().map((entry) -> dumped(entry.getKey(), entry.getValue()));
		return lines(this.engine.isOld() ? items : Stream.concat(Stream.of("OK\r\n"), items));
	}

	private String dumped(String key, Item item) {
		Clock clock = this.engine.clock;
		long size = Item.size(key.length(), item.flags(), item.length());
		long expiry = (item.expiresAt() == 0) ? -1 : clock.epochSecond(item.expiresAt());
		return "key="
				+ URLEncoder.encode(key, StandardCharsets.ISO_8859_1)
					.replace("+", "%20")
					.replace("*", "%2A")
					.replace("%7E", "~")
				+ " exp=" + expiry + " la=" + clock.epochSecond(item.use().lastAt) + " cas="
				+ Long.toUnsignedString(item.cas()) + " fetch=" + (item.use().fetched ? "yes" : "no") + " cls="
				+ SlabClasses.of(size) + " size=" + size
				+ (this.engine.isOld() ? "\n" : " flags=" + Integer.toUnsignedString(item.flags()) + " \n");
	}

}
