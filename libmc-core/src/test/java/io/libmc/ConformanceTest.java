package io.libmc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

import io.libmc.testing.Certificates;
import io.libmc.testing.MemcachedServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The {@linkplain Conformance suite} against one server and several, over each way to
 * reach one and in each way to call.
 */
@Timeout(120)
class ConformanceTest {

	/** What happens to a call before it reaches the client. */
	@FunctionalInterface
	private interface Detour {

		@Nullable Object call(Method method, Object[] arguments) throws Exception;

	}

	private static MemcachedClient through(Detour detour) {
		return (MemcachedClient) Proxy.newProxyInstance(MemcachedClient.class.getClassLoader(),
				new Class<?>[] { MemcachedClient.class }, (proxy, method, arguments) -> {
					try {
						return detour.call(method, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getCause();
					}
				});
	}

	private static List<MemcachedServer> processes(int servers) {
		return Stream.generate(MemcachedServer::start).limit(servers).toList();
	}

	@Nested
	class OneServer extends Conformance {

		@Override
		List<MemcachedServer> startServers() {
			return processes(1);
		}

	}

	@Nested
	class TwoServers extends Conformance {

		@Override
		List<MemcachedServer> startServers() {
			return processes(2);
		}

	}

	@Nested
	class TenServersAndSeveralConnectionsToEach extends Conformance {

		@Override
		List<MemcachedServer> startServers() {
			return processes(10);
		}

		@Override
		MemcachedClientBuilder configure(MemcachedClientBuilder builder) {
			return builder.connectionsPerServer(3);
		}

	}

	@Nested
	@DisabledIfSystemProperty(named = "libmc.test.memcached", matches = ".*proxy",
			disabledReason = "behind-proxy serves ports")
	class UnixSocket extends Conformance {

		@Override
		List<MemcachedServer> startServers() {
			return List.of(MemcachedServer.startOnUnixSocket());
		}

	}

	@Nested
	@DisabledIfSystemProperty(named = "libmc.test.memcached", matches = "twemproxy",
			disabledReason = "twemproxy has no TLS")
	class Tls extends Conformance {

		@Override
		List<MemcachedServer> startServers() {
			return List.of(MemcachedServer.start(Certificates.memcached("localhost")));
		}

		@Override
		MemcachedClientBuilder configure(MemcachedClientBuilder builder) {
			return builder.ssl(() -> Certificates.trusting("ca"));
		}

	}

	@Nested
	@DisabledIfSystemProperty(named = "libmc.test.memcached", matches = ".*proxy",
			disabledReason = "no proxy asks for a password")
	class Authentication extends Conformance {

		@TempDir
		static Path directory;

		@Override
		List<MemcachedServer> startServers() {
			try {
				Path users = Files.writeString(directory.resolve("users"), "somebody:else\nuser:secret\n");
				return List.of(MemcachedServer.start("-Y", users.toString()));
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		@Override
		MemcachedClientBuilder configure(MemcachedClientBuilder builder) {
			return builder.credentials("user", "secret");
		}

	}

	/** The only server that has keys is dead. */
	@Nested
	@DisabledIfSystemProperty(named = "libmc.test.memcached", matches = "twemproxy",
			disabledReason = "twemproxy has no TLS")
	class ASpareOverTls extends Tls {

		private static final String DEAD = "127.0.0.1:1";

		@Override
		MemcachedClientBuilder configure(MemcachedClientBuilder builder) {
			return super.configure(builder).servers(DEAD).spares(addresses()).spareTimeToLive(Duration.ofDays(1));
		}

		/** Those are asked that have keys of their own. */
		@Override
		@Test
		void everyServerTellsItsVersionAndStatistics() {
			assertThat(client().version()).isEmpty();
			assertThat(client().stats()).isEmpty();
		}

		@Override
		@Test
		void keysAreSpreadOverAllServersAndServedWhereTheyLive() {
			assertThat(client().serverFor("k")).isEqualTo(DEAD);
			assertThat(client().liveServerFor("k")).isEqualTo(addresses().get(0));
		}

	}

	@Nested
	class AsynchronousCalls extends Conformance {

		@Override
		List<MemcachedServer> startServers() {
			return processes(2);
		}

		@Override
		MemcachedClient calling(MemcachedClient original) {
			return through((method, arguments) -> {
				try {
					Method async = AsyncMemcachedClient.class.getMethod(method.getName(), method.getParameterTypes());
					return ((CompletableFuture<?>) async.invoke(original.async(), arguments)).join();
				}
				catch (NoSuchMethodException ex) {
					return method.invoke(original, arguments);
				}
				catch (CompletionException ex) {
					throw (Exception) ex.getCause();
				}
			});
		}

	}

	@Nested
	@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "there are no virtual threads")
	class VirtualThreads extends Conformance {

		@Override
		List<MemcachedServer> startServers() {
			return processes(2);
		}

		@Override
		MemcachedClient calling(MemcachedClient original) {
			return through((method, arguments) -> {
				FutureTask<@Nullable Object> call = new FutureTask<>(() -> method.invoke(original, arguments));
				Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, call);
				try {
					return call.get();
				}
				catch (ExecutionException ex) {
					throw (Exception) ex.getCause();
				}
			});
		}

	}

}
