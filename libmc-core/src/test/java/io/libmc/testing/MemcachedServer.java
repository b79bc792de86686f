package io.libmc.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A memcached process on 127.0.0.1 or on a unix socket. It has answered once when a
 * method that starts it returns, and it ends at the latest with this JVM.
 * <p>
 * Ports are picked below the range from which systems take the ports of outgoing
 * connections. While a server is down, no client can get its port, and none that keeps
 * trying to connect to it can end up connected to itself.
 */
public final class MemcachedServer implements AutoCloseable {

	/** What a release is called that {@code ./test} unpacks beside the installed one. */
	private static final String NEWER = "newer-memcached";

	/** What tests run with, unless it is memcached: embedded, proxy or twemproxy. */
	private static final String KIND = System.getProperty("libmc.test.memcached", "");

	/** Whether tests run with the server of libmc-embedded, in a JVM of its own. */
	private static final boolean IS_EMBEDDED = KIND.equals("embedded");

	/**
	 * Where the server behind a proxy is, which has the proxy's port and ends with it:
	 * {@code .ci/behind-proxy}, which is called memcached then.
	 */
	private static final String BEHIND_PROXY = "127.0.0.2";

	static final int FIRST_PORT = 15_000;

	static final int LAST_PORT = 32_000;

	private static final int PORTS_TO_TRY = 50;

	private static final long STARTUP_NANOS = TimeUnit.SECONDS.toNanos(20);

	private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

	static {
		Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
	}

	private final String address;

	private final SocketAddress socketAddress;

	private final List<String> command;

	private final Path directory;

	private Process process;

	private MemcachedServer(List<String> program, String address, SocketAddress socketAddress, List<String> addressArgs,
			Path directory, String... args) {
		this.address = address;
		this.socketAddress = socketAddress;
		this.directory = directory;
		this.command = new ArrayList<>(program);
		this.command.addAll(addressArgs);
		if (!IS_EMBEDDED && "root".equals(System.getProperty("user.name"))) {
			this.command.addAll(List.of("-u", "root"));
		}
		this.command.addAll(List.of(args));
	}

	/**
	 * Starts a server on a free port of 127.0.0.1.
	 * @param args arguments of memcached, such as {@code "-m", "16"}
	 * @return a server that answers
	 */
	public static MemcachedServer start(String... args) {
		return start(executable(), args);
	}

	/**
	 * Starts a server of a release that lets clients choose the unique numbers of items
	 * (1.6.27 and later): {@code newer-memcached} on the PATH.
	 * @param args arguments of memcached
	 * @return a server that answers, or nothing where there is no such release
	 */
	public static Optional<MemcachedServer> startNewer(String... args) {
		return IS_EMBEDDED ? Optional.of(start(args)) : find(NEWER).map((program) -> start(List.of(program), args));
	}

	private static MemcachedServer start(List<String> program, String... args) {
		for (int i = 0; i < PORTS_TO_TRY; i++) {
			int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
			if (isFree(port)) {
				InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
				MemcachedServer server = new MemcachedServer(program, "127.0.0.1:" + port, address,
						List.of("-l", "127.0.0.1", "-p", String.valueOf(port), "-U", "0"), temporaryDirectory(), args);
				if (server.launch()) {
					return server;
				}
			}
		}
		throw new IllegalStateException("memcached found no free port in " + PORTS_TO_TRY + " attempts between "
				+ FIRST_PORT + " and " + LAST_PORT);
	}

	/**
	 * Starts a server on a unix socket of its own.
	 * @param args arguments of memcached, such as {@code "-m", "16"}
	 * @return a server that answers
	 */
	public static MemcachedServer startOnUnixSocket(String... args) {
		Path directory = temporaryDirectory();
		Path socket = directory.resolve("memcached.sock");
		MemcachedServer server = new MemcachedServer(executable(), socket.toString(),
				UnixDomainSocketAddress.of(socket), List.of("-s", socket.toString()), directory, args);
		server.launch();
		return server;
	}

	/**
	 * The server as a client is told of it.
	 * @return {@code 127.0.0.1:port}, or the path of the unix socket
	 */
	public String address() {
		return this.address;
	}

	/**
	 * The port, which stays the same when the server is restarted.
	 * @return the port
	 * @throws IllegalStateException if the server listens on a unix socket
	 */
	public int port() {
		if (this.socketAddress instanceof InetSocketAddress inet) {
			return inet.getPort();
		}
		throw new IllegalStateException("memcached on the unix socket " + this.address + " has no port");
	}

