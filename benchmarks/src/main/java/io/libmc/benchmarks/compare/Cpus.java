package io.libmc.benchmarks.compare;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which CPUs servers and clients run on, so that they do not take turns on one and the
 * figures stay the same from run to run.
 *
 * @param servers as {@code taskset -c} takes them; empty for any
 * @param clients as {@code taskset -c} takes them; empty for any
 */
record Cpus(String servers, String clients) {

	static final Cpus ANY = new Cpus("", "");

	/** The first for the servers and all others for the client, if that can be had. */
	static Cpus apart() {
		int count = Runtime.getRuntime().availableProcessors();
		if (count < 2 || !isInstalled("taskset")) {
			return ANY;
		}
		return new Cpus("0", (count == 2) ? "1" : "1-" + (count - 1));
	}

	List<String> serverCommand(List<String> command) {
		return pinned(this.servers, command);
	}

	List<String> clientCommand(List<String> command) {
		return pinned(this.clients, command);
	}

	private static List<String> pinned(String cpus, List<String> command) {
		if (cpus.isEmpty()) {
			return command;
		}
		List<String> pinned = new ArrayList<>(List.of("taskset", "-c", cpus));
		pinned.addAll(command);
		return pinned;
	}

	static boolean isInstalled(String program) {
		return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
			.anyMatch((directory) -> new File(directory, program).canExecute());
	}

	@Override
	public String toString() {
		return this.equals(ANY) ? "not pinned"
				: "servers pinned to CPU " + this.servers + ", clients to CPU " + this.clients;
	}

}
