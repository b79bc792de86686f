package io.libmc.spring.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.libmc.MemcachedClient;
import io.libmc.testing.MemcachedServer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

import org.springframework.cache.Cache;
import org.springframework.cache.Cache.ValueWrapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two instances of an application on two servers, step by step at random, beside a model:
 * the database that their caches are of. A read may miss at any time. What it finds is
 * what the database holds.
 */
class CacheModelProperties {

	private static final int STEPS = 500;

	private static final List<String> CACHES = List.of("jdk", "json", "libmc", "unleased");

	private static final AtomicInteger WORLDS = new AtomicInteger();

	private static final List<MemcachedServer> SERVERS = new ArrayList<>();

	private static final List<Version> RELEASES = new ArrayList<>();

	@BeforeContainer
	static void start() throws IOException {
		RELEASES.add(Version.of(Files.createTempDirectory("release"),
				List.of("public record Row(String name, long version) implements Serializable { }")));
		RELEASES.add(Version.of(Files.createTempDirectory("release"),
				List.of("public record Row(String name, long version, String note) implements Serializable {"
						+ " public Row(String name, long version) { this(name, version, \"new\"); } }")));
		SERVERS.add(MemcachedServer.start());
		SERVERS.add(MemcachedServer.start());
	}

	@AfterContainer
	static void stop() throws IOException {
		SERVERS.forEach(MemcachedServer::close);
		SERVERS.clear();
		for (Version release : RELEASES) {
			release.close();
		}
		RELEASES.clear();
	}

	@Property(tries = 20_000 / STEPS)
	void whatACacheFindsIsWhatTheDatabaseHolds(@ForAll("steps") List<Step> steps) throws Exception {
		try (World world = new World()) {
			for (Step step : steps) {
				world.perform(step);
			}
		}
	}

	@Provide
	Arbitrary<List<Step>> steps() {
		Arbitrary<Action> changing = Arbitraries.frequency(Tuple.of(4, Action.GET), Tuple.of(1, Action.RETRIEVE),
				Tuple.of(3, Action.PUT), Tuple.of(1, Action.PUT_IF_ABSENT), Tuple.of(2, Action.EVICT),
				Tuple.of(1, Action.EVICT_IF_PRESENT), Tuple.of(1, Action.CLEAR), Tuple.of(1, Action.INVALIDATE));
		Arbitrary<Action> any = Arbitraries.frequencyOf(Tuple.of(400, changing),
				Tuple.of(100, Arbitraries.of(Action.LOAD, Action.LOAD_ASYNC)),
				Tuple.of(2, Arbitraries.of(Action.HANG, Action.DIE, Action.REDEPLOY)));
		Arbitrary<List<Step>> none = Arbitraries.just(List.of());
		return step(any, step(changing, none).list().ofMaxSize(4)).list().ofSize(STEPS);
	}

	private static Arbitrary<Step> step(Arbitrary<Action> action, Arbitrary<List<Step>> meanwhile) {
		return Combinators
			.combine(action, Arbitraries.integers().between(0, 1), Arbitraries.of(CACHES),
					Arbitraries.integers().between(0, 3), meanwhile)
			.as(Step::new);
	}

	private enum Action {

		GET, RETRIEVE, LOAD, LOAD_ASYNC, PUT, PUT_IF_ABSENT, EVICT, EVICT_IF_PRESENT, CLEAR, INVALIDATE,

		/** A server does not answer. */
		HANG,

		/** A server ends, and begins anew with nothing. */
		DIE,

		/** An instance ends, and its next release takes its place. */
		REDEPLOY

	}

	/**
	 * One step.
	 *
	 * @param action what is done
	 * @param number of the instance that does it, or of the server
	 * @param cache the cache's name
	 * @param key the key
	 * @param meanwhile what happens during a load or a failure
	 */
	private record Step(Action action, int number, String cache, int key, List<Step> meanwhile) {

		String row() {
			return this.cache + this.key;
		}

		boolean isText() {
			return this.cache.equals("libmc");
		}

	}

	private static final class World implements AutoCloseable {

		private final String prefix = "world" + WORLDS.incrementAndGet();

		private final Map<String, Long> database = new HashMap<>();

		private final List<Instance> instances = new ArrayList<>(
				List.of(new Instance(this.prefix, 0), new Instance(this.prefix, 0)));

		void perform(Step step) throws Exception {
			Instance instance = this.instances.get(step.number);
			Cache cache = instance.cache(step.cache);
			switch (step.action) {
				case GET -> check(step, cache.get(step.key));
				case RETRIEVE -> check(step, (ValueWrapper) get(cache.retrieve(step.key)));
				case LOAD -> load(step, (loader) -> cache.get(step.key, loader::call));
				case LOAD_ASYNC -> load(step, (loader) -> get(cache.retrieve(step.key, () -> started(loader))));
				case PUT -> cache.put(step.key, instance.value(step, change(step)));
				case PUT_IF_ABSENT -> check(step,
						cache.putIfAbsent(step.key, instance.value(step, this.database.getOrDefault(step.row(), 0L))));
				case EVICT -> {
					change(step);
					cache.evict(step.key);
				}
				case EVICT_IF_PRESENT -> {
					change(step);
					cache.evictIfPresent(step.key);
				}
				case CLEAR -> {
					change(step);
					cache.clear();
				}
				case INVALIDATE -> {
					change(step);
					cache.invalidate();
				}
				case HANG -> {
					SERVERS.get(step.number).pause();
					performAll(step.meanwhile);
					SERVERS.get(step.number).resume();
					recover();
				}
				case DIE -> {
					SERVERS.get(step.number).kill();
					performAll(step.meanwhile);
					SERVERS.get(step.number).restart();
					recover();
				}
				case REDEPLOY -> {
					instance.close();
					this.instances.set(step.number, new Instance(this.prefix, 1 - instance.release));
				}
			}
		}

