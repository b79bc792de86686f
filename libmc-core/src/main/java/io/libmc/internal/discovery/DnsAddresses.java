package io.libmc.internal.discovery;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Objects;
import java.util.stream.Stream;

import io.libmc.ServerList;
import io.libmc.internal.routing.ServerAddress;

/**
 * Every address behind a name is a server, and called so. Where they are of both
 * families, one server has one of each: those of the family that Java prefers count.
 */
final class DnsAddresses implements ServerList {

	private final String source;

	private final ServerAddress name;

	private final Resolver resolver;

	/** Looks names up. */
	@FunctionalInterface
	interface Resolver {

		InetAddress[] resolve(String name) throws IOException;

	}

	DnsAddresses(String source, ServerAddress name) {
		this(source, name, InetAddress::getAllByName);
	}

	DnsAddresses(String source, ServerAddress name, Resolver resolver) {
		this.source = source;
		this.name = name;
		this.resolver = resolver;
	}

	@Override
	public Answer ask() throws IOException {
		InetAddress[] addresses = this.resolver.resolve(Objects.requireNonNull(this.name.host()));
		return new Answer(0,
				Stream.of(addresses)
					.filter((address) -> address.getClass() == addresses[0].getClass())
					.map(this::server)
					.toList());
	}

	private String server(InetAddress address) {
		String text = address.getHostAddress();
		return (text.contains(":") ? "[" + text + "]" : text) + ":" + this.name.port();
	}

	@Override
	public String toString() {
		return this.source;
	}

}
