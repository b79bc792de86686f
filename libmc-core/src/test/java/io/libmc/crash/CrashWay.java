package io.libmc.crash;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.libmc.MemcachedClient;
import io.libmc.MultiGetResult;

/**
 * The calls into which something is thrown. Their keys hold what {@link #prepare} stored.
 */
enum CrashWay {

	/** Callers that wait. */
	BLOCKING,

	/** The same, on a virtual thread each. */
	VIRTUAL,

	/** Callers that are given a future. */
	ASYNC,

	/** Many keys in a call, waited for or not. */
	BATCH,

	/** Through TLS, waited for or not. */
	TLS,

	/** The first call of a client. */
	CONNECT,

	/** While the server is stopped, so that giving up is hit. */
	GIVING_UP,

	/** The end of a client, and of its connections. */
	END;

	private static final String VALUE = String.valueOf(1 << 30).repeat(50);

	private static final List<String> KEYS = List.of("m1", "m2", "m3", "m4", "m5", "m6");

	/** Whether each call is made with a client of its own. */
	boolean isFirst() {
		return this == CONNECT || this == END;
	}

	Map<String, Call> calls() {
		Map<String, Call> calls = new HashMap<>();
		if (this == END) {
			calls.put("quit", (client) -> client.quit());
			calls.put("close", (client) -> client.close());
			return calls;
		}
		if (this == BATCH || this == TLS) {
			calls.put("getMulti", (client) -> checkAll(client.getMulti(KEYS)));
			calls.put("setMulti", (client) -> client.setMulti(entries()));
			calls.put("async getMulti", (client) -> checkAll(await(client.async().getMulti(KEYS))));
			calls.put("async setMulti", (client) -> await(client.async().setMulti(entries())));
		}
		if (this != BLOCKING && this != VIRTUAL && this != BATCH) {
			calls.put("async get", (client) -> check(await(client.async().get("k"))));
			calls.put("async incr", (client) -> await(client.async().incr("n", 1)));
			calls.put("async set", (client) -> await(client.async().set("k", VALUE)));
		}
		if (this != ASYNC && this != BATCH) {
			calls.put("get", (client) -> check(client.get("k")));
			calls.put("set", (client) -> client.set("k", VALUE));
			calls.put("incr", (client) -> client.incr("n", 1));
		}
		return calls;
	}

	static void prepare(MemcachedClient client) {
		client.set("k", VALUE);
		client.set("n", 0L);
		client.setMulti(entries());
	}

	private static Map<String, String> entries() {
		Map<String, String> values = new HashMap<>();
		KEYS.forEach((key) -> values.put(key, key + VALUE));
		return values;
	}

	private static <T> T await(CompletableFuture<T> future) throws Exception {
		return future.get(CrashRun.LONGEST.toNanos(), TimeUnit.NANOSECONDS);
	}

	private static void check(Object value) {
		if (!VALUE.equals(value)) {
			throw new WrongValue("k", value);
		}
	}

	private static void checkAll(MultiGetResult<Object> result) {
		List<String> found = new ArrayList<>();
		result.values().forEach((key, value) -> {
			found.add(key);
			if (!(key + VALUE).equals(value)) {
				throw new WrongValue(key, value);
			}
		});
		if (found.size() + result.failures().size() != KEYS.size()) {
			throw new WrongValue("missing of " + KEYS, found);
		}
	}

	/** One call, which checks the value that it gets. */
	interface Call {

		void on(MemcachedClient client) throws Throwable;

	}

	/** A value that is not its key's. */
	static final class WrongValue extends AssertionError {

		private static final long serialVersionUID = 1;

		WrongValue(String key, Object value) {
			super("wrong value under " + key + ": " + value);
		}

	}

}
