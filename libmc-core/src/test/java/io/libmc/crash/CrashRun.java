package io.libmc.crash;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedClientBuilder;
import io.libmc.MemcachedException;
import io.libmc.crash.CrashWay.Call;
import io.libmc.crash.CrashWay.WrongValue;
import io.libmc.testing.Certificates;

/**
 * A JVM whose client's classes have crash points. It makes the calls of a way over and
 * over; each time something is thrown at another point that the call passes, be it on the
 * caller's thread or on the client's. What is left broken is printed as a line that
 * starts with {@code FINDING}; how many points there are, were tried and were reached,
 * with {@code POINTS}.
 */
final class CrashRun {

	private static final Duration POLL = Duration.ofMillis(250);

	/** Of calls that are to fail. */
	private static final Duration SHORT_POLL = Duration.ofMillis(60);

	private static final Duration RETRY = Duration.ofMillis(50);

	/** What the machine may add; the promise is 20 ms. */
	private static final Duration TOLERANCE = Duration.ofMillis(Integer.getInteger("libmc.tolerance", 1000));

	static final Duration LONGEST = POLL.plus(TOLERANCE);

	private static final Duration BACK = RETRY.plus(POLL).plus(TOLERANCE);

	private static final List<Supplier<Throwable>> THROWABLES = List.of(
			() -> new StackOverflowError("thrown at a crash point"), () -> new OutOfMemoryError("at a crash point"),
			() -> new IllegalStateException("thrown at a crash point"));

	private static final int WITNESSES = 3;

	private static final int MOST_FINDINGS = 40;

	private final CrashWay way;

	private final String server;

	private final Duration atMost;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

	private final LongAccumulator longest = new LongAccumulator(Math::max, 0);

	private final Set<String> sites = new HashSet<>();

	private final List<Witness> witnesses = new ArrayList<>();

	private MemcachedClient client;

	private Left normal;

	private int findings;

	private long slowestBeside;

	/** The server's. */
	private String pid = "";

	private CrashRun(CrashWay way, String server, Duration atMost) {
		this.way = way;
		this.server = server;
		this.atMost = atMost;
	}

	/**
	 * What the process does.
	 * @param args the way, the server's address, and for how many seconds it may try
	 * points, all of them if 0
	 */
	public static void main(String[] args) throws Throwable {
		CrashAgent.install();
		Duration atMost = Duration.ofSeconds(Long.parseLong(args[2]));
		CrashRun run = new CrashRun(CrashWay.valueOf(args[0]), args[1], atMost);
		try {
			run.run();
		}
		catch (Throwable ex) {
			ex.printStackTrace(System.out);
		}
		finally {
			Runtime.getRuntime().halt(0);
		}
	}

	private void run() throws Throwable {
		open();
		warmUp();
		List<Point> points = new ArrayList<>();
		for (Map.Entry<String, Call> call : this.way.calls().entrySet()) {
			for (Whose whose : Whose.values()) {
				int passed = count(call.getValue(), whose);
				System.out.println("COUNTED " + this.way + " " + call.getKey() + ", on " + whose + ": " + passed);
				for (int n = 1; n <= passed; n++) {
					for (int i = 0; i < THROWABLES.size(); i++) {
						points.add(new Point(call.getKey(), call.getValue(), whose, n, THROWABLES.get(i)));
					}
				}
			}
		}
		Collections.shuffle(points, new Random(17));
		int tried = 0;
		int reached = 0;
		long start = System.nanoTime();
		for (Point point : points) {
			boolean over = !this.atMost.isZero() && System.nanoTime() - start > this.atMost.toNanos();
			if (over || this.findings >= MOST_FINDINGS) {
				break;
			}
			tried++;
			reached += crash(point) ? 1 : 0;
		}
		stopWitnesses();
		this.client.close();
		System.out.println("POINTS " + this.way + ": counted " + points.size() + ", tried " + tried + ", reached "
				+ reached + ", at " + this.sites.size() + " places in the code, found " + this.findings
				+ ", the longest call beside took " + this.slowestBeside / 1_000_000 + " ms");
		System.out.println("DONE");
	}

	private void signal(String signal) throws Exception {
		if (this.way == CrashWay.GIVING_UP) {
			new ProcessBuilder("kill", signal, this.pid).inheritIO().start().waitFor();
		}
	}

	/** Until all classes are loaded, which takes longer than a call may. */
	private void warmUp() throws Exception {
		for (int successes = 0, i = 0; successes < 300 && i < 1000; i++) {
			try {
				if (this.way.isFirst() && i % 10 == 0) {
					reopen();
				}
				CrashWay.prepare(this.client);
				this.pid = this.client.stats().values().iterator().next().get("pid");
				if (!this.way.isFirst()) {
					for (Call call : this.way.calls().values()) {
						call.on(this.client);
					}
				}
				successes++;
			}
			catch (Throwable ex) {
				pause();
			}
		}
		this.wrong.clear();
		this.longest.reset();
	}

