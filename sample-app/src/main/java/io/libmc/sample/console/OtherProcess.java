package io.libmc.sample.console;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.libmc.LoadPolicy;
import io.libmc.MemcachedClient;
import io.libmc.sample.console.Callers.Call;
import io.libmc.sample.console.Callers.How;
import io.libmc.sample.console.Callers.Query;

/**
 * Another process with callers of its own, as another instance of the application would
 * be. It is told what to do by its standard input, and says what came of it on its
 * standard output. It ends with the input, and when it is killed.
 */
public final class OtherProcess implements AutoCloseable {

	private final Process process;

	private final BufferedReader says;

	private OtherProcess(Process process) {
		this.process = process;
		this.says = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
	}

	/**
	 * Starts one, on the same servers.
	 * @throws IOException if it does not start
	 */
	static OtherProcess start(List<String> servers, Duration slowQuery) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		String classPath = System.getProperty("java.class.path");
		command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m", "-cp", classPath));
		if (!classPath.contains(File.pathSeparator) && classPath.endsWith(".jar")) {
			// the jar of the application, which holds others
			command.add("-Dloader.main=" + OtherProcess.class.getName());
			command.add("org.springframework.boot.loader.launch.PropertiesLauncher");
		}
		else {
			command.add(OtherProcess.class.getName());
		}
		command.add(String.valueOf(slowQuery.toMillis()));
		command.addAll(servers);
		OtherProcess other = new OtherProcess(
				new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
		other.hear("ready");
		return other;
	}

	/** Lets its callers ask, which are heard of by {@link #calls}. */
	void ask(String key, String fresh, boolean isProtected, int callers, long begin) throws IOException {
		say("ask " + key + " " + fresh + " " + isProtected + " " + callers + " " + begin);
	}

	/** Lets it load a value, for ever, with a lease. */
	void load(String key, Duration lease) throws IOException {
		say("load " + key + " " + lease.toSeconds());
		hear("loading");
	}

	private void say(String line) throws IOException {
		this.process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
		this.process.getOutputStream().flush();
	}

	private String hear(String start) throws IOException {
		for (String line = this.says.readLine(); line != null; line = this.says.readLine()) {
			if (line.startsWith(start)) {
				return line;
			}
		}
		throw new IOException("the other process has ended");
	}

	/** What came of its callers. */
	List<Call> calls() throws IOException {
		List<Call> calls = new ArrayList<>();
		for (String line = hear("call"); !line.equals("calls end"); line = hear("call")) {
			String[] words = line.split(" ", -1);
			calls.add(new Call(2, Long.parseLong(words[1]), Long.parseLong(words[2]), How.valueOf(words[3])));
		}
		return calls;
	}

	boolean isAlive() {
		return this.process.isAlive();
	}

	/** By force, as a machine that loses its power. */
	void kill() {
		this.process.destroyForcibly();
	}

	@Override
	public void close() {
		kill();
	}

	/**
	 * The other process.
	 * @param args how long a query takes, in milliseconds, and the servers
	 */
	public static void main(String[] args) throws Exception {
		Duration slowQuery = Duration.ofMillis(Long.parseLong(args[0]));
		List<String> servers = List.of(args).subList(1, args.length);
		BufferedReader told = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		try (MemcachedClient memcached = MemcachedClient.builder().servers(servers).build()) {
			memcached.version();
			System.out.println("ready");
			for (String line = told.readLine(); line != null; line = told.readLine()) {
				String[] words = line.split(" ", -1);
				if (words[0].equals("load")) {
					LoadPolicy policy = Stories.protection().lease(Duration.ofSeconds(Long.parseLong(words[2])));
					Thread loader = new Thread(() -> memcached.getOrLoad(words[1], policy, () -> {
						System.out.println("loading");
						Thread.sleep(Duration.ofHours(1).toMillis());
						return "never";
					}));
					// it is to end with the input, also meanwhile
					loader.setDaemon(true);
					loader.start();
				}
				else {
					LoadPolicy protection = Boolean.parseBoolean(words[3]) ? Stories.protection() : null;
					Query query = new Query(words[1], words[2], protection, Stories.LONG);
					new Callers(memcached, slowQuery)
						.ask(query, Integer.parseInt(words[4]), Long.parseLong(words[5]), Duration.ZERO, 2)
						.forEach((call) -> System.out
							.println("call " + call.start() + " " + call.end() + " " + call.how().name()));
					System.out.println("calls end");
				}
			}
		}
	}

}
