package io.libmc.benchmarks.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.libmc.benchmarks.compare.Messages.Measurement;
import io.libmc.benchmarks.compare.Messages.Ready;
import io.libmc.benchmarks.compare.Messages.Request;
import io.libmc.benchmarks.compare.Messages.Setup;

/**
 * The JVM of a client, seen from the comparison. A client that hangs is killed.
 */
final class WorkerProcess implements AutoCloseable {

	private static final long PATIENCE_MILLIS = 120_000;

	private final Process process;

	private final BufferedReader in;

	private final Writer out;

	private final Ready ready;

	WorkerProcess(Setup setup, Cpus cpus, List<String> jvmArgs) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		if (Runtime.version().feature() >= 22) {
			// Netty's, and a warning else
			command.add("--enable-native-access=ALL-UNNAMED");
		}
		command.addAll(jvmArgs);
		command.addAll(
				List.of("-cp", System.getProperty("java.class.path"), Worker.class.getName(), Messages.write(setup)));
		this.process = new ProcessBuilder(cpus.clientCommand(command)).redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
		this.in = this.process.inputReader(StandardCharsets.UTF_8);
		this.out = this.process.outputWriter(StandardCharsets.UTF_8);
		try {
			this.ready = read(Ready.class, PATIENCE_MILLIS);
		}
		catch (IOException ex) {
			this.process.destroyForcibly();
			throw new IOException(setup.client().label() + " did not start: " + ex.getMessage(), ex);
		}
	}

	Ready ready() {
		return this.ready;
	}

	boolean isAlive() {
		return this.process.isAlive();
	}

	Measurement perform(Request request) throws IOException {
		this.out.write(Messages.write(request));
		this.out.write('\n');
		this.out.flush();
		Measurement measurement = read(Measurement.class,
				request.warmupMillis() + request.measureMillis() + PATIENCE_MILLIS);
		if (measurement.failure() != null) {
			throw new IOException(measurement.failure());
		}
		return measurement;
	}

	private <T> T read(Class<T> type, long patienceMillis) throws IOException {
		CompletableFuture<Void> answered = new CompletableFuture<>();
		answered.orTimeout(patienceMillis, TimeUnit.MILLISECONDS).exceptionally((late) -> {
			this.process.destroyForcibly();
			return null;
		});
		try {
			for (String line = this.in.readLine(); line != null; line = this.in.readLine()) {
				if (Messages.isMessage(line)) {
					return Messages.read(line, type);
				}
			}
			throw new IOException("its JVM has ended");
		}
		finally {
			answered.complete(null);
		}
	}

	/** Lets it end by itself, as its input ends. */
	@Override
	public void close() throws IOException {
		try {
			this.out.close();
		}
		finally {
			this.process.onExit().completeOnTimeout(this.process, 10, TimeUnit.SECONDS).join();
			this.process.destroyForcibly();
			this.in.close();
		}
	}

}
