package io.libmc.testing;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * A configuration endpoint of a hosted cluster, on loopback, that tells what a test says.
 */
public final class ConfigurationEndpointStub implements AutoCloseable {

	private final ScriptedServer server = ScriptedServer.of((client) -> {
		for (String line = client.nextLine(); line != null; line = client.nextLine()) {
			this.asked.incrementAndGet();
			client.reply(line.equals("config get cluster") ? this.reply : "ERROR\r\n");
		}
	});

	private final AtomicInteger asked = new AtomicInteger();

	private volatile String reply = "ERROR\r\n";

	/**
	 * Tells of these servers from now on.
	 * @param version the version of the list
	 * @param servers each as {@code host:port}
	 */
	public void tell(int version, List<String> servers) {
		String data = version + "\n"
				+ servers.stream().map((server) -> server.replace(":", "|10.9.9.9|")).collect(Collectors.joining(" "))
				+ "\n";
		reply("CONFIG cluster 0 " + data.length() + "\r\n" + data + "\r\nEND\r\n");
	}

	/**
	 * Answers so from now on.
	 * @param reply the bytes
	 */
	public void reply(String reply) {
		this.reply = reply;
	}

	/**
	 * How often it was asked.
	 * @return so far
	 */
	public int asked() {
		return this.asked.get();
	}

	/**
	 * Where it listens.
	 * @return {@code 127.0.0.1:port}
	 */
	public String address() {
		return this.server.address();
	}

	@Override
	public void close() {
		this.server.close();
	}

}
