package io.libmc.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import io.libmc.benchmarks.client.ClientKind;

/**
 * Steps that are done by the same clients on the same servers, each client in one JVM.
 *
 * @param name as on the command line
 * @param title as over a table
 * @param servers how many
 * @param compressionThreshold in bytes; 0 for never
 * @param clients who takes part
 * @param steps what they do
 */
record Scenario(String name, String title, int servers, int compressionThreshold, List<ClientKind> clients,
		List<Step> steps) {

	private static final List<ClientKind> CLIENTS = List.of(ClientKind.LIBMC, ClientKind.SPYMEMCACHED,
			ClientKind.XMEMCACHED, ClientKind.FOLSOM, ClientKind.SOCKET);

	private static final List<ClientKind> WITHOUT_SOCKET = CLIENTS.subList(0, 4);

	private static final List<ClientKind> COMPRESSING = CLIENTS.subList(0, 3);

	private static final List<ClientKind> CACHES = List.of(ClientKind.LIBMC_CACHE, ClientKind.REDIS_CACHE,
			ClientKind.LIBMC_STRING);

	private static final List<ClientKind> NEAR_CACHES = List.of(ClientKind.LIBMC_CACHE, ClientKind.LIBMC_NEAR,
			ClientKind.LIBMC_NEAR_REFERENCE);

	private static final List<ClientKind> SERIALIZERS = List.of(ClientKind.LIBMC_JSON, ClientKind.LIBMC_JDK,
			ClientKind.REDIS_JSON, ClientKind.REDIS_JDK, ClientKind.REDISSON);

	/** Smaller values are not compressed. */
	private static final List<ClientKind> COMPRESSING_SERIALIZERS = Stream
		.concat(SERIALIZERS.stream(), Stream.of(ClientKind.LIBMC_JSON_ZLIB, ClientKind.LIBMC_JSON_LZ4))
		.sorted()
		.toList();

	/** Size of a value that is large, and that memcached stores in one piece. */
	static final int LARGE = 900_000;

	/** All of them, in the order in which they run. */
	static List<Scenario> all(Threads threads) {
		List<Scenario> all = new ArrayList<>();
		for (int size : new int[] { 100, 10_000, LARGE }) {
			String suffix = (size < 1000) ? "-" + size : "-" + size / 1000 + "k";
			all.add(single("get" + suffix, Operation.GET, size, threads));
			all.add(single("set" + suffix, Operation.SET, size, threads));
		}
		all.add(single("mixed-100", Operation.MIXED, 100, threads));
		all.add(multi(1, threads));
		all.add(multi(20, threads));
		all.add(new Scenario("cache", "A hit of Cache.get, a String of 100 B", 1, 0, CACHES,
				threads.steps(Operation.GET, 100, 64, false)));
		all.add(new Scenario("cacheable", "A hit of a @Cacheable method, a String of 100 B", 1, 0, CACHES.subList(0, 2),
				threads.steps(Operation.GET_ANNOTATED, 100, 64, false)));
		all.add(new Scenario("cache-near", "A hit of Cache.get of one hot key, a record, with entries in the process",
				1, 0, NEAR_CACHES, threads.steps(Operation.GET_HOT, Shape.RECORD, 0, 64, false)));
		all.add(values(Shape.RECORD, SERIALIZERS, threads));
		all.add(values(Shape.BEAN, SERIALIZERS, threads));
		all.add(values(Shape.LIST, COMPRESSING_SERIALIZERS, threads));
		all.add(values(Shape.PAGE, COMPRESSING_SERIALIZERS, threads));
		all.add(new Scenario("compressed", "A hit of 10 kB that is stored compressed", 1, 1000, COMPRESSING,
				threads.steps(Operation.GET, 10_000, 8, false)));
		for (int servers : new int[] { 1, 20, 100 }) {
			all.add(idle(servers));
		}
		for (int servers : new int[] { 1, 20 }) {
			all.add(new Scenario("memory-" + servers, "Idle clients, each connected to " + servers + " server(s)",
					servers, 0, WITHOUT_SOCKET, List.of(new Step(Operation.OPEN_CLIENTS, 0, 1, 1, false))));
		}
		return all;
	}

	private static Scenario single(String name, Operation operation, int size, Threads threads) {
		List<Step> steps = threads.steps(operation, size, Integer.MAX_VALUE, true);
		return new Scenario(name, "%s, 1 server".formatted(steps.get(0).label()), 1, 0, CLIENTS, steps);
	}

	private static Scenario values(Shape shape, List<ClientKind> clients, Threads threads) {
		List<Step> steps = Stream.of(Operation.GET, Operation.SET)
			.flatMap((operation) -> threads.steps(operation, shape, 0, 8, false).stream())
			.toList();
		return new Scenario("values-" + shape.name().toLowerCase(Locale.ROOT),
				"Cache.get and Cache.put of " + shape + ", by serializers", 1, 0, clients, steps);
	}

	private static Scenario multi(int servers, Threads threads) {
		List<Step> steps = new ArrayList<>();
		for (Operation operation : List.of(Operation.GET_MULTI, Operation.SET_MULTI)) {
			for (int batch : threads.batches()) {
				steps.add(new Step(operation, 100, batch, 1, false));
			}
		}
		return new Scenario("multi-" + servers, "Batches of keys, 100 B, " + servers + " server(s)", servers, 0,
				CLIENTS, steps);
	}

	private static Scenario idle(int servers) {
		return new Scenario("idle-" + servers,
				"Connected to " + servers + " server(s), of which one is asked, and then none", servers, 0, CLIENTS,
				List.of(new Step(Operation.GET_FROM_ONE_SERVER, 100, 1, 1, false),
						new Step(Operation.REST, 0, 1, 1, false)));
	}

	Scenario with(List<ClientKind> clients) {
		return new Scenario(this.name, this.title, this.servers, this.compressionThreshold, clients, this.steps);
	}

	/** Whether one JVM of a client can do both. */
	boolean sharesJvmWith(Scenario other) {
		return this.servers == other.servers && this.compressionThreshold == other.compressionThreshold
				&& this.clients.equals(other.clients);
	}

}