	/** The most that were passed of a few calls to which nothing happens. */
	private int count(Call call, Whose whose) throws Exception {
		int most = 0;
		for (int i = 0; i < 10; i++) {
			if (this.way.isFirst()) {
				reopen();
			}
			CrashPoints.Plan plan = start(call, whose, Integer.MAX_VALUE, Throwable::new).plan();
			CrashPoints.end();
			most = Math.max(most, plan.passed());
		}
		return most;
	}

	/** Returns whether the point was reached. */
	private boolean crash(Point point) throws Exception {
		if (this.way.isFirst()) {
			reopen();
		}
		Outcome outcome = start(point.call(), point.whose(), point.n(), point.what());
		List<String> broken = new ArrayList<>();
		if (outcome.elapsed() > LONGEST.toNanos()) {
			broken.add("the call took " + outcome.elapsed() / 1_000_000 + " ms");
		}
		Throwable thrown = outcome.plan().thrown();
		Throwable ended = outcome.failure();
		if (ended instanceof WrongValue) {
			broken.add("WRONG VALUE: the call got " + ended.getMessage());
		}
		else if (thrown == null && ended != null && !(ended instanceof MemcachedException)
				&& !(ended.getCause() instanceof MemcachedException)) {
			broken.add("nothing was thrown, and the call failed with " + describe(ended));
		}
		boolean closing = point.name().equals("close");
		if (closing && ended != null) {
			// what was thrown came before it began, or between two of its steps
			CrashPoints.end();
			this.client.close();
		}
		boolean back = closing ? isGone() : isBack();
		if (!back) {
			broken.add(closing ? "it left threads: " + left() : "not back in time: " + this.client.servers());
		}
		CrashPoints.end();
		for (String each; (each = this.wrong.poll()) != null;) {
			broken.add(each);
		}
		long slowest = this.longest.getThenReset();
		this.slowestBeside = Math.max(this.slowestBeside, slowest);
		if (slowest > LONGEST.toNanos()) {
			broken.add("a call beside took " + slowest / 1_000_000 + " ms");
		}
		String left = back ? leftOver() : null;
		if (left != null) {
			broken.add(left);
		}
		if (thrown != null) {
			this.sites.add(place(thrown));
		}
		if (!broken.isEmpty()) {
			tell(point, thrown, broken);
			this.normal = null;
			reopen();
		}
		return thrown != null;
	}

	private void tell(Point point, Throwable thrown, List<String> broken) {
		this.findings++;
		System.out.println("FINDING " + this.way + " " + point.name() + ", on " + point.whose() + ", n=" + point.n()
				+ ", " + ((thrown == null) ? "not reached" : describe(thrown)));
		broken.stream().limit(4).forEach((each) -> System.out.println("    LEFT: " + each));
		if (broken.toString().contains("not back") || broken.toString().contains("it left")
				|| broken.toString().contains("took")) {
			Thread.getAllStackTraces().forEach((thread, stack) -> {
				if (thread.getName().startsWith("libmc-") && !thread.getName().contains("async")) {
					System.out.println("    " + thread.getName() + " " + thread.getState());
					Stream.of(stack).limit(8).forEach((each) -> System.out.println("        " + each));
				}
			});
		}
	}