		private void performAll(List<Step> steps) throws Exception {
			for (Step step : steps) {
				perform(step);
			}
		}

		private long change(Step step) {
			return this.database.merge(step.row(), 1L, Long::sum);
		}

		/**
		 * The loader reads the database, and returns what it has read when all the rest
		 * has happened.
		 */
		private void load(Step step, Load load) throws Exception {
			long before = this.database.getOrDefault(step.row(), 0L);
			Object loaded = load.by(() -> {
				Object read = this.instances.get(step.number).value(step, this.database.getOrDefault(step.row(), 0L));
				performAll(step.meanwhile);
				return read;
			});
			assertThat(this.instances.get(step.number).versionOf(step, loaded)).as("%s", step)
				.isBetween(before, this.database.getOrDefault(step.row(), 0L));
		}

		private void check(Step step, @Nullable ValueWrapper found) throws Exception {
			if (found != null) {
				assertThat(this.instances.get(step.number).versionOf(step, found.get())).as("%s", step)
					.isEqualTo(this.database.getOrDefault(step.row(), 0L));
			}
		}

		private static CompletableFuture<Object> started(Loader loader) {
			try {
				return CompletableFuture.completedFuture(loader.call());
			}
			catch (Exception ex) {
				return CompletableFuture.failedFuture(ex);
			}
		}

		private static @Nullable Object get(@Nullable CompletableFuture<?> future) throws Exception {
			return (future != null) ? future.get(10, TimeUnit.SECONDS) : null;
		}

		/** All is well again once what failed has been done. */
		private void recover() {
			for (Instance instance : this.instances) {
				Awaitility.await()
					.pollInterval(Duration.ofMillis(5))
					.until(() -> instance.client.version().size() == SERVERS.size()
							&& instance.manager.getPendingEvictions() == 0);
			}
		}

		@Override
		public void close() {
			SERVERS.forEach(MemcachedServer::resume);
			this.instances.forEach(Instance::close);
		}

	}

	private interface Load {

		@Nullable Object by(Loader loader) throws Exception;

	}

	private interface Loader {

		Object call() throws Exception;

	}

	/** An instance of the application, of some release. */
	private static final class Instance implements AutoCloseable {

		private final int release;

		private final MemcachedClient client = MemcachedClient.builder()
			.servers(SERVERS.get(0).address(), SERVERS.get(1).address())
			.pollTimeout(Duration.ofMillis(200))
			.retryTimeout(Duration.ofMillis(10))
			.build();

		private final LibmcCacheManager manager;

		Instance(String prefix, int release) {
			this.release = release;
			ClassLoader classes = RELEASES.get(release).classLoader();
			List<String> allowed = List.of("acme.*");
			LibmcCacheSettings defaults = new LibmcCacheSettings().format(EntryFormat.jdk(classes, allowed))
				.lease(Duration.ofSeconds(2))
				.leaseWait(Duration.ofSeconds(1));
			this.manager = new LibmcCacheManager(this.client, defaults);
			this.manager.setKeyPrefix(prefix);
			this.manager.setClearVisibility(Duration.ZERO);
			this.manager.configureCache("json", (settings) -> settings.format(EntryFormat.json(classes, allowed)));
			this.manager.configureCache("libmc", (settings) -> settings.format(EntryFormat.libmc()));
			this.manager.configureCache("unleased", (settings) -> settings.lease(Duration.ZERO));
			this.manager.afterPropertiesSet();
		}

		Cache cache(String name) {
			Cache cache = this.manager.getCache(name);
			assertThat(cache).isNotNull();
			return cache;
		}

		Object value(Step step, long version) throws ReflectiveOperationException {
			return step.isText() ? step.row() + "=" + version
					: type().getConstructor(String.class, long.class).newInstance(step.row(), version);
		}

		/** The version that a value is of, which is all there, and this release's. */
		long versionOf(Step step, @Nullable Object value) throws ReflectiveOperationException {
			assertThat(value).isNotNull();
			String[] text = step.isText() ? value.toString().split("=")
					: new String[] { part(value, "name"), part(value, "version") };
			if (!step.isText() && this.release == 1) {
				assertThat(part(value, "note")).isEqualTo("new");
			}
			assertThat(text[0]).isEqualTo(step.row());
			return Long.parseLong(text[1]);
		}

		private Class<?> type() throws ReflectiveOperationException {
			return Class.forName("acme.Row", true, RELEASES.get(this.release).classLoader());
		}

		private String part(Object value, String name) throws ReflectiveOperationException {
			return String.valueOf(type().getMethod(name).invoke(value));
		}

		@Override
		public void close() {
			this.manager.destroy();
			this.client.close();
		}

	}

}
