package io.libmc.benchmarks.compare;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

import io.libmc.benchmarks.client.ClientKind;

/**
 * All samples of a run, and the medians over its rounds.
 */
final class Results {

	private final List<Sample> samples = new ArrayList<>();

	private final Map<ClientKind, String> versions = new TreeMap<>();

	void add(Sample sample) {
		this.samples.add(sample);
	}

	void setVersion(ClientKind client, String version) {
		this.versions.put(client, version);
	}

	List<Sample> samples() {
		return this.samples;
	}

	int rounds() {
		return this.samples.stream().mapToInt(Sample::round).max().orElse(0);
	}

	Map<ClientKind, String> versions() {
		return this.versions;
	}

	boolean has(Scenario scenario) {
		return this.samples.stream().anyMatch((sample) -> sample.scenario().equals(scenario.name()));
	}

	OptionalDouble median(String scenario, Step step, ClientKind client, Metric metric) {
		List<Double> values = this.samples.stream()
			.filter((sample) -> sample.scenario().equals(scenario) && sample.step().equals(step)
					&& sample.client() == client)
			.map((sample) -> sample.metrics().get(metric))
			.filter((value) -> value != null)
			.sorted()
			.toList();
		if (values.isEmpty()) {
			return OptionalDouble.empty();
		}
		int middle = values.size() / 2;
		return OptionalDouble
			.of((values.size() % 2 == 1) ? values.get(middle) : (values.get(middle - 1) + values.get(middle)) / 2);
	}

	/** Who is best at something, among clients of one role. */
	Optional<ClientKind> best(String scenario, Step step, Collection<ClientKind> clients, ClientKind.Role role,
			Metric metric) {
		Comparator<ClientKind> order = Comparator
			.comparingDouble((client) -> median(scenario, step, client, metric).orElseThrow());
		return clients.stream()
			.filter((client) -> client.role() == role && median(scenario, step, client, metric).isPresent())
			.max(metric.higherIsBetter() ? order : order.reversed());
	}

}
