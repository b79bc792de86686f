package io.libmc.benchmarks.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.libmc.benchmarks.client.ClientKind;
import io.libmc.benchmarks.client.ClientSettings;
import io.libmc.benchmarks.compare.Messages.Request;
import io.libmc.benchmarks.compare.Messages.Setup;

/**
 * Runs the comparison. In each round every client gets a new JVM, pinned away from the
 * servers; then each step is done by one client after the other, and the others rest
 * meanwhile. So what disturbs the machine for a while disturbs all of them, and what a
 * JVM happens to compile differently averages out over the rounds.
 */
final class Compare {

	private final Options options;

	private final Results results = new Results();

	private int failures;

	Compare(Options options) {
		this.options = options;
	}

	public static void main(String[] args) throws Exception {
		Options options;
		try {
			options = Options.parse(args);
		}
		catch (IllegalArgumentException ex) {
			System.err.println(ex.getMessage());
			System.exit(2);
			return;
		}
		if (options.list) {
			options.plan().forEach((scenario) -> System.out.printf("%-13s %s%n", scenario.name(), scenario.title()));
			return;
		}
		Compare compare = new Compare(options);
		compare.run();
		String report = new Report(options, compare.results).write();
		System.out.println();
		System.out.println(report);
		System.out.println("Written to " + options.output);
		System.exit((compare.failures > 0) ? 1 : 0);
	}

	Results run() throws IOException, InterruptedException {
		List<List<Scenario>> groups = groups();
		long start = System.nanoTime();
		for (int round = 1; round <= this.options.rounds && isTimeFor(round, start); round++) {
			for (List<Scenario> group : groups) {
				runGroup(group, round);
			}
		}
		return this.results;
	}

	/** Rounds take equally long. */
	private boolean isTimeFor(int round, long start) {
		long elapsed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
		boolean time = round == 1 || elapsed / (round - 1) < this.options.budgetMillis - elapsed;
		if (!time) {
			say("no time for round %d: this machine is slow, or busy".formatted(round));
		}
		return time;
	}

	/** A short run saves JVMs: scenarios that can share one do. */
	private List<List<Scenario>> groups() {
		List<List<Scenario>> groups = new ArrayList<>();
		for (Scenario scenario : this.options.plan()) {
			List<Scenario> fitting = this.options.full ? null
					: groups.stream().filter((group) -> group.get(0).sharesJvmWith(scenario)).findFirst().orElse(null);
			if (fitting == null) {
				groups.add(new ArrayList<>(List.of(scenario)));
			}
			else {
				fitting.add(scenario);
			}
		}
		return groups;
	}

	private void runGroup(List<Scenario> group, int round) throws IOException, InterruptedException {
		Scenario first = group.get(0);
		List<AutoCloseable> toClose = new ArrayList<>();
		try {
			List<String> memcached = new ArrayList<>();
			for (int i = 0; i < first.servers(); i++) {
				ServerProcess server = ServerProcess.memcached(this.options.cpus);
				toClose.add(server);
				memcached.add(server.address());
			}
			Map<ClientKind, WorkerProcess> workers = new LinkedHashMap<>();
			List<ClientKind> order = new ArrayList<>(first.clients());
			Collections.rotate(order, round - 1);
			for (ClientKind client : order) {
				List<String> servers = memcached;
				if (client.speaksToRedis()) {
					ServerProcess redis = ServerProcess.redis(this.options.cpus);
					toClose.add(redis);
					servers = List.of(redis.address());
				}
				open(client, new ClientSettings(servers, this.options.connections, first.compressionThreshold()),
						workers);
			}
			toClose.addAll(0, workers.values());
			List<Step> done = new ArrayList<>();
			for (Scenario scenario : group) {
				for (Step step : scenario.steps()) {
					boolean warm = done.stream().anyMatch(step::isLike);
					done.add(step);
					perform(scenario, step, round, warm, workers);
				}
			}
		}
		finally {
			closeAll(toClose);
		}
	}

	private void open(ClientKind client, ClientSettings settings, Map<ClientKind, WorkerProcess> workers) {
		try {
			WorkerProcess worker = new WorkerProcess(new Setup(client, settings), this.options.cpus,
					this.options.jvmArgs);
			workers.put(client, worker);
			if (!this.results.versions().containsKey(client)) {
				this.results.setVersion(client, worker.ready().version());
				say("%s %s returns what was stored, and uses %d of %d server(s)".formatted(client.label(),
						worker.ready().version(), worker.ready().servers(), settings.servers().size()));
			}
		}
		catch (IOException ex) {
			fail(ex);
		}
	}

	private void perform(Scenario scenario, Step step, int round, boolean warm, Map<ClientKind, WorkerProcess> workers)
			throws InterruptedException {
		long warmup = warm ? this.options.warmupMillis : this.options.firstWarmupMillis;
		for (Map.Entry<ClientKind, WorkerProcess> worker : List.copyOf(workers.entrySet())) {
			ClientKind client = worker.getKey();
			try {
				Map<Metric, Double> metrics = worker.getValue()
					.perform(new Request(step, warmup, this.options.measureMillis))
					.metrics();
				this.results.add(new Sample(scenario.name(), step, client, round, metrics));
				say("round %d, %s, %s, %s thread(s): %s %s".formatted(round, scenario.name(), step.label(),
						step.threadsLabel(), client.label(), brief(metrics)));
			}
			catch (IOException ex) {
				fail(new IOException(client.label() + " failed at " + scenario.name() + ", " + step.label() + ": "
						+ ex.getMessage()));
				if (!worker.getValue().isAlive()) {
					workers.remove(client);
				}
			}
			// what a client may still have to send
			TimeUnit.MILLISECONDS.sleep(20);
		}
	}

	private static String brief(Map<Metric, Double> metrics) {
		StringBuilder brief = new StringBuilder();
		metrics.forEach((metric, value) -> brief.append((brief.length() > 0) ? ", " : "")
			.append(metric.format(value))
			.append(' ')
			.append(metric.label()));
		return brief.toString();
	}

	private void fail(Exception failure) {
		this.failures++;
		System.err.println("FAILED: " + failure.getMessage());
	}

	private static void say(String text) {
		System.out.println("==> " + text);
	}

	private static void closeAll(List<AutoCloseable> all) {
		for (AutoCloseable each : all) {
			try {
				each.close();
			}
			catch (Exception ex) {
				System.err.println("closing " + each + " failed: " + ex);
			}
		}
	}

}
