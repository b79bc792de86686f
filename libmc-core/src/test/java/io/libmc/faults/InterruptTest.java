package io.libmc.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.testing.Fault;
import io.libmc.testing.FaultProxy;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Callers that are interrupted in whatever they are doing: their calls end by themselves,
 * the interrupt is still there afterwards, and nobody else notices.
 */
@Timeout(60)
@Memcached
@ExtendWith(Leaks.class)
class InterruptTest {

	private static final Duration POLL = Duration.ofSeconds(3);

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private FaultProxy proxy;

	private MemcachedClient client;

	@BeforeEach
	void connect(MemcachedServer server) {
		this.proxy = FaultProxy.to(server);
		this.client = MemcachedClient.builder()
			.servers(this.proxy.address())
			.pollTimeout(POLL)
			.splitLargeValues(false)
			.maxValueBytes(64 << 20)
			.build();
		this.client.set("k", "v");
	}

	@AfterEach
	void close() {
		this.threads.shutdownNow();
		this.client.close();
		this.proxy.close();
	}

	@Test
	void whoReadsAndWhoWaitsGetTheirValuesAllTheSame() throws Exception {
		this.proxy.replies(Fault.hold());
		List<Caller> callers = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			callers.add(new Caller((mc) -> assertThat(mc.<String>get("k")).isEqualTo("v")));
		}
		Awaitility.await().until(() -> callers.stream().allMatch(Caller::isStill));
		assertThat(callers).as("one reads").anyMatch((caller) -> caller.isWithin("readFor"));
		assertThat(callers).as("the others wait").anyMatch((caller) -> !caller.isWithin("readFor"));
		callers.subList(0, 4).forEach((caller) -> caller.thread.interrupt());
		Caller reader = callers.stream().filter((caller) -> caller.isWithin("readFor")).findFirst().orElseThrow();
		reader.thread.interrupt();
		this.proxy.heal();
		for (int i = 0; i < callers.size(); i++) {
			Caller caller = callers.get(i);
			assertThat(caller.interruptedAtTheEnd.get(10, TimeUnit.SECONDS)).isEqualTo(i < 4 || caller == reader);
		}
		assertThat(this.proxy.accepted()).as("nobody lost the connection").isEqualTo(1);
	}

	@Test
	void whoWritesEndsInTimeAndTheConnectionServesTheOthersAgain() throws Exception {
		this.proxy.requests(Fault.hold());
		byte[] large = new byte[32 << 20];
		long start = System.nanoTime();
		Caller writer = new Caller((mc) -> {
			try {
				mc.set("large", large);
				throw new AssertionError("nobody took the bytes");
			}
			catch (MemcachedException ex) {
				assertThat(ex.server()).isEqualTo(this.proxy.address());
			}
		});
		Awaitility.await().until(() -> writer.isWithin("writeSlowly"));
		writer.thread.interrupt();
		assertThat(writer.interruptedAtTheEnd.get(20, TimeUnit.SECONDS)).isTrue();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(POLL.minusMillis(50),
				POLL.plus(Patience.TOLERANCE));
		this.proxy.heal();
		assertThat(this.client.<String>get("k")).isEqualTo("v");
	}

	@Test
	void whoIsInterruptedBeforeItsCallCallsAllTheSame() throws Exception {
		Future<Boolean> interrupted = this.threads.submit(() -> {
			Thread.currentThread().interrupt();
			assertThat(this.client.<String>get("k")).isEqualTo("v");
			assertThat(this.client.set("k", "w")).isTrue();
			assertThat(this.client.<String>getMulti(List.of("k", "l")).values()).containsEntry("k", "w");
			return Thread.currentThread().isInterrupted();
		});
		assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
		assertThat(this.proxy.accepted()).isEqualTo(1);
	}

	/** A thread within a call. */
	private final class Caller {

		private final Future<Boolean> interruptedAtTheEnd;

		private volatile Thread thread;

		Caller(Consumer<MemcachedClient> call) throws InterruptedException {
			CountDownLatch started = new CountDownLatch(1);
			this.interruptedAtTheEnd = InterruptTest.this.threads.submit(() -> {
				this.thread = Thread.currentThread();
				started.countDown();
				call.accept(InterruptTest.this.client);
				return Thread.interrupted();
			});
			started.await();
		}

		boolean isStill() {
			return isWithin("await");
		}

		boolean isWithin(String method) {
			for (StackTraceElement frame : this.thread.getStackTrace()) {
				if (frame.getMethodName().equals(method) && frame.getClassName().startsWith("io.libmc.internal")) {
					return true;
				}
			}
			return false;
		}

	}

}
