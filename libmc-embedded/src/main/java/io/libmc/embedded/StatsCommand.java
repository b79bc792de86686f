package io.libmc.embedded;

import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

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

	/** The answer without its last line end. */
	String answer(CommandLine line) {
		if (line.count() < 2) {
			return text(general());
		}
		return switch (line.text(1)) {
			case "reset" -> {
				this.engine.stats.reset();
				this.engine.prefixes.reset();
				yield "RESET";
			}
			case "items" -> text(items());
			case "slabs" -> text(slabs());
			case "settings" -> text(settings());
			case "sizes" -> text(Map.of("sizes_status", "disabled"));
			case "conns" -> text(connections());
			case "detail" -> detail(line);
			case "cachedump" -> cachedump(line);
			default -> "ERROR";
		};
	}

	private String detail(CommandLine line) {
		switch ((line.count() > 2) ? line.text(2) : "") {
			case "on" -> this.engine.prefixes.count(true);
			case "off" -> this.engine.prefixes.count(false);
			case "dump" -> {
				return this.engine.prefixes.text();
			}
			default -> {
				return "CLIENT_ERROR usage: stats detail on|off|dump";
			}
		}
		return "OK";
	}

	/** Items of a class, a number of them at most. */
	private String cachedump(CommandLine line) {
		if (line.count() < 4) {
			return "CLIENT_ERROR bad command line";
		}
		OptionalInt slabClass = line.flags(2, 0);
		OptionalInt limit = line.flags(3, 0);
		if (slabClass.isEmpty() || limit.isEmpty()) {
			return "CLIENT_ERROR bad command line format";
		}
		if (Integer.toUnsignedLong(slabClass.getAsInt()) >= MAX_CLASSES) {
			return "CLIENT_ERROR Illegal slab id";
		}
		StringBuilder text = new StringBuilder();
		int[] left = { (limit.getAsInt() > 0) ? limit.getAsInt() : Integer.MAX_VALUE };
		this.engine.store.forEach((key, item) -> {
			long size = Item.size(key.length(), item.flags(), item.length());
			if (SlabClasses.of(size) == slabClass.getAsInt() && left[0]-- > 0) {
				long expiry = (item.expiresAt() == 0) ? 0 : this.engine.clock.epochSecond(item.expiresAt());
				text.append("ITEM ").append(key).append(" [").append(item.length()).append(" b; ");
				text.append(expiry).append(" s]\r\n");
			}
		});
		return text.append("END").toString();
	}

	private static String text(Map<String, String> stats) {
		StringBuilder text = new StringBuilder();
		stats.forEach((name, value) -> text.append("STAT ").append(name).append(' ').append(value).append("\r\n"));
		return text.append("END").toString();
	}

	Map<String, String> general() {
		Stats stats = this.engine.stats;
		Clock clock = this.engine.clock;
		Map<String, String> all = new LinkedHashMap<>();
		all.put("pid", String.valueOf(this.engine.pid));
		put(all, "uptime", clock.uptime());
		put(all, "time", clock.epochSecond());
		all.put("version", this.engine.settings.version().toString());
		all.put("libevent", "none");
		put(all, "pointer_size", 64);
		put(all, "max_connections", this.engine.settings.maxConnections());
		put(all, "curr_connections", this.engine.connections().size());
		put(all, "total_connections", stats.connections.sum());
		put(all, "rejected_connections", stats.rejectedConnections.sum());
		put(all, "connection_structures", this.engine.connections().size());
		put(all, "cmd_get", stats.getHits.sum() + stats.getMisses.sum());
		put(all, "cmd_set", stats.sets.sum());
		put(all, "cmd_flush", stats.flushes.sum());
		put(all, "cmd_touch", stats.touchHits.sum() + stats.touchMisses.sum());
		put(all, "cmd_meta", stats.metas.sum());
		put(all, "get_hits", stats.getHits.sum());
		put(all, "get_misses", stats.getMisses.sum());
		put(all, "delete_misses", stats.deleteMisses.sum());
		put(all, "delete_hits", stats.deleteHits.sum());
		put(all, "incr_misses", stats.incrMisses.sum());
		put(all, "incr_hits", stats.incrHits.sum());
		put(all, "decr_misses", stats.decrMisses.sum());
		put(all, "decr_hits", stats.decrHits.sum());
		put(all, "cas_misses", stats.casMisses.sum());
		put(all, "cas_hits", stats.casHits.sum());
		put(all, "cas_badval", stats.casBad.sum());
		put(all, "touch_hits", stats.touchHits.sum());
		put(all, "touch_misses", stats.touchMisses.sum());
		put(all, "store_too_large", stats.tooLarge.sum());
		put(all, "store_no_memory", stats.noMemory.sum());
		put(all, "auth_cmds", stats.auths.sum());
		put(all, "auth_errors", stats.authErrors.sum());
		put(all, "bytes_read", stats.bytesRead.sum());
		put(all, "bytes_written", stats.bytesWritten.sum());
		put(all, "limit_maxbytes", this.engine.settings.maxBytes());
		put(all, "accepting_conns", 1);
		put(all, "threads", 1);
		put(all, "bytes", this.engine.store.bytes());
		put(all, "curr_items", this.engine.store.count());
		put(all, "total_items", stats.stored.sum());
		put(all, "evictions", stats.evictions.sum());
		put(all, "reclaimed", stats.reclaimed.sum());
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
		this.engine.store.forEach((key, item) -> {
			long size = Item.size(key.length(), item.flags(), item.length());
			shelves.computeIfAbsent(SlabClasses.of(size), (any) -> new Shelf()).add(size, item.use().lastAt);
		});
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
		all.put("java", ManagementFactory.getRuntimeMXBean().getVmVersion());
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
	String dump() {
		boolean old = this.engine.isOld();
		StringBuilder text = new StringBuilder(old ? "" : "OK\r\n");
		Clock clock = this.engine.clock;
		this.engine.store.forEach((key, item) -> {
			long size = Item.size(key.length(), item.flags(), item.length());
			long expiry = (item.expiresAt() == 0) ? -1 : clock.epochSecond(item.expiresAt());
			text.append("key=").append(URLEncoder.encode(key, StandardCharsets.ISO_8859_1).replace("+", "%20"));
			text.append(" exp=").append(expiry).append(" la=").append(clock.epochSecond(item.use().lastAt));
			text.append(" cas=").append(Long.toUnsignedString(item.cas()));
			text.append(" fetch=").append(item.use().fetched ? "yes" : "no");
			text.append(" cls=").append(SlabClasses.of(size)).append(" size=").append(size);
			if (!old) {
				text.append(" flags=").append(Integer.toUnsignedString(item.flags())).append(' ');
			}
			text.append('\n');
		});
		return text.append("END").toString();
	}

}