	private Outcome start(Call call, Whose whose, int n, Supplier<Throwable> what) throws Exception {
		AtomicReference<CrashPoints.Plan> plan = new AtomicReference<>();
		AtomicReference<Throwable> failure = new AtomicReference<>();
		MemcachedClient called = this.client;
		Runnable task = () -> {
			Thread caller = Thread.currentThread();
			Predicate<Thread> hit = (whose == Whose.CALLER) ? (thread) -> thread == caller
					: (thread) -> thread.getName().startsWith("libmc-");
			plan.set(CrashPoints.begin(hit, n, what));
			try {
				call.on(called);
			}
			catch (Throwable ex) {
				failure.set(ex);
			}
		};
		signal("-STOP");
		long start = System.nanoTime();
		Future<?> ended = (this.way == CrashWay.VIRTUAL) ? virtual().submit(task) : this.threads.submit(task);
		try {
			ended.get(2 * LONGEST.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			// told by the time it took
		}
		long elapsed = System.nanoTime() - start;
		signal("-CONT");
		if (whose == Whose.CALLER) {
			CrashPoints.end();
		}
		return new Outcome(plan.get(), failure.get(), elapsed);
	}

	private static ExecutorService virtual;

	private static ExecutorService virtual() throws ReflectiveOperationException {
		if (virtual == null) {
			virtual = (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
		}
		return virtual;
	}

	/** Whether a call is answered in time, on this thread and for those beside. */
	private boolean isBack() {
		long start = System.nanoTime();
		long[] answered = this.witnesses.stream().mapToLong(Witness::answered).toArray();
		boolean served = false;
		while (System.nanoTime() - start < BACK.toNanos()) {
			try {
				if (!served) {
					this.client.get("k");
					this.client.async().get("k").get(LONGEST.toNanos(), TimeUnit.NANOSECONDS);
					served = true;
				}
				boolean all = true;
				for (int i = 0; i < answered.length; i++) {
					all &= this.witnesses.get(i).answered() > answered[i];
				}
				if (all) {
					return true;
				}
				TimeUnit.MICROSECONDS.sleep(100);
			}
			catch (Throwable ex) {
				pause();
			}
		}
		return false;
	}

	/** Whether a client that was closed leaves no thread. */
	private boolean isGone() {
		long start = System.nanoTime();
		while (System.nanoTime() - start < BACK.toNanos()) {
			if (left().threads() == 0) {
				return true;
			}
			pause();
		}
		return false;
	}

	private static void pause() {
		try {
			TimeUnit.MILLISECONDS.sleep(1);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private MemcachedClientBuilder builder() {
		MemcachedClientBuilder builder = MemcachedClient.builder()
			.servers(this.server)
			.connectTimeout(POLL)
			.handshakeTimeout(POLL)
			.pollTimeout((this.way == CrashWay.GIVING_UP) ? SHORT_POLL : POLL)
			.retryTimeout(RETRY);
		if (this.way == CrashWay.TLS) {
			var context = Certificates.trusting("ca");
			builder.ssl(() -> context);
		}
		return builder;
	}

	private void reopen() throws Exception {
		stopWitnesses();
		MemcachedClient before = this.client;
		Future<?> closed = this.threads.submit(before::close);
		try {
			closed.get(2, TimeUnit.SECONDS);
		}
		catch (TimeoutException ex) {
			System.out.println("    LEFT: close() does not end");
		}
		catch (ExecutionException ex) {
			System.out.println("    LEFT: close() failed: " + describe(ex.getCause()));
		}
		open();
	}

	private void open() {
		this.client = builder().build();
		if (this.way == CrashWay.END) {
			isBack();
		}
		for (int i = 0; i < WITNESSES && !this.way.isFirst(); i++) {
			Witness witness = new Witness(this.client, this.wrong, this.longest);
			this.witnesses.add(witness);
			this.threads.execute(witness);
		}
	}

	private void stopWitnesses() {
		this.witnesses.forEach(Witness::stop);
		this.witnesses.clear();
	}

	/** What there is more than there was after the first call, or null. */
	private String leftOver() {
		if (this.way.isFirst()) {
			return null;
		}
		Left now = left();
		if (this.normal == null) {
			this.normal = now;
		}
		long start = System.nanoTime();
		while (!now.isWithin(this.normal)) {
			if (System.nanoTime() - start > BACK.toNanos()) {
				return "left behind: " + now + " instead of " + this.normal;
			}
			pause();
			now = left();
		}
		return null;
	}

	private static Left left() {
		Thread[] all = new Thread[Thread.activeCount() + 100];
		int count = Thread.enumerate(all);
		long threads = Stream.of(all)
			.limit(count)
			.map(Thread::getName)
			.filter((name) -> name.startsWith("libmc-") && !name.contains("async") && !name.contains("writer"))
			.count();
		try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
			return new Left(threads, descriptors.filter((each) -> target(each).startsWith("socket:")).count());
		}
		catch (IOException ex) {
			return new Left(threads, 0);
		}
	}

	private static String target(Path descriptor) {
		try {
			return Files.readSymbolicLink(descriptor).toString();
		}
		catch (IOException ex) {
			return "";
		}
	}

	private static String place(Throwable thrown) {
		StackTraceElement[] stack = thrown.getStackTrace();
		for (StackTraceElement each : stack) {
			if (each.getClassName().startsWith("io.libmc.internal.")) {
				return each.toString();
			}
		}
		return "nowhere";
	}

	static String describe(Throwable ex) {
		StringWriter text = new StringWriter();
		ex.printStackTrace(new PrintWriter(text));
		return Stream.of(text.toString().split("\n"))
			.map(String::trim)
			.filter((line) -> !line.contains("io.libmc.crash.CrashPoints"))
			.limit(10)
			.reduce((a, b) -> a + "\n        " + b)
			.orElse("");
	}

	/** On which threads something is thrown. */
	enum Whose {

		CALLER, CLIENT

	}

	private record Point(String name, Call call, Whose whose, int n, Supplier<Throwable> what) {

	}

	private record Outcome(CrashPoints.Plan plan, Throwable failure, long elapsed) {

	}

	private record Left(long threads, long sockets) {

		private boolean isWithin(Left other) {
			return this.threads <= other.threads && this.sockets <= other.sockets;
		}

	}

}
