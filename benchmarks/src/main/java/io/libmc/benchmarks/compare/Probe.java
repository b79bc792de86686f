package io.libmc.benchmarks.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks memcached itself, past every client.
 */
final class Probe {

	private Probe() {
	}

	/** How many values a server was told to store since it started. */
	static long sets(String server) throws IOException {
		for (String line : ask(server, "stats\r\n")) {
			if (line.startsWith("STAT cmd_set ")) {
				return Long.parseLong(line.substring("STAT cmd_set ".length()));
			}
		}
		throw new IOException(server + " does not tell cmd_set");
	}

	/** Which of the keys live there. */
	static List<String> present(String server, List<String> keys) throws IOException {
		List<String> present = new ArrayList<>();
		for (String line : ask(server, "get " + String.join(" ", keys) + "\r\n")) {
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
			socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
			List<String> lines = new ArrayList<>();
			for (String line = in.readLine(); line != null && !line.equals("END"); line = in.readLine()) {
				lines.add(line);
			}
			return lines;
		}
	}

}
