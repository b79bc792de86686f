package io.libmc.benchmarks.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.libmc.benchmarks.client.ClientKind;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a run says in the end: Markdown to read and to paste into docs/benchmarks.md, CSV
 * and JSON of every single sample, and charts.
 */
final class Report {

	private final Options options;

	private final Results results;

	Report(Options options, Results results) {
		this.options = options;
		this.results = results;
	}

	/** Writes all files; returns the Markdown. */
	String write() throws IOException {
		Files.createDirectories(this.options.output);
		String markdown = markdown();
		Files.writeString(this.options.output.resolve("results.md"), markdown);
		Files.writeString(this.options.output.resolve("results.csv"), csv());
		JsonMapper json = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
		Map<String, Object> all = new LinkedHashMap<>();
		all.put("machine", Machine.describe(this.options, this.results));
		all.put("versions", this.results.versions());
		all.put("samples", this.results.samples());
		Files.writeString(this.options.output.resolve("results.json"), json.writeValueAsString(all));
		for (Scenario scenario : this.options.plan()) {
			new Charts(this.results, scenario).write(this.options.output);
		}
		return markdown;
	}

	private String markdown() {
		StringBuilder out = new StringBuilder();
		Machine.describe(this.options, this.results)
			.forEach((name, value) -> out.append("- ").append(name).append(": ").append(value).append('\n'));
		out.append("- clients: ")
			.append(this.results.versions()
				.entrySet()
				.stream()
				.map((entry) -> entry.getKey().label() + " " + entry.getValue())
				.collect(Collectors.joining(", ")))
			.append('\n');
		List<Target.Row> targets = Target.rows(this.options.plan(), this.results);
		if (!targets.isEmpty()) {
			out.append("\n### Targets\n\n| scenario | measured | target | |\n| --- | --- | --- | --- |\n");
			targets.forEach((row) -> out.append("| %s | %s | %s | %s |%n".formatted(row.scenario(), row.measured(),
					row.target(), row.met() ? "met" : "**not met**")));
		}
		for (Scenario scenario : this.options.plan()) {
			if (this.results.has(scenario)) {
				out.append('\n').append(table(scenario));
			}
		}
		return out.toString();
	}

	private String table(Scenario scenario) {
		List<Metric> columns = Stream.of(Metric.values())
			.filter((metric) -> scenario.steps()
				.stream()
				.anyMatch((step) -> scenario.clients()
					.stream()
					.anyMatch((client) -> this.results.median(scenario.name(), step, client, metric).isPresent())))
			.toList();
		StringBuilder out = new StringBuilder(
				"### " + scenario.name() + ": " + scenario.title() + "\n\n| | threads | client |");
		columns.forEach((metric) -> {
			out.append(' ').append(metric.label()).append(" |");
			if (metric == Metric.THROUGHPUT) {
				out.append(" × best peer |");
			}
		});
		out.append("\n| --- | --- | --- |").append(" ---: |".repeat(columns.size()));
		out.append(columns.contains(Metric.THROUGHPUT) ? " ---: |\n" : "\n");
		for (Step step : scenario.steps()) {
			for (ClientKind client : scenario.clients()) {
				row(scenario, step, client, columns).ifPresent(out::append);
			}
		}
		return out.toString();
	}

	private Optional<String> row(Scenario scenario, Step step, ClientKind client, List<Metric> columns) {
		List<String> cells = new ArrayList<>(List.of(step.label(), step.threadsLabel(), client.label()));
		boolean any = false;
		for (Metric metric : columns) {
			OptionalDouble value = this.results.median(scenario.name(), step, client, metric);
			any |= value.isPresent();
			cells.add(value.isPresent() ? metric.format(value.getAsDouble()) : "");
			if (metric == Metric.THROUGHPUT) {
				cells.add(value.isPresent() ? timesBestPeer(scenario, step, value.getAsDouble()) : "");
			}
		}
		return any ? Optional.of("| " + String.join(" | ", cells) + " |\n") : Optional.empty();
	}

	private String timesBestPeer(Scenario scenario, Step step, double value) {
		return this.results.best(scenario.name(), step, scenario.clients(), ClientKind.Role.PEER, Metric.THROUGHPUT)
			.map((best) -> String.format(Locale.ROOT, "%.2f",
					value / this.results.median(scenario.name(), step, best, Metric.THROUGHPUT).orElseThrow()))
			.orElse("");
	}

	private String csv() {
		StringBuilder out = new StringBuilder(
				"scenario,operation,shape,size,batch,threads,virtual,client,version,round");
		for (Metric metric : Metric.values()) {
			out.append(',').append(metric.name().toLowerCase(Locale.ROOT));
		}
		out.append('\n');
		for (Sample sample : this.results.samples()) {
			Step step = sample.step();
			out.append(String.join(",", sample.scenario(), step.operation().name().toLowerCase(Locale.ROOT),
					step.shape().name().toLowerCase(Locale.ROOT), String.valueOf(step.size()),
					String.valueOf(step.batch()), String.valueOf(step.threads()), String.valueOf(step.virtual()),
					sample.client().label(), String.valueOf(this.results.versions().get(sample.client())),
					String.valueOf(sample.round())));
			for (Metric metric : Metric.values()) {
				Double value = sample.metrics().get(metric);
				out.append(',').append((value != null) ? String.format(Locale.ROOT, "%.3f", value) : "");
			}
			out.append('\n');
		}
		return out.toString();
	}

	/** What the figures depend on. */
	private static final class Machine {

		static Map<String, String> describe(Options options, Results results) {
			Map<String, String> facts = new LinkedHashMap<>();
			facts.put("CPU", firstLine("model name", Path.of("/proc/cpuinfo")) + ", "
					+ Runtime.getRuntime().availableProcessors() + " of them");
			facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
			facts.put("Java", System.getProperty("java.vm.name") + " " + Runtime.version() + ", "
					+ String.join(" ", options.jvmArgs));
			facts.put("servers", said("memcached", "-V") + "; " + said("redis-server", "--version"));
			facts.put("CPUs", options.cpus.toString());
			facts.put("run",
					results.rounds() + " round(s), medians; " + options.measureMillis + " ms each after "
							+ options.firstWarmupMillis + " ms of warm-up; " + options.connections
							+ " connection(s) per server");
			return facts;
		}

		private static String firstLine(String name, Path file) {
			try (Stream<String> lines = Files.lines(file)) {
				return lines.filter((line) -> line.startsWith(name))
					.map((line) -> line.substring(line.indexOf(':') + 1).trim())
					.findFirst()
					.orElse("unknown");
			}
			catch (IOException | UncheckedIOException ex) {
				return System.getProperty("os.arch");
			}
		}

		private static String said(String... command) {
			try {
				Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
				try (Stream<String> lines = process.inputReader().lines()) {
					return lines.findFirst().orElse("").replaceAll(" sha=.*", "");
				}
			}
			catch (IOException ex) {
				return "no " + command[0];
			}
		}

	}

}
