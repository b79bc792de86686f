package io.libmc.crash;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.stream.Stream;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.MemcachedTimeoutException;

/**
 * A JVM in which the stack or the heap is really at its end. What is broken afterwards is
 * a line that starts with {@code LEFT}.
 */
final class RealErrors {

	private static final Duration POLL = Duration.ofMillis(300);

	private static final Duration RETRY = Duration.ofMillis(100);

	private static final Duration TOLERANCE = Duration.ofMillis(Integer.getInteger("libmc.tolerance", 1000));

	private static final int CLIENTS = 40;

	/**
	 * For each of them; where the JDK's own locks are left behind is a matter of luck.
	 */
	private static final int OVERFLOWS = 3;

	private static final AtomicLong FILLED = new AtomicLong();

	private static volatile Object full;

	private RealErrors() {
	}

	/**
	 * What the process does.
	 * @param args {@code stack} or {@code heap}, the server's address, and that of one
	 * that does not answer
	 */
	public static void main(String[] args) {
		try {
			if (args[0].equals("stack")) {
				smallStack(args[1]);
			}
			else {
				fullHeap(args[1], args[2]);
			}
			System.out.println("DONE");
		}
		catch (Throwable ex) {
			ex.printStackTrace(System.out);
		}
		finally {
			Runtime.getRuntime().halt(0);
		}
	}

	/** One StackOverflowError for each of many clients, at whatever depth it comes. */
	private static void smallStack(String server) throws Exception {
		int serving = 0;
		int overflown = 0;
		for (int i = 0; i < CLIENTS; i++) {
			MemcachedClient client = client(server);
			Queue<String> wrong = new ConcurrentLinkedQueue<>();
			LongAccumulator longest = new LongAccumulator(Math::max, 0);
			List<Witness> witnesses = new ArrayList<>();
			for (int j = 0; j < 8; j++) {
				Witness witness = new Witness(client, wrong, longest);
				witnesses.add(witness);
				daemon(witness, 0);
			}
			serves(client, Duration.ofSeconds(5));
			longest.reset();
			client.set("depth-" + i, 0L);
			AtomicLong last = new AtomicLong();
			String key = "depth-" + i;
			overflown += overflow(client, key, last, i) ? 1 : 0;
			boolean back = serves(client, RETRY.plus(POLL).plus(TOLERANCE));
			serving += back ? 1 : 0;
			for (int j = 1; back && j < OVERFLOWS; j++) {
				AtomicLong again = new AtomicLong();
				if (!overflow(client, key, again, CLIENTS * j + i)) {
					System.out.println("LEFT: a caller with client " + i + " does not end");
				}
				back = serves(client, RETRY.plus(POLL).plus(TOLERANCE));
			}
			if (!back) {
				System.out.println("LEFT: client " + i + " never serves again: " + client.servers());
				stacks();
			}
			boolean beside = servesAgain(witnesses, POLL.plus(TOLERANCE));
			witnesses.forEach(Witness::stop);
			if (back && !beside) {
				System.out.println("LEFT: client " + i + " serves nobody beside");
			}
			wrong.stream().limit(3).forEach((each) -> System.out.println("LEFT: " + each));
			if (longest.get() > POLL.plus(TOLERANCE).toNanos()) {
				System.out.println("LEFT: a call beside took " + longest.get() / 1_000_000 + " ms");
			}
			daemon(client::close, 0);
		}
		System.out.println("CLIENTS " + CLIENTS + ", overflown " + overflown + ", serving again " + serving);
	}

	/** Whether any of them is answered within the time of a call. */
	private static boolean servesAgain(List<Witness> witnesses, Duration time) throws InterruptedException {
		long before = answered(witnesses);
		long start = System.nanoTime();
		while (answered(witnesses) == before && System.nanoTime() - start < time.toNanos()) {
			TimeUnit.MILLISECONDS.sleep(5);
		}
		return answered(witnesses) > before;
	}

	private static long answered(List<Witness> witnesses) {
		return witnesses.stream().mapToLong(Witness::answered).sum();
	}

	/**
	 * Whether a caller ends by the error. Each has a stack of another size, so that it
	 * ends at another place.
	 */
	private static boolean overflow(MemcachedClient client, String key, AtomicLong last, int caller)
			throws InterruptedException {
		Thread thread = daemon(() -> overflow(client, key, last), (64L + 4L * (caller % CLIENTS)) << 10);
		thread.join(20_000);
		return last.get() < 0;
	}

	/** Returns nothing: it ends by the error, which is noted as a negative number. */
	private static void overflow(MemcachedClient client, String key, AtomicLong last) {
		try {
			deeper(client, key, last, 1, 2, 3, 4, 5, 6, 7, 8);
		}
		catch (StackOverflowError ex) {
			last.set(-1);
		}
	}

