package io.libmc.stampede;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.libmc.testing.MemcachedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Several processes change versions in a "database", take back what is cached of them,
 * load and read, while servers are killed, started again, stopped for a while, and
 * processes are killed: once an invalidation has returned, no call that begins later
 * returns an older version. {@code -Dlibmc.versions.seconds} says for how long, the four
 * tests together; 20 unless it does.
 */
@Timeout(1200)
class LatestVersionTest {

	private static final int PROCESSES = 3;

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final long seconds = Long.getLong("libmc.versions.seconds", 20);

	private final Random random = new Random();

	private final List<MemcachedServer> servers = new ArrayList<>();

	private final List<VersionsProcess> processes = new ArrayList<>();

	private final List<VersionsProcess> ended = new ArrayList<>();

	private Path file;

	private Versions versions;

	@AfterEach
	void close() {
		this.processes.forEach(VersionsProcess::close);
		this.servers.forEach(MemcachedServer::close);
	}

	@ParameterizedTest
	@EnumSource
	void whereTheServerIsRestartedAndStoppedNobodyGetsWhatWasTakenBack(Release release, @TempDir Path directory)
			throws Exception {
		start(release, 1, directory);
		MemcachedServer server = this.servers.get(0);
		run(() -> {
			switch (this.random.nextInt(4)) {
				case 0 -> server.restart();
				case 1 -> {
					server.kill();
					pause(150);
					server.restart();
				}
				case 2 -> {
					server.pause();
					pause(300);
					server.resume();
				}
				default -> replaceAProcess();
			}
			pause(400);
		});
		assertNobodyGotWhatWasTakenBack(release + ", restarts");
	}

	/**
	 * Nothing is changed between the moment in which a server comes back and that in
	 * which all have seen it: until then they do not reach the same servers. The server
	 * that dies next was started anew, and has kept nothing from when it was substitute.
	 */
	@ParameterizedTest
	@EnumSource
	void whereServersFailOverNobodyGetsWhatWasTakenBack(Release release, @TempDir Path directory) throws Exception {
		start(release, 2, directory);
		int[] next = { 0 };
		run(() -> {
			MemcachedServer server = this.servers.get(next[0]++ % 2);
			server.kill();
			pause(400);
			if (this.random.nextInt(4) == 0) {
				replaceAProcess();
			}
			this.versions.stopChanges(true);
			awaitProcesses((process) -> this.versions.isIdle(process));
			server.restart();
			awaitProcesses((process) -> {
				this.versions.alive(process, 0);
				Awaitility.await().atMost(PATIENCE).until(() -> this.versions.alive(process) == 2);
				return true;
			});
			this.versions.stopChanges(false);
			pause(300);
		});
		assertNobodyGotWhatWasTakenBack(release + ", failover");
	}

	/** What is left while processes disagree about who is dead: a figure, no promise. */
	@ParameterizedTest
	@EnumSource
	void whereProcessesDisagreeAboutWhoIsDeadSomeGetWhatWasTakenBack(Release release, @TempDir Path directory)
			throws Exception {
		assumeTrue(Boolean.getBoolean("libmc.versions.disagree"), "-Dlibmc.versions.disagree=true measures it");
		start(release, 2, directory);
		run(() -> {
			MemcachedServer server = this.servers.get(this.random.nextInt(2));
			server.kill();
			pause(400);
			server.restart();
			pause(600);
		});
		finish(release + ", disagreeing");
	}

	private void start(Release release, int count, Path directory) throws Exception {
		for (int i = 0; i < count; i++) {
			this.servers.add(release.start());
		}
		this.file = directory.resolve("versions");
		this.versions = new Versions(this.file);
		for (int i = 0; i < PROCESSES; i++) {
			this.processes.add(startProcess(i));
		}
		awaitProcesses((process) -> this.versions.alive(process) == count);
	}

	private VersionsProcess startProcess(int number) throws Exception {
		this.versions.idle(number, false);
		this.versions.alive(number, 0);
		return VersionsProcess.start(this.file, number, this.servers.stream().map(MemcachedServer::address).toList());
	}

	private void replaceAProcess() throws Exception {
		int number = this.random.nextInt(PROCESSES);
		VersionsProcess killed = this.processes.get(number);
		killed.close();
		killed.awaitEnd();
		this.ended.add(killed);
		this.processes.set(number, startProcess(number));
	}

	private void run(Trouble trouble) throws Exception {
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(this.seconds) / 4;
		while (System.nanoTime() - end < 0) {
			trouble.happen();
		}
	}

	private interface Trouble {

		void happen() throws Exception;

	}

	private interface Condition {

		boolean holdsFor(int process);

	}

	private static void awaitProcesses(Condition condition) {
		for (int i = 0; i < PROCESSES; i++) {
			int process = i;
			Awaitility.await().atMost(PATIENCE).until(() -> condition.holdsFor(process));
		}
	}

	private static void pause(int millis) throws InterruptedException {
		TimeUnit.MILLISECONDS.sleep(millis);
	}

	private void assertNobodyGotWhatWasTakenBack(String what) throws Exception {
		assertThat(finish(what)).isEmpty();
	}

	private List<String> finish(String what) throws Exception {
		this.versions.over();
		List<String> violations = new ArrayList<>();
		for (VersionsProcess each : this.processes) {
			each.awaitEnd();
		}
		this.ended.addAll(this.processes);
		this.ended.forEach((each) -> violations.addAll(each.violations()));
		System.out.println("versions: " + what + ": " + sum("reads") + " reads, " + sum("loads") + " loads, "
				+ sum("changes") + " changes, " + violations.size() + " violations");
		assertThat(sum("reads")).isPositive();
		assertThat(sum("changes")).isPositive();
		return violations;
	}

	private long sum(String what) {
		return this.ended.stream().mapToLong((each) -> each.count(what)).sum();
	}

}
