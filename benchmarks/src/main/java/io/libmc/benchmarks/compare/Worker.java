package io.libmc.benchmarks.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import io.libmc.benchmarks.client.Client;
import io.libmc.benchmarks.client.ClientKind;
import io.libmc.benchmarks.compare.Messages.Measurement;
import io.libmc.benchmarks.compare.Messages.Ready;
import io.libmc.benchmarks.compare.Messages.Request;
import io.libmc.benchmarks.compare.Messages.Setup;
import org.jspecify.annotations.Nullable;

/**
 * A JVM of its own for one client: opens it, checks it, and then does the steps it is
 * told until its input ends.
 */
final class Worker implements AutoCloseable {

	private final Setup setup;

	private final Client client;

	private @Nullable DataSet data;

	private Shape dataShape = Shape.TEXT;

	private int dataSize;

	Worker(Setup setup) throws Exception {
		this.setup = setup;
		this.client = setup.client().open(setup.settings());
	}

	public static void main(String[] args) throws Exception {
		PrintStream out = System.out;
		System.setOut(System.err);
		System.setProperty("net.spy.log.LoggerImpl", "net.spy.memcached.compat.log.SLF4JLogger");
		try (Worker worker = new Worker(Messages.read(args[0], Setup.class));
				BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
			out.println(Messages.write(worker.check()));
			for (String line = in.readLine(); line != null; line = in.readLine()) {
				out.println(Messages.write(worker.perform(Messages.read(line, Request.class))));
			}
		}
		// whatever threads a client may have left
		System.exit(0);
	}

	Ready check() throws Exception {
		ClientKind kind = this.setup.client();
		return new Ready(kind.version(), Spread.check(this.client, kind, this.setup.settings().servers()));
	}

	Measurement perform(Request request) {
		Step step = request.step();
		try {
			return new Measurement(measure(request, step), null);
		}
		catch (Exception ex) {
			return new Measurement(Map.of(), ex.toString());
		}
	}

	private Map<Metric, Double> measure(Request request, Step step) throws Exception {
		return switch (step.operation()) {
			case REST -> Idle.rest(request.measureMillis());
			case OPEN_CLIENTS -> Idle.open(this.setup);
			default -> {
				Load.Action action = action(step);
				Map<Metric, Double> measured = Load.run(action, step, request.warmupMillis(), request.measureMillis());
				measured.put(Metric.WIRE, Traffic.perOperation(action, this.setup.settings().servers()));
				yield measured;
			}
		};
	}

	private Load.Action action(Step step) throws Exception {
		DataSet set = data(step.shape(), step.size());
		Client target = this.client;
		int count = set.count();
		return switch (step.operation()) {
			case GET -> (random) -> set.check(target.get(set.key(random % count)));
			case GET_HOT -> (random) -> set.check(target.get(set.key(0)));
			case GET_ANNOTATED -> (random) -> set.check(target.getAnnotated(set.key(random % count)));
			case GET_FROM_ONE_SERVER -> {
				List<String> keys = Probe.present(this.setup.settings().servers().get(0), set.keys());
				yield (random) -> set.check(target.get(keys.get(random % keys.size())));
			}
			case SET -> (random) -> target.set(set.key(random % count), set.value(random % count));
			case MIXED -> (random) -> {
				int index = random / 10 % count;
				if (random % 10 == 0) {
					target.set(set.key(index), set.value(index));
				}
				else {
					set.check(target.get(set.key(index)));
				}
			};
			case GET_MULTI -> {
				List<List<String>> batches = set.batches(step.batch());
				yield (random) -> {
					Map<String, ?> found = target.getMulti(batches.get(random % batches.size()));
					if (found.size() != step.batch()) {
						throw new IllegalStateException(found.size() + " values instead of " + step.batch());
					}
				};
			}
			case SET_MULTI -> {
				List<Map<String, Object>> batches = set.batches(step.batch()).stream().map(set::entries).toList();
				yield (random) -> target.setMulti(batches.get(random % batches.size()));
			}
			case REST, OPEN_CLIENTS -> throw new IllegalArgumentException(step + " is no load");
		};
	}

	/**
	 * The keys and values of a shape and size, which are on the servers when it returns.
	 */
	private DataSet data(Shape shape, int size) throws Exception {
		DataSet current = this.data;
		if (current == null || this.dataShape != shape || this.dataSize != size) {
			current = new DataSet(this.setup.client(), shape, size, this.setup.settings().compressionThreshold() > 0);
			current.store(this.client);
			current.awaitStored(this.client);
			this.data = current;
			this.dataShape = shape;
			this.dataSize = size;
		}
		return current;
	}

	@Override
	public void close() throws IOException {
		this.client.close();
	}

}
