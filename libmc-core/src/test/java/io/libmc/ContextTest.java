package io.libmc;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.security.Permissions;
import java.security.ProtectionDomain;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.libmc.codec.EncodedValue;
import io.libmc.codec.LibmcTranscoder;
import io.libmc.codec.Transcoder;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the client's threads have of their callers.
 */
@Timeout(60)
@Memcached
class ContextTest {

	private static final LoadPolicy POLICY = LoadPolicy.timeToLive(Duration.ofMinutes(5));

	/** What every new thread of a caller's takes along. */
	private static final InheritableThreadLocal<@Nullable Object> INHERITABLE = new InheritableThreadLocal<>();

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void asynchronousCallsDecodeWithTheCallersClassLoaderAndLeaveTheThreadsTheirs(boolean ownExecutor,
			MemcachedServer server) throws Exception {
		List<@Nullable ClassLoader> seen = Collections.synchronizedList(new ArrayList<>());
		Transcoder transcoder = new Transcoder() {

			@Override
			public EncodedValue encode(Object value) {
				return LibmcTranscoder.create().encode(value);
			}

			@Override
			public @Nullable Object decode(int flags, byte[] bytes) {
				seen.add(Thread.currentThread().getContextClassLoader());
				return LibmcTranscoder.create().decode(flags, bytes);
			}

		};
		ExecutorService threads = Executors.newSingleThreadExecutor();
		ClassLoader threadsOwn = threads.submit(() -> Thread.currentThread().getContextClassLoader()).get();
		try (URLClassLoader callers = new URLClassLoader(new URL[0], ContextTest.class.getClassLoader());
				MemcachedClient client = build(server, transcoder, ownExecutor ? threads : null)) {
			AsyncMemcachedClient async = client.async();
			client.set("k", "v");
			client.set("big", new byte[1_500_000]);
			Thread.currentThread().setContextClassLoader(callers);
			List<CompletableFuture<?>> calls = List.of(async.get("k"), async.get("big"), async.get("k", String.class),
					async.gets("k"), async.getMulti(List.of("k", "big")), async.getList(List.of("k")),
					async.getAndTouch("k", Duration.ZERO), async.get("k", POLICY),
					async.getOrLoad("k", POLICY, () -> CompletableFuture.completedFuture("v")),
					async.getOrLoad("absent", POLICY, () -> {
						seen.add(Thread.currentThread().getContextClassLoader());
						return CompletableFuture.completedFuture("v");
					}));
			Thread.currentThread().setContextClassLoader(null);
			CompletableFuture<?> without = async.get("k");
			Thread.currentThread().setContextClassLoader(ContextTest.class.getClassLoader());
			for (CompletableFuture<?> call : calls) {
				call.get(10, TimeUnit.SECONDS);
			}
			without.get(10, TimeUnit.SECONDS);
			assertThat(seen).hasSize(calls.size() + 2).containsOnlyOnce((ClassLoader) null).containsOnly(callers, null);
			CompletableFuture<@Nullable ClassLoader> callback = async.get("k")
				.thenApply((value) -> Thread.currentThread().getContextClassLoader());
			assertThat(callback.get(10, TimeUnit.SECONDS)).isNotSameAs(callers);
			assertThat(threads.submit(() -> Thread.currentThread().getContextClassLoader()).get()).isSameAs(threadsOwn);
		}
		finally {
			threads.shutdown();
		}
	}

