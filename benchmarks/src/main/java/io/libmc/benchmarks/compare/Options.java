package io.libmc.benchmarks.compare;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.libmc.benchmarks.client.ClientKind;

/**
 * The command line of {@code ./benchmarks/compare}, whose {@code --help} explains it.
 */
final class Options {

	private static final Set<String> QUICK = Set.of("get-100", "multi-1", "multi-20");

	private static final Set<String> QUICK_WITH_ONE_THREAD = Set.of("get-900k", "set-900k", "cache");

	boolean full;

	List<String> scenarios = List.of();

	List<String> clients = List.of();

	int rounds = 2;

	long firstWarmupMillis = 1000;

	long warmupMillis = 250;

	long measureMillis = 800;

	int connections = 1;

	Threads threads = new Threads(List.of(1, 8, 64), List.of(), List.of(100));

	Cpus cpus = Cpus.apart();

	List<String> jvmArgs = List.of("-Xms512m", "-Xmx2g", "-XX:+UseG1GC");

	Path output = Path.of("benchmarks", "target", "compare", LocalDateTime.now(ZoneId.systemDefault())
		.format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)));

	/** No further round begins that would end later than this, after the start. */
	long budgetMillis = TimeUnit.SECONDS.toMillis(250);

	boolean list;

	static Options parse(String... args) {
		Options options = new Options();
		List<String> rest = new ArrayList<>(Arrays.asList(args));
		// first: others change what it stands for
		if (rest.remove("--full")) {
			options.full = true;
			options.rounds = 3;
			options.budgetMillis = Long.MAX_VALUE;
			options.firstWarmupMillis = 4000;
			options.warmupMillis = 1000;
			options.measureMillis = 3000;
			options.threads = new Threads(List.of(1, 8, 64, 256), List.of(1, 64, 512), List.of(10, 100, 1000));
		}
		for (int i = 0; i < rest.size(); i++) {
			String option = rest.get(i);
			switch (option) {
				case "--quick" -> {
				}
				case "--list" -> options.list = true;
				case "--no-pin" -> options.cpus = Cpus.ANY;
				default -> {
					if (i + 1 == rest.size() || !options.set(option, rest.get(++i))) {
						throw new IllegalArgumentException(option
								+ " is no option, or lacks its value; ./benchmarks/compare --help lists them all");
					}
				}
			}
		}
		options.plan();
		return options;
	}

	private boolean set(String option, String value) {
		switch (option) {
			case "--scenarios" -> {
				this.scenarios = words(value);
				this.budgetMillis = Long.MAX_VALUE;
			}
			case "--clients" -> this.clients = words(value);
			case "--rounds" -> {
				this.rounds = number(option, value);
				this.budgetMillis = Long.MAX_VALUE;
			}
			case "--seconds" -> this.measureMillis = number(option, value) * 1000L;
			case "--warmup" -> this.firstWarmupMillis = number(option, value) * 1000L;
			case "--connections" -> this.connections = number(option, value);
			case "--threads" ->
				this.threads = new Threads(numbers(option, value), this.threads.virtual(), this.threads.batches());
			case "--virtual" ->
				this.threads = new Threads(this.threads.platform(), numbers(option, value), this.threads.batches());
			case "--batches" ->
				this.threads = new Threads(this.threads.platform(), this.threads.virtual(), numbers(option, value));
			case "--server-cpus" -> this.cpus = new Cpus(value, this.cpus.clients());
			case "--client-cpus" -> this.cpus = new Cpus(this.cpus.servers(), value);
			case "--jvm" -> this.jvmArgs = List.of(value.trim().split(" +"));
			case "--output" -> this.output = Path.of(value);
			default -> {
				return false;
			}
		}
		return true;
	}

	/** The scenarios to run, each with the clients to run it with. */
	List<Scenario> plan() {
		List<String> known = all().stream().map(Scenario::name).toList();
		this.scenarios.forEach((name) -> {
			if (!known.contains(name)) {
				throw new IllegalArgumentException(
						"There is no scenario " + name + ", but " + String.join(", ", known));
			}
		});
		List<ClientKind> wanted = this.clients.stream().map(ClientKind::ofLabel).toList();
		return all().stream()
			.filter((scenario) -> this.scenarios.isEmpty() || this.scenarios.contains(scenario.name()))
			.map((scenario) -> wanted.isEmpty() ? scenario
					: scenario.with(scenario.clients().stream().filter(wanted::contains).toList()))
			.filter((scenario) -> !scenario.clients().isEmpty())
			.toList();
	}

	private List<Scenario> all() {
		List<Scenario> all = Scenario.all(this.threads);
		if (this.full || !this.scenarios.isEmpty()) {
			return all;
		}
		Threads one = new Threads(List.of(1), List.of(), this.threads.batches());
		return Stream
			.concat(all.stream().filter((scenario) -> QUICK.contains(scenario.name())),
					Scenario.all(one).stream().filter((scenario) -> QUICK_WITH_ONE_THREAD.contains(scenario.name())))
			.toList();
	}

	private static List<String> words(String value) {
		return List.of(value.split(","));
	}

	private static List<Integer> numbers(String option, String value) {
		if (value.equals("none")) {
			return List.of();
		}
		return words(value).stream().map((word) -> number(option, word)).toList();
	}

	private static int number(String option, String value) {
		try {
			int number = Integer.parseInt(value);
			if (number > 0) {
				return number;
			}
		}
		catch (NumberFormatException ex) {
			// said below
		}
		throw new IllegalArgumentException(option + ": " + value + " is not a number above 0");
	}

}
