package io.libmc.internal.call;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;

import io.libmc.internal.connection.Node;
import io.libmc.internal.connection.Operation;
import io.libmc.internal.protocol.Command;
import org.jspecify.annotations.Nullable;

/**
 * Makes the scripts that ask servers about themselves, or empty them.
 */
public final class ServerScriptFactory {

	private final Supplier<Cluster> cluster;

	private final KeyEncoder keys;

	private final long pollNanos;

	private final boolean flushAllEnabled;

	ServerScriptFactory(Supplier<Cluster> cluster, KeyEncoder keys, long pollNanos, boolean flushAllEnabled) {
		this.cluster = cluster;
		this.keys = keys;
		this.pollNanos = pollNanos;
		this.flushAllEnabled = flushAllEnabled;
	}

	public Script<Map<String, String>> version() {
		return onEach(nodes(), Command.VERSION, "", (legs) -> {
			Map<String, String> versions = new LinkedHashMap<>();
			legs.forEach((leg) -> versions.put(leg.node.name(), Objects.requireNonNull(leg.operation.text())));
			return versions;
		});
	}

	public Script<Map<String, Map<String, String>>> stats(String... arguments) {
		List<Leg> legs = legs(nodes(), Command.STATS, KeyEncoder.arguments(arguments));
		return new Together<>(legs).then((done) -> {
			Map<String, Map<String, String>> stats = new LinkedHashMap<>();
			Failed refused = null;
			for (Leg leg : done) {
				if (!leg.hasFailed()) {
					stats.put(leg.node.name(), leg.operation.stats());
				}
				else if (refused == null && Failures.isRefusal(leg.operation)) {
					refused = leg;
				}
			}
			return new Done<>(refused, stats);
		});
	}

	public Script<List<String>> flushAll() {
		if (!this.flushAllEnabled) {
			throw new IllegalStateException(
					"flushAll is off, for it empties the servers for everybody; switch it on with flushAllEnabled(true)");
		}
		return onEach(this.cluster.get().allNodes(), Command.FLUSH_ALL, "",
				(legs) -> legs.stream().map((leg) -> leg.node.name()).toList());
	}

	private List<Node> nodes() {
		return this.cluster.get().nodes();
	}

	/** The result is made of the servers that answered without an error. */
	private <T> Script<T> onEach(List<Node> nodes, Command command, String arguments, Function<List<Leg>, T> reader) {
		return new Together<>(legs(nodes, command, arguments))
			.map((done) -> reader.apply(done.stream().filter((leg) -> !leg.hasFailed()).toList()));
	}

	private List<Leg> legs(List<Node> nodes, Command command, String arguments) {
		return nodes.stream().map((node) -> new Leg(node, admin(command, arguments))).toList();
	}

	private Operation admin(Command command, String arguments) {
		long now = System.nanoTime();
		return Operation.admin(command, now, now + this.pollNanos, arguments);
	}

	public String serverFor(String key) {
		return this.cluster.get().homeOf(this.keys.encode(key)).name();
	}

	public Script<@Nullable String> liveServerFor(String key) {
		Leg asked = new KeyCommand<>(this.cluster.get(), this.keys.encode(key), admin(Command.VERSION, ""),
				(answered, node) -> true);
		return new Together<>(List.of(asked)).map((done) -> asked.hasFailed() ? null : asked.node.name());
	}

}