	private static MemcachedClient build(MemcachedServer server, Transcoder transcoder, @Nullable Executor executor) {
		MemcachedClientBuilder builder = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(5))
			.transcoder(transcoder);
		return ((executor != null) ? builder.executor(executor) : builder).build();
	}

	@Test
	void threadsOfTheClientHaveNothingOfTheCallersThatStartedThem(MemcachedServer server) throws Exception {
		Queue<String> inherited = new ConcurrentLinkedQueue<>();
		Consumer<String> look = (where) -> {
			if (Thread.currentThread().getName().startsWith("libmc-") && INHERITABLE.get() != null) {
				inherited.add(where);
			}
		};
		try (URLClassLoader callers = new URLClassLoader(new URL[0]);
				MemcachedClient client = MemcachedClient.builder()
					.servers(server.address(), "127.0.0.1:1 down")
					.pollTimeout(Duration.ofSeconds(5))
					.listener(new MemcachedListener() {

						@Override
						public void serverDown(String name, String reason) {
							look.accept("listener");
						}

					})
					.build()) {
			Thread caller = new Thread(() -> {
				INHERITABLE.set(new Object());
				client.setMulti(Map.of("a", "v", "b", "v", "c", "v", "d", "v", "e", "v"));
				client.async()
					.get("a")
					.whenComplete((value, ex) -> look.accept("callback"))
					.exceptionally((ex) -> null)
					.join();
			}, "caller");
			caller.setContextClassLoader(callers);
			caller.start();
			caller.join();
			List<Thread> threads = Thread.getAllStackTraces()
				.keySet()
				.stream()
				.filter((thread) -> thread.getName().startsWith("libmc-"))
				.toList();
			assertThat(threads).hasSizeGreaterThanOrEqualTo(2)
				.allSatisfy((thread) -> assertThat(thread.getContextClassLoader()).isNotSameAs(callers));
			assertThat(inherited).isEmpty();
		}
	}

	/** Whatever it did with a client that others share, and that lives on. */
	@Test
	void webApplicationThatUsedASharedClientIsCollectedOnceItIsGone(MemcachedServer server) throws Exception {
		try (MemcachedClient shared = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(5))
			.build()) {
			WeakReference<ClassLoader> application = deploy(shared);
			Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
				System.gc();
				assertThat(application.refersTo(null)).isTrue();
			});
			assertThat(shared.<String>get("left")).isEqualTo("behind");
		}
	}

	private static WeakReference<ClassLoader> deploy(MemcachedClient shared) throws Exception {
		ApplicationLoader loader = new ApplicationLoader();
		Class<?> type = loader.loadClass(Application.class.getName());
		assertThat(type.getClassLoader()).isSameAs(loader);
		Consumer<Object> application = consumer(type.getDeclaredConstructor().newInstance());
		Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
		Thread thread = new Thread(() -> {
			try {
				application.accept(shared);
			}
			catch (Throwable ex) {
				thrown.add(ex);
			}
		}, "request");
		thread.setContextClassLoader(loader);
		thread.start();
		thread.join();
		assertThat(thrown).isEmpty();
		return new WeakReference<>(loader);
	}

	@SuppressWarnings("unchecked")
	private static Consumer<Object> consumer(Object application) {
		return (Consumer<Object>) application;
	}

	/** Loads the application, and nothing else, itself. */
	private static final class ApplicationLoader extends ClassLoader {

		/** As a web application's: it knows the class loader. */
		private final ProtectionDomain domain = new ProtectionDomain(
				ContextTest.class.getProtectionDomain().getCodeSource(), new Permissions(), this, null);

		ApplicationLoader() {
			super(ContextTest.class.getClassLoader());
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (!name.startsWith(Application.class.getName())) {
				return super.loadClass(name, resolve);
			}
			Class<?> loaded = findLoadedClass(name);
			return (loaded != null) ? loaded : findClass(name);
		}

		@Override
		protected Class<?> findClass(String name) throws ClassNotFoundException {
			try (InputStream bytes = getResourceAsStream(name.replace('.', '/') + ".class")) {
				byte[] code = bytes.readAllBytes();
				return defineClass(name, code, 0, code.length, this.domain);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

	}

	/** What is on a page of a web application. */
	public static final class Application implements Consumer<Object> {

		private static final InheritableThreadLocal<Application> OF_REQUEST = new InheritableThreadLocal<>();

		private int requests;

		@Override
		public void accept(Object client) {
			OF_REQUEST.set(this);
			use((MemcachedClient) client);
			OF_REQUEST.remove();
		}

		private void use(MemcachedClient client) {
			AsyncMemcachedClient async = client.async();
			LoadPolicy policy = LoadPolicy.timeToLive(Duration.ofMinutes(5)).listener(new LoadListener() {

				@Override
				public void missed() {
					Application.this.requests++;
				}

			});
			for (int i = 0; i < 20; i++) {
				String key = "k" + i;
				client.set(key, "v");
				client.get(key);
				client.getOrLoad("loaded" + i, policy, () -> toString());
				async.getOrLoad("async" + i, policy, () -> CompletableFuture.supplyAsync(this::toString, Runnable::run))
					.join();
				async.getMulti(List.of(key, "absent")).thenApply((found) -> toString() + found).join();
				client.withTranscoder(LibmcTranscoder.create()).get(key);
			}
			CompletableFuture<String> slow = new CompletableFuture<>();
			CompletableFuture<?> first = async.getOrLoad("slow", policy, () -> slow);
			CompletableFuture<?> second = async.getOrLoad("slow", policy.wait(Duration.ofMillis(20)),
					() -> CompletableFuture.completedFuture("mine"));
			second.join();
			slow.complete("late");
			first.join();
			client.set("left", "behind");
			async.get("left").thenRun(() -> this.requests++).join();
		}

		@Override
		public String toString() {
			return "application " + this.requests;
		}

	}

}