	/** Its arguments make its frames large, and the recursion short. */
	@SuppressWarnings("InfiniteRecursion")
	private static long deeper(MemcachedClient client, String key, AtomicLong last, long a, long b, long c, long d,
			long e, long f, long g, long h) {
		try {
			last.set(client.incr(key, 1).orElse(0));
		}
		catch (MemcachedException ex) {
			last.incrementAndGet();
		}
		return deeper(client, key, last, b, c, d, e, f, g, h, a) + a;
	}

	/** For three seconds; then whatever serves must serve, and time must be kept. */
	private static void fullHeap(String server, String stopped) throws Exception {
		List<MemcachedClient> clients = new ArrayList<>();
		Queue<String> wrong = new ConcurrentLinkedQueue<>();
		List<Witness> witnesses = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			MemcachedClient client = client(server);
			clients.add(client);
			serves(client, Duration.ofSeconds(5));
			for (int j = 0; j < 2; j++) {
				Witness witness = new Witness(client, wrong, new LongAccumulator(Math::max, 0));
				witnesses.add(witness);
				daemon(witness, 0);
			}
		}
		MemcachedClient unanswered = client(stopped);
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
		Thread filler = daemon(() -> keepFull(end), 0);
		long errors = 0;
		while (System.nanoTime() - end < 0) {
			// so that the watchdogs have something to do
			try {
				CompletableFuture<?> unused = unanswered.async().get("k");
				for (MemcachedClient client : clients) {
					unused = client.async().get("k");
				}
				TimeUnit.MILLISECONDS.sleep(1);
			}
			catch (Throwable ex) {
				errors++;
			}
		}
		filler.join();
		witnesses.forEach(Witness::stop);
		System.gc();
		System.out.println("FILLED " + FILLED + " times, errors of callers " + errors);
		TimeUnit.MILLISECONDS.sleep(200);
		for (int i = 0; i < clients.size(); i++) {
			if (!serves(clients.get(i), RETRY.plus(POLL).plus(TOLERANCE))) {
				System.out.println("LEFT: client " + i + " never serves again: " + clients.get(i).servers());
				stacks();
			}
		}
		wrong.stream().filter((each) -> each.contains("WRONG")).forEach((each) -> System.out.println("LEFT: " + each));
		long watchdogs = Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("libmc-watchdog"))
			.count();
		if (watchdogs != clients.size() + 1) {
			System.out.println("LEFT: " + watchdogs + " watchdogs of " + (clients.size() + 1) + " clients");
		}
		endsInTime(unanswered);
	}

	private static void endsInTime(MemcachedClient unanswered) throws Exception {
		long start = System.nanoTime();
		var future = unanswered.async().get("k");
		try {
			future.get(20, TimeUnit.SECONDS);
			System.out.println("LEFT: a server that is stopped answered");
		}
		catch (java.util.concurrent.TimeoutException ex) {
			System.out.println("LEFT: a call to a stopped server never ends");
			stacks();
		}
		catch (java.util.concurrent.ExecutionException ex) {
			if (System.nanoTime() - start > POLL.multipliedBy(2).plus(TOLERANCE).toNanos()) {
				System.out.println("LEFT: a call to a stopped server took " + (System.nanoTime() - start) / 1_000_000);
			}
		}
		try {
			unanswered.get("k");
			System.out.println("LEFT: a server that is stopped answered");
		}
		catch (MemcachedTimeoutException ex) {
			System.out.println("TIMED OUT, as it should");
		}
		catch (MemcachedException ex) {
			System.out.println("FAILED, as it may: " + ex.getMessage());
		}
	}

	/** Keeps the heap so full that not even a small array is left, over and over. */
	private static void keepFull(long end) {
		long filled = 0;
		while (System.nanoTime() - end < 0) {
			for (int size = 1 << 20; size >= 16 && System.nanoTime() - end < 0;) {
				try {
					full = new Object[] { full, new byte[size] };
				}
				catch (OutOfMemoryError ex) {
					size /= 2;
				}
			}
			filled++;
			if (filled % 20 == 0) {
				full = null;
			}
		}
		full = null;
		FILLED.set(filled);
	}

	private static boolean serves(MemcachedClient client, Duration within) {
		long start = System.nanoTime();
		while (System.nanoTime() - start < within.toNanos()) {
			try {
				if (client.set("k", "v") && "v".equals(client.get("k"))
						&& "v".equals(client.async().get("k").get(5, TimeUnit.SECONDS))) {
					return true;
				}
			}
			catch (Exception ex) {
				Thread.onSpinWait();
			}
		}
		return false;
	}

	private static MemcachedClient client(String server) {
		return MemcachedClient.builder().servers(server).pollTimeout(POLL).retryTimeout(RETRY).build();
	}

	private static Thread daemon(Runnable task, long stackSize) {
		Thread thread = new Thread(null, task, "caller", stackSize);
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	private static void stacks() {
		Thread.getAllStackTraces().forEach((thread, stack) -> {
			if (thread.getName().startsWith("libmc-") && !thread.getName().contains("async")) {
				System.out.println("    " + thread.getName() + " " + thread.getState());
				Stream.of(stack).limit(6).forEach((each) -> System.out.println("        " + each));
			}
		});
	}

}
