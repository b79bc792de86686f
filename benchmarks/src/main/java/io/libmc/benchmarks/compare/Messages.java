package io.libmc.benchmarks.compare;

import java.util.Map;

import io.libmc.benchmarks.client.ClientKind;
import io.libmc.benchmarks.client.ClientSettings;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the comparison and the JVM of a client say to each other, one JSON text a line.
 */
final class Messages {

	/** Sets a line apart from what a library may print. */
	private static final String MARK = "@@ ";

	private static final JsonMapper JSON = new JsonMapper();

	private Messages() {
	}

	/** What a JVM is started with. */
	record Setup(ClientKind client, ClientSettings settings) {
	}

	/** Opened and checked; servers is how many of them got keys. */
	record Ready(String version, int servers) {
	}

	/** A step to do. */
	record Request(Step step, long warmupMillis, long measureMillis) {
	}

	/** What was measured, or why nothing was. */
	record Measurement(Map<Metric, Double> metrics, @Nullable String failure) {
	}

	static String write(Object message) {
		return MARK + JSON.writeValueAsString(message);
	}

	static boolean isMessage(String line) {
		return line.startsWith(MARK);
	}

	static <T> T read(String line, Class<T> type) {
		return JSON.readValue(line.substring(MARK.length()), type);
	}

}
