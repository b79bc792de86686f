package io.libmc.benchmarks.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import io.libmc.benchmarks.client.Client;
import io.libmc.benchmarks.client.ClientKind;

/**
 * What has to be true of a client before it is worth measuring: that it returns what was
 * stored, and that it uses the servers it was given. A client that is left on a bad hash
 * may put all keys on one of 20 servers, and then looks fast.
 */
final class Spread {

	private static final int KEYS = 1000;

	private Spread() {
	}

	/**
	 * Stores and reads 1,000 keys.
	 * @return how many servers got some of them
	 * @throws IllegalStateException if a value is wrong, or if fewer than three servers
	 * in four were used
	 */
	static int check(Client client, ClientKind kind, List<String> servers) throws Exception {
		boolean memcached = !kind.speaksToRedis();
		List<Long> before = memcached ? sets(servers) : List.of();
		for (int i = 0; i < KEYS; i++) {
			client.set(key(kind, i), value(kind, i));
		}
		for (int i = 0; i < KEYS; i++) {
			Object found = client.get(key(kind, i));
			if (!Objects.deepEquals(found, value(kind, i))) {
				throw new IllegalStateException(kind.label() + " returned a wrong value for " + key(kind, i) + ": "
						+ ((found instanceof byte[] bytes) ? Arrays.toString(bytes) : found));
			}
		}
		if (!memcached) {
			return 1;
		}
		List<Long> after = sets(servers);
		int used = 0;
		for (int i = 0; i < servers.size(); i++) {
			used += (after.get(i) > before.get(i)) ? 1 : 0;
		}
		if (used < (servers.size() * 3 + 3) / 4) {
			throw new IllegalStateException(
					kind.label() + " spread 1,000 keys over " + used + " of " + servers.size() + " servers only");
		}
		return used;
	}

	private static List<Long> sets(List<String> servers) throws IOException {
		List<Long> sets = new ArrayList<>();
		for (String server : servers) {
			sets.add(Probe.sets(server));
		}
		return sets;
	}

	private static String key(ClientKind kind, int index) {
		return kind.keyPrefix() + ":check:" + index;
	}

	private static Object value(ClientKind kind, int index) {
		String text = "value " + index + " of " + kind.label();
		return kind.holdsObjects() ? text : text.getBytes(StandardCharsets.US_ASCII);
	}

}
