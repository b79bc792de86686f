package io.libmc.benchmarks.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.libmc.MemcachedClient;
import org.jspecify.annotations.Nullable;

/**
 * The floor: what a loop over blocking sockets costs that does nothing but speak the
 * protocol. Every thread has a socket to every server. Of many keys, each server gets one
 * batch, and all are written before any reply is read. It knows no timeouts, no failures
 * and no values but bytes, and it looks the server of a key up in a table.
 */
final class SocketClient implements Client {

	private final List<InetSocketAddress> addresses;

	private final Map<String, Integer> homes = new ConcurrentHashMap<>();

	private final MemcachedClient ring;

	private final List<String> names;

	private final Queue<Wire> open = new ConcurrentLinkedQueue<>();

	private final ThreadLocal<Wire[]> wires = ThreadLocal.withInitial(this::connect);

	SocketClient(ClientSettings settings) {
		if (settings.compressionThreshold() > 0) {
			throw new UnsupportedOperationException("a bare socket does not compress");
		}
		this.addresses = settings.addresses();
		this.names = settings.servers();
		this.ring = MemcachedClient.builder().servers(settings.servers()).build();
	}

	@Override
	public byte @Nullable [] get(String key) throws IOException {
		Wire wire = this.wires.get()[home(key)];
		wire.startGet();
		wire.addKey(key);
		wire.endGet();
		wire.flush();
		return wire.readValue();
	}

	@Override
	public void set(String key, Object value) throws IOException {
		Wire wire = this.wires.get()[home(key)];
		wire.addSet(key, (byte[]) value);
		wire.flush();
		wire.readStored();
	}

	@Override
	public Map<String, ?> getMulti(List<String> keys) throws IOException {
		Wire[] all = this.wires.get();
		for (String key : keys) {
			Wire wire = all[home(key)];
			if (wire.isEmpty()) {
				wire.startGet();
			}
			wire.addKey(key);
			wire.expected++;
		}
		for (Wire wire : all) {
			if (wire.expected > 0) {
				wire.endGet();
				wire.flush();
			}
		}
		Map<String, byte[]> found = new HashMap<>(keys.size() * 2);
		for (Wire wire : all) {
			if (wire.expected > 0) {
				wire.readValues(found);
				wire.expected = 0;
			}
		}
		return found;
	}

	@Override
	public void setMulti(Map<String, ?> entries) throws IOException {
		Wire[] all = this.wires.get();
		for (Map.Entry<String, ?> entry : entries.entrySet()) {
			Wire wire = all[home(entry.getKey())];
			wire.addSet(entry.getKey(), (byte[]) entry.getValue());
			wire.expected++;
		}
		for (Wire wire : all) {
			wire.flush();
		}
		for (Wire wire : all) {
			for (; wire.expected > 0; wire.expected--) {
				wire.readStored();
			}
		}
	}

	private int home(String key) {
		return (this.addresses.size() == 1) ? 0
				: this.homes.computeIfAbsent(key, (unknown) -> this.names.indexOf(this.ring.serverFor(unknown)));
	}

	private Wire[] connect() {
		Wire[] all = new Wire[this.addresses.size()];
		try {
			for (int i = 0; i < all.length; i++) {
				all[i] = new Wire(this.addresses.get(i));
				this.open.add(all[i]);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return all;
	}

	@Override
	public void close() throws IOException {
		this.ring.close();
		for (Wire wire : this.open) {
			wire.close();
		}
	}

}
