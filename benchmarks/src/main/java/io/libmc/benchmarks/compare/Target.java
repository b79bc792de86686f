package io.libmc.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoublePredicate;

import io.libmc.benchmarks.client.ClientKind;
import io.libmc.benchmarks.client.ClientKind.Role;

/**
 * What we want to reach, beside what was reached. All but one are ratios of two clients
 * in the same run, so that they mean the same on any machine.
 */
final class Target {

	/** An array of 100 bytes takes 120. */
	private static final int MOST_ALLOCATED = 120 + 200;

	/** One line of the summary. */
	record Row(String scenario, String measured, String target, boolean met) {
	}

	private final List<Row> rows = new ArrayList<>();

	private final Results results;

	private Target(Results results) {
		this.results = results;
	}

	static List<Row> rows(List<Scenario> scenarios, Results results) {
		Target target = new Target(results);
		for (Scenario scenario : scenarios) {
			scenario.steps().forEach((step) -> target.add(scenario, step));
		}
		return target.rows;
	}

	private void add(Scenario scenario, Step step) {
		switch (scenario.name()) {
			case "get-100" -> addGet(scenario, step);
			case "multi-1" -> {
				if (step.batch() == 100) {
					atLeast(scenario, step, Role.PEER, (step.operation() == Operation.GET_MULTI) ? 1.3 : 1.2);
				}
			}
			case "multi-20" -> {
				if (step.batch() == 100) {
					atLeast(scenario, step, Role.PEER, 1);
					atLeast(scenario, step, Role.FLOOR, 0.9);
				}
			}
			case "get-900k", "set-900k" -> {
				if (step.threads() == 1 && !step.virtual()) {
					atLeast(scenario, step, Role.PEER, 1.4);
				}
			}
			case "cache" -> {
				if (step.threads() == 1) {
					atMost(scenario, step, Role.FLOOR, Metric.CPU, 1.25);
				}
				atLeast(scenario, step, Role.PEER, 1.3);
			}
			case "values-record", "values-bean", "values-list", "values-page" -> addValues(scenario, step);
			default -> {
			}
		}
	}

	private void addGet(Scenario scenario, Step step) {
		if (step.virtual()) {
			atLeast(scenario, step, Role.PEER, 1.2);
		}
		else if (step.threads() == 1) {
			atLeast(scenario, step, Role.PEER, 1.25);
			atMost(scenario, step, Role.PEER, Metric.CPU, 0.65);
			atLeast(scenario, step, Role.FLOOR, 0.97);
			OptionalDouble allocated = this.results.median(scenario.name(), step, ClientKind.LIBMC, Metric.ALLOCATED);
			if (allocated.isPresent()) {
				this.rows.add(new Row(describe(scenario, step), "%.0f B allocated".formatted(allocated.getAsDouble()),
						"≤ " + MOST_ALLOCATED + " B", Math.round(allocated.getAsDouble()) <= MOST_ALLOCATED));
			}
		}
		else if (step.threads() == 8) {
			atLeast(scenario, step, Role.PEER, 1.5);
		}
		else if (step.threads() == 64) {
			atLeast(scenario, step, Role.PEER, 1.3);
		}
	}

	private void addValues(Scenario scenario, Step step) {
		if (step.operation() == Operation.SET) {
			atLeast(scenario, step, ClientKind.LIBMC_JSON, ClientKind.REDIS_JSON, 1);
			atLeast(scenario, step, ClientKind.LIBMC_JDK, ClientKind.REDIS_JDK, 1);
		}
		else if (step.shape() == Shape.LIST) {
			atLeast(scenario, step, ClientKind.LIBMC_JSON, ClientKind.REDIS_JSON, 1.2);
		}
	}

	private void atLeast(Scenario scenario, Step step, Role other, double ratio) {
		compare(scenario, step, other, Metric.THROUGHPUT, "≥ " + ratio, (measured) -> measured >= ratio);
	}

	private void atMost(Scenario scenario, Step step, Role other, Metric metric, double ratio) {
		compare(scenario, step, other, metric, "≤ " + ratio, (measured) -> measured <= ratio);
	}

	/** Beside the best of the others, at this metric. */
	private void compare(Scenario scenario, Step step, Role other, Metric metric, String target, DoublePredicate met) {
		compare(scenario, step, best(scenario, step, Role.OURS, metric), best(scenario, step, other, metric), metric,
				"", target, met);
	}

	/** One of ours beside one of theirs that serializes as it does. */
	private void atLeast(Scenario scenario, Step step, ClientKind ours, ClientKind theirs, double ratio) {
		if (scenario.clients().containsAll(List.of(ours, theirs))) {
			compare(scenario, step, Optional.of(ours), Optional.of(theirs), Metric.THROUGHPUT, ours.label() + " has ",
					"≥ " + ratio, (measured) -> measured >= ratio);
		}
	}

	private void compare(Scenario scenario, Step step, Optional<ClientKind> ours, Optional<ClientKind> theirs,
			Metric metric, String who, String target, DoublePredicate met) {
		OptionalDouble our = median(scenario, step, ours, metric);
		OptionalDouble their = median(scenario, step, theirs, metric);
		if (our.isEmpty() || their.isEmpty()) {
			return;
		}
		double ratio = our.getAsDouble() / their.getAsDouble();
		this.rows.add(new Row(describe(scenario, step), String.format(Locale.ROOT, "%s%.2f × %s's %s", who, ratio,
				theirs.orElseThrow().label(), metric.label()), target, met.test(ratio)));
	}

	private Optional<ClientKind> best(Scenario scenario, Step step, Role role, Metric metric) {
		return this.results.best(scenario.name(), step, scenario.clients(), role, metric);
	}

	private OptionalDouble median(Scenario scenario, Step step, Optional<ClientKind> client, Metric metric) {
		return client.isPresent() ? this.results.median(scenario.name(), step, client.get(), metric)
				: OptionalDouble.empty();
	}

	private static String describe(Scenario scenario, Step step) {
		return scenario.name() + ": " + step.label() + ", " + step.threadsLabel()
				+ ((step.threads() == 1) ? " thread" : " threads");
	}

}
