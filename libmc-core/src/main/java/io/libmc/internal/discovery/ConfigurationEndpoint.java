package io.libmc.internal.discovery;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.libmc.ServerList;
import io.libmc.internal.connection.Endpoint;
import io.libmc.internal.connection.Inquiry;
import io.libmc.internal.connection.Settings;
import io.libmc.internal.routing.ServerAddress;

/**
 * The configuration endpoint of a hosted cluster, AWS ElastiCache and Google Memorystore
 * alike. It speaks memcached's protocol, TLS and authentication as the servers do, and
 * answers
 *
 * <pre>
 * CONFIG cluster 0 {bytes}
 * {version}
 * {host}|{address}|{port} {host}|{address}|{port}
 *
 * END
 * </pre>
 *
 * to {@code config get cluster}, or the same as the value of
 * {@code AmazonElastiCache:cluster} where it is older. A server is called by its host,
 * which stays when it is replaced; Memorystore tells the address in its place.
 */
final class ConfigurationEndpoint implements ServerList {

	private static final Pattern REPLY = Pattern
		.compile("(?:CONFIG|VALUE) \\S+ \\d+ (?<length>\\d{1,7})\r\n(?<data>.*)", Pattern.DOTALL);

	private static final Pattern LIST = Pattern.compile("\\s*(?<version>\\d{1,18})\\s*\n(?<nodes>.*)", Pattern.DOTALL);

	private static final Pattern NODE = Pattern.compile("(?<host>[^|]*)\\|(?<address>[^|]*)\\|(?<port>\\d{1,5})");

	private final String source;

	private final Endpoint endpoint;

	private final Settings settings;

	ConfigurationEndpoint(String source, ServerAddress address, Settings settings) {
		this.source = source;
		this.endpoint = new Endpoint(address.name(), address.host(), address.port(), null);
		this.settings = settings;
	}

	@Override
	public Answer ask() throws IOException {
		try (Inquiry inquiry = Inquiry.open(this.endpoint, this.settings)) {
			String reply = inquiry.ask("config get cluster");
			if (!reply.startsWith("CONFIG")) {
				reply = inquiry.ask("get AmazonElastiCache:cluster");
			}
			return parse(reply);
		}
	}

	static Answer parse(String reply) throws IOException {
		Matcher matcher = REPLY.matcher(reply);
		if (!matcher.matches()) {
			throw new IOException("it tells of no cluster, but \"" + reply.strip() + "\"");
		}
		String data = matcher.group("data");
		int length = Integer.parseInt(matcher.group("length"));
		if (!data.startsWith("\r\nEND\r\n", length)) {
			throw new IOException("its list of servers is not as long as it says");
		}
		Matcher list = LIST.matcher(data.substring(0, length));
		if (!list.matches()) {
			throw new IOException("its list of servers makes no sense: \"" + data.substring(0, length) + "\"");
		}
		List<String> servers = new ArrayList<>();
		for (String node : list.group("nodes").strip().split("\\s+", -1)) {
			if (!node.isEmpty()) {
				servers.add(server(node));
			}
		}
		return new Answer(Long.parseLong(list.group("version")), servers);
	}

	private static String server(String text) throws IOException {
		Matcher node = NODE.matcher(text);
		if (!node.matches()) {
			throw new IOException("its list of servers has one that makes no sense: \"" + text + "\"");
		}
		String host = node.group("host").isEmpty() ? node.group("address") : node.group("host");
		return (host.contains(":") ? "[" + host + "]" : host) + ":" + node.group("port");
	}

	@Override
	public String toString() {
		return this.source;
	}

}
