package io.libmc.benchmarks.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks the servers themselves, past every client.
 */
final class Probe {

	private Probe() {
	}

	/** How many values a server was told to store since it started. */
	static long sets(String server) throws IOException {
		return count(server, "stats", "STAT cmd_set ");
	}

	/** How many bytes a memcached or a Redis has read and written since it started. */
	static long transferred(String server) throws IOException {
		if (ask(server, "version").stream().anyMatch((line) -> line.startsWith("VERSION "))) {
			return count(server, "stats", "STAT bytes_read ", "STAT bytes_written ");
		}
		return count(server, "info stats", "total_net_input_bytes:", "total_net_output_bytes:");
	}

	private static long count(String server, String request, String... counters) throws IOException {
		List<String> lines = ask(server, request);
		long sum = 0;
		for (String counter : counters) {
			String line = lines.stream()
				.filter((each) -> each.startsWith(counter))
				.findFirst()
				.orElseThrow(() -> new IOException(server + " does not tell " + counter));
			sum += Long.parseLong(line.substring(counter.length()));
		}
		return sum;
	}

	/** Which of the keys live there. */
	static List<String> present(String server, List<String> keys) throws IOException {
		List<String> present = new ArrayList<>();
		for (String line : ask(server, "get " + String.join(" ", keys))) {
			if (line.startsWith("VALUE ")) {
				present.add(line.substring("VALUE ".length(), line.indexOf(' ', "VALUE ".length())));
			}
		}
		return present;
	}

	private static List<String> ask(String server, String request) throws IOException {
		int colon = server.lastIndexOf(':');
		try (Socket socket = new Socket(server.substring(0, colon), Integer.parseInt(server.substring(colon + 1)));
				BufferedReader in = new BufferedReader(
						new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))) {
			socket.getOutputStream().write((request + "\r\nquit\r\n").getBytes(StandardCharsets.US_ASCII));
			List<String> lines = new ArrayList<>();
			for (String line = in.readLine(); line != null; line = in.readLine()) {
				lines.add(line);
			}
			return lines;
		}
	}

}