	/** Kills the process (SIGKILL) and waits for its end: connections are refused. */
	public synchronized void kill() {
		this.process.destroyForcibly();
		boolean interrupted = false;
		while (this.process.isAlive()) {
			try {
				this.process.waitFor();
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		RUNNING.remove(this.process);
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Stops the process (SIGSTOP): connections are accepted, nothing is read, nobody
	 * answers.
	 */
	public synchronized void pause() {
		signal("-STOP");
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
		while (!isStopped() && System.nanoTime() < deadline) {
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
		}
	}

	/**
	 * Whether none of its threads runs; the signal takes a moment. Told by Linux only.
	 */
	private boolean isStopped() {
		Path threads = Path.of("/proc", String.valueOf(this.process.pid()), "task");
		if (!Files.isDirectory(threads)) {
			return true;
		}
		try (Stream<Path> all = Files.list(threads)) {
			return all.allMatch(MemcachedServer::isThreadStopped);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** The state follows the name, which is in brackets. */
	private static boolean isThreadStopped(Path thread) {
		try {
			String stat = Files.readString(thread.resolve("stat"), StandardCharsets.ISO_8859_1);
			return stat.startsWith("T", stat.lastIndexOf(')') + 2);
		}
		catch (IOException ex) {
			return true; // the thread has ended
		}
	}

	/** Lets a paused process go on (SIGCONT). */
	public synchronized void resume() {
		signal("-CONT");
	}

	/** Kills the process if it is there, and starts a new one at the same address. */
	public synchronized void restart() {
		kill();
		if (!launch()) {
			throw new IllegalStateException("the port of " + this.address + " was taken while it was down");
		}
	}

	/** Makes sure that the server runs, answers and is empty. */
	synchronized void refresh() {
		if (!this.process.isAlive()) {
			restart();
			return;
		}
		resume();
		if (!flush()) {
			restart();
		}
	}

	/**
	 * Forgets everything, also behind a proxy that does not let clients ask for it.
	 * @return whether it did
	 */
	public boolean flush() {
		try (SocketChannel channel = connectToStore()) {
			return ask(channel, "flush_all\r\n").equals("OK\r\n");
		}
		catch (IOException ex) {
			return false;
		}
	}

	/** Whether there is a proxy before each server. */
	public static boolean isBehindProxy() {
		return KIND.endsWith("proxy");
	}

	private SocketChannel connectToStore() throws IOException {
		return isBehindProxy() ? SocketChannel.open(new InetSocketAddress(BEHIND_PROXY, port())) : connect();
	}

	/** Kills the process for good. */
	@Override
	public synchronized void close() {
		kill();
		try (Stream<Path> files = Files.list(this.directory)) {
			files.map(Path::toFile).forEach(File::delete);
			Files.deleteIfExists(this.directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public String toString() {
		return "memcached at " + this.address;
	}

	/** Starts the process; {@code false} if somebody else has the port. */
	private boolean launch() {
		Path output = this.directory.resolve("output");
		try {
			this.process = new ProcessBuilder(this.command).redirectErrorStream(true)
				.redirectOutput(output.toFile())
				.start();
			RUNNING.add(this.process);
			long start = System.nanoTime();
			while (this.process.isAlive() && System.nanoTime() - start < STARTUP_NANOS) {
				if (answers()) {
					return true;
				}
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
			}
			String said = Files.readString(output);
			boolean died = !this.process.isAlive();
			close();
			if (died && said.contains("Address already in use")) {
				return false;
			}
			throw new IllegalStateException(
					String.join(" ", this.command) + (died ? " ended" : " did not answer") + ": " + said);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Any reply will do, and so will none: an error with -Y, a reset with -Z. */
	private boolean answers() {
		try (SocketChannel channel = connect()) {
			try {
				ask(channel, "version\r\n");
			}
			catch (IOException ex) {
				return this.command.contains("-Z");
			}
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	private SocketChannel connect() throws IOException {
		SocketChannel channel = (this.socketAddress instanceof InetSocketAddress) ? SocketChannel.open()
				: SocketChannel.open(StandardProtocolFamily.UNIX);
		try {
			channel.connect(this.socketAddress);
			return channel;
		}
		catch (IOException ex) {
			channel.close();
			throw ex;
		}
	}

	private static String ask(SocketChannel channel, String request) throws IOException {
		channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
		ByteBuffer reply = ByteBuffer.allocate(256);
		for (byte last = 0; last != '\n' && channel.read(reply) > 0;) {
			last = reply.get(reply.position() - 1);
		}
		return new String(reply.array(), 0, reply.position(), StandardCharsets.US_ASCII);
	}

	private void signal(String signal) {
		try {
			new ProcessBuilder("kill", signal, String.valueOf(this.process.pid())).inheritIO().start().waitFor();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("interrupted while signalling " + this, ex);
		}
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
			return socket.isBound();
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static Path temporaryDirectory() {
		try {
			return Files.createTempDirectory("libmc");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static List<String> executable() {
		return IS_EMBEDDED
				? List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
						"-Xshare:auto", "-cp", System.getProperty("java.class.path"), "io.libmc.embedded.Main")
				: List.of(find("memcached").orElseThrow(
						() -> new IllegalStateException("These tests need memcached, and there is none on the PATH: "
								+ "install it with apt-get install memcached, dnf install memcached, apk add memcached "
								+ "or brew install memcached.")));
	}

	private static Optional<String> find(String program) {
		Stream<String> path = Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator));
		return Stream.concat(path, Stream.of("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/usr/sbin"))
			.filter((directory) -> !directory.isEmpty())
			.map((directory) -> Path.of(directory, program))
			.filter(Files::isExecutable)
			.findFirst()
			.map(Path::toString);
	}

}
