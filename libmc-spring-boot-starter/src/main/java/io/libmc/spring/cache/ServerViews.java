package io.libmc.spring.cache;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import io.libmc.MemcachedClient;
import io.libmc.codec.LibmcTranscoder;

/**
 * A client's ways to each server, whatever the keys: one for the entries' own values, and
 * one for lists.
 */
final class ServerViews {

	private final MemcachedClient client;

	private final ConcurrentMap<String, MemcachedClient> views = new ConcurrentHashMap<>();

	private final ConcurrentMap<String, MemcachedClient> lists = new ConcurrentHashMap<>();

	ServerViews(MemcachedClient client) {
		this.client = client;
	}

	MemcachedClient client() {
		return this.client;
	}

	MemcachedClient on(String server) {
		return this.views.computeIfAbsent(server, this.client::onServer);
	}

	MemcachedClient listsOn(String server) {
		return this.lists.computeIfAbsent(server, (name) -> on(name).withTranscoder(LibmcTranscoder.create()));
	}

}
