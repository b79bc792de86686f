package io.libmc.benchmarks.compare;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A memcached or Redis of the comparison's own on a free port of 127.0.0.1, which ends at
 * the latest with this JVM.
 */
public final class ServerProcess implements AutoCloseable {

	private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

	private static final long STARTUP_NANOS = TimeUnit.SECONDS.toNanos(20);

	private static final int ATTEMPTS = 20;

	static {
		Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
	}

	private final Process process;

	private final int port;

	private ServerProcess(Process process, int port) {
		this.process = process;
		this.port = port;
	}

	/**
	 * Starts memcached with one thread, which is what one CPU can use, and without the
	 * thread that sorts its items by age: for many seconds after items were stored it
	 * wakes up to a thousand times a second, in each server, and whoever is measured then
	 * shares the CPU with it.
	 * @return one that accepts connections, on any CPU
	 */
	public static ServerProcess memcached() throws IOException, InterruptedException {
		return memcached(Cpus.ANY);
	}

	static ServerProcess memcached(Cpus cpus) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(List.of("memcached", "-l", "127.0.0.1", "-U", "0", "-c", "8192", "-m",
				"1024", "-t", "1", "-o", "no_lru_maintainer"));
		if ("root".equals(System.getProperty("user.name"))) {
			command.addAll(List.of("-u", "root"));
		}
		return start(cpus.serverCommand(command), "-p");
	}

	static ServerProcess redis(Cpus cpus) throws IOException, InterruptedException {
		return start(
				cpus.serverCommand(List.of("redis-server", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")),
				"--port");
	}

	/** As clients take it. */
	public String address() {
		return "127.0.0.1:" + this.port;
	}

	private static ServerProcess start(List<String> command, String portOption)
			throws IOException, InterruptedException {
		for (int i = 0; i < ATTEMPTS; i++) {
			int port = ThreadLocalRandom.current().nextInt(15_000, 32_000);
			if (isFree(port)) {
				List<String> whole = new ArrayList<>(command);
				whole.addAll(List.of(portOption, String.valueOf(port)));
				Process process = new ProcessBuilder(whole).redirectOutput(ProcessBuilder.Redirect.DISCARD)
					.redirectError(ProcessBuilder.Redirect.DISCARD)
					.start();
				RUNNING.add(process);
				ServerProcess server = new ServerProcess(process, port);
				if (server.accepts()) {
					return server;
				}
				server.close();
			}
		}
		throw new IllegalStateException(String.join(" ", command) + " did not start");
	}

	private boolean accepts() throws InterruptedException {
		long start = System.nanoTime();
		while (this.process.isAlive() && System.nanoTime() - start < STARTUP_NANOS) {
			try (Socket socket = new Socket()) {
				socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port));
				return true;
			}
			catch (IOException ex) {
				TimeUnit.MILLISECONDS.sleep(5);
			}
		}
		return false;
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
			return socket.isBound();
		}
		catch (IOException ex) {
			return false;
		}
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
		this.process.onExit().join();
		RUNNING.remove(this.process);
	}

}
