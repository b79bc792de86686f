package com.example.app;

import io.libmc.MemcachedClient;
import io.libmc.embedded.EmbeddedMemcached;

/**
 * Counts to 42.
 */
public final class Main {

	private Main() {
	}

	public static void main(String[] args) {
		try (EmbeddedMemcached memcached = EmbeddedMemcached.start();
				MemcachedClient client = MemcachedClient.builder().servers(memcached.address()).build()) {
			client.set("visits", 41);
			System.out.println("visits: " + client.incr("visits", 1).orElseThrow());
		}
	}

}
