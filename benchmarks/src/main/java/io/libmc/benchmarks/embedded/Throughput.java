package io.libmc.benchmarks.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import io.libmc.MemcachedClient;
import io.libmc.embedded.EmbeddedMemcached;

/**
 * How many gets of 100 bytes a second the embedded server answers in a JVM of its own,
 * and memcached beside it, asked by eight threads of one client; and how soon it is up.
 */
public final class Throughput {

	private static final int THREADS = 8;

	private static final int KEYS = 1_000;

	private static final int SECONDS = 5;

	private static final int ROUNDS = 3;

	private Throughput() {
	}

	public static void main(String[] arguments) throws Exception {
		System.out.printf(Locale.ROOT, "JDK %s, %d processors, %d threads, values of 100 bytes%n",
				Runtime.version().feature(), Runtime.getRuntime().availableProcessors(), THREADS);
		System.out.printf(Locale.ROOT, "started within this JVM after %.1f ms, again after %.1f ms%n", startMillis(),
				startMillis());
		for (int connections : new int[] { 1, 8 }) {
			for (int round = 1; round <= ROUNDS; round++) {
				double ours = measure(embedded(), connections);
				double theirs = measure(memcached(), connections);
				System.out.printf(Locale.ROOT, "%d connections: embedded %,.0f gets/s, memcached %,.0f gets/s%n",
						connections, ours, theirs);
			}
		}
	}

	private static double startMillis() {
		long start = System.nanoTime();
		EmbeddedMemcached server = EmbeddedMemcached.start();
		double millis = (System.nanoTime() - start) / 1e6;
		server.close();
		return millis;
	}

	/** A command that serves a port. */
	private interface Program {

		Process start(int port) throws IOException;

	}

	private static Program embedded() {
		return (port) -> new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
				System.getProperty("java.class.path"), "io.libmc.embedded.Main", "-p", String.valueOf(port))
			.inheritIO()
			.start();
	}

	private static Program memcached() {
		return (port) -> new ProcessBuilder("memcached", "-l", "127.0.0.1", "-U", "0", "-u",
				System.getProperty("user.name"), "-p", String.valueOf(port))
			.inheritIO()
			.start();
	}

	private static double measure(Program program, int connections) throws Exception {
		int port;
		try (EmbeddedMemcached placeholder = EmbeddedMemcached.start()) {
			port = placeholder.port();
		}
		Process process = program.start(port);
		awaitPort(port);
		try (MemcachedClient client = MemcachedClient.builder()
			.servers("127.0.0.1:" + port)
			.connectionsPerServer(connections)
			.pollTimeout(Duration.ofSeconds(10))
			.build()) {
			fill(client);
			measure(client);
			return measure(client);
		}
		finally {
			process.destroy();
			process.waitFor();
		}
	}

	private static void awaitPort(int port) {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
		while (!listens(port)) {
			if (System.nanoTime() - deadline > 0) {
				throw new IllegalStateException("nothing answers at port " + port);
			}
			LockSupport.parkNanos(10_000_000);
		}
	}

	private static boolean listens(int port) {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
			return socket.isConnected();
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static void fill(MemcachedClient client) {
		for (int i = 0; i < KEYS; i++) {
			client.set("key" + i, new byte[100]);
		}
	}

	/** Gets a second. */
	private static double measure(MemcachedClient client) throws InterruptedException {
		AtomicLong gets = new AtomicLong();
		long start = System.nanoTime();
		long end = start + TimeUnit.SECONDS.toNanos(SECONDS);
		List<Thread> threads = new ArrayList<>();
		for (int t = 0; t < THREADS; t++) {
			int first = t;
			Thread thread = new Thread(() -> {
				long count = 0;
				for (int i = first; System.nanoTime() < end; i++) {
					byte[] value = client.get("key" + i % KEYS);
					if (value == null || value.length != 100) {
						throw new IllegalStateException("key" + i % KEYS + " is not there");
					}
					count++;
				}
				gets.addAndGet(count);
			});
			threads.add(thread);
			thread.start();
		}
		for (Thread thread : threads) {
			thread.join();
		}
		return gets.get() / ((System.nanoTime() - start) / 1e9);
	}

}
