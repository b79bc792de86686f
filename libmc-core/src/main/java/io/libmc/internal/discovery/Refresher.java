package io.libmc.internal.discovery;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import io.libmc.MemcachedListener.ListOutcome;
import io.libmc.ServerList;
import io.libmc.ServerList.Answer;
import io.libmc.internal.connection.Log;
import io.libmc.internal.connection.Threads;
import io.libmc.internal.protocol.ServerText;
import io.libmc.internal.routing.ServerAddress;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a client's list of servers up to date: asks for it at once, then every interval,
 * and soon after a server has failed, by a thread of its own.
 * <p>
 * An answer that fails, is empty or is older than the list changes nothing. A list with a
 * newer version is taken at once. One without a version is taken when it is still the
 * same {@value #GAP_SECONDS} s later: so answers that tell of some of the servers each
 * change nothing. That time doubles, for lists with versions too, whenever a server
 * returns that had left not long ago, until the list is quiet: a server that comes and
 * goes is soon left where it is.
 */
public final class Refresher {

	/** How much time is between two questions at least. */
	static final int GAP_SECONDS = 5;

	/** How long the first answer is waited for. */
	private static final int FIRST_ANSWER_SECONDS = 5;

	/** How much of what was answered is shown. */
	private static final int LONGEST_REASON = 500;

	/** How many intervals a server must be gone, or all must stay, to be forgotten. */
	private static final int MEMORY = 10;

	private static final int MOST_DOUBLINGS = 6;

	private final ServerList list;

	private final long interval;

	private final long gap;

	private final Client client;

	private final CountDownLatch first = new CountDownLatch(1);

	private final Thread thread;

	/** Whether a server has failed since the list was asked for. */
	private volatile boolean hurried;

	private volatile boolean closed;

	/** Whether the log was told that there is no list to be had. */
	private volatile boolean failing;

	/** The list that was taken last. All below are the thread's own. */
	private @Nullable Answer current;

	/** A list that is not taken yet. */
	private @Nullable Answer candidate;

	private long candidateSince;

	/** When an answer told of another list the last time. */
	private long restlessAt;

	/** How often servers returned that had left not long ago. */
	private int returns;

	/** When servers left. */
	private final Map<String, Long> left = new HashMap<>();

	/** Whose list it is. */
	public interface Client {

		/**
		 * Takes a list.
		 * @param wanted whether it is still to be taken
		 * @throws IllegalArgumentException if it is no good one
		 * @throws IllegalStateException if the client is closed
		 */
		void take(List<String> servers, BooleanSupplier wanted);

		/** Whether any server of the list answers. */
		boolean isAnswered();

		/** Whether any server of the list is down. */
		boolean isTroubled();

		void told(ListOutcome outcome, Duration elapsed);

	}

	public Refresher(ServerList list, Duration interval, Client client) {
		this.list = list;
		this.interval = interval.toNanos();
		this.gap = Math.min(this.interval, TimeUnit.SECONDS.toNanos(GAP_SECONDS));
		this.client = client;
		this.thread = Threads.daemon("libmc-discovery", this::run);
	}

	/** Begins, and waits for the first answer, but not for long. */
	public void start() {
		this.thread.start();
		try {
			if (!this.first.await(FIRST_ANSWER_SECONDS, TimeUnit.SECONDS)) {
				failed("there is no answer after " + FIRST_ANSWER_SECONDS + " s", null);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** A server has failed. */
	public void hurry() {
		this.hurried = true;
		LockSupport.unpark(this.thread);
	}

	/** Asks no more. */
	public void close() {
		this.closed = true;
		LockSupport.unpark(this.thread);
	}

	private void run() {
		while (!this.closed) {
			long askedAt = System.nanoTime();
			try {
				this.hurried = false;
				ask(askedAt);
				this.first.countDown();
				sleep(askedAt);
			}
			catch (Throwable ex) {
				// it asks again, whatever this was
				LockSupport.parkNanos(this, this.gap);
			}
		}
	}

	/** Sleeps until it is time to ask again. */
	private void sleep(long askedAt) {
		boolean soon = this.current == null || this.candidate != null || this.client.isTroubled();
		long pause = soon ? this.gap : this.interval;
		long due = askedAt + pause + jitter(pause);
		while (!this.closed) {
			if (this.hurried) {
				this.hurried = false;
				due = Math.min(due - askedAt, Math.max(this.gap, System.nanoTime() - askedAt) + jitter(this.gap))
						+ askedAt;
			}
			long rest = due - System.nanoTime();
			if (rest <= 0) {
				return;
			}
			LockSupport.parkNanos(this, rest);
		}
	}

	/** So that not all instances of an application ask at once. */
	private static long jitter(long pause) {
		return ThreadLocalRandom.current().nextLong(pause / 5 + 1);
	}

	private void ask(long now) {
		ListOutcome outcome;
		try {
			outcome = take(this.list.ask(), now);
		}
		catch (Throwable ex) {
			if (this.closed) {
				return;
			}
			outcome = failed(reason(ex), ex);
		}
		this.client.told(outcome, Duration.ofNanos(System.nanoTime() - now));
	}

	/** It may hold what was answered. */
	private static String reason(Throwable ex) {
		String message = ex.getMessage();
		if (message == null) {
			return ex.toString();
		}
		boolean isLong = message.length() > LONGEST_REASON;
		return ex.getClass().getSimpleName() + ": "
				+ ServerText.escaped(isLong ? message.substring(0, LONGEST_REASON) + "..." : message);
	}

	private ListOutcome failed(String reason, @Nullable Throwable thrown) {
		boolean known = this.current != null;
		String sentence = this.list + " does not tell which memcached servers there are: " + reason + "; "
				+ (known ? "they stay as they are" : "until it does, every operation fails")
				+ ", and it is asked again";
		Throwable cause = (this.failing && thrown != null) ? ServerText.escaped(thrown) : null;
		Log.log(this.failing ? Level.DEBUG : Level.WARNING, sentence, cause);
		this.failing = true;
		return ListOutcome.FAILED;
	}

	private ListOutcome take(Answer answer, long now) {
		List<String> servers = answer.servers().stream().distinct().sorted().toList();
		if (servers.isEmpty()) {
			failed("its list is empty", null);
			return ListOutcome.EMPTY;
		}
		ServerAddress.parseAll(servers);
		if (this.failing) {
			this.failing = false;
			Log.log(Level.INFO, this.list + " tells which memcached servers there are again");
		}
		return take(new Answer(answer.version(), servers), this.current, now);
	}

	private ListOutcome take(Answer answer, @Nullable Answer before, long now) {
		if (before == null) {
			return change(answer, List.of(), now);
		}
		boolean older = answer.version() < before.version();
		if (older && this.client.isAnswered()) {
			this.candidate = null;
			return ListOutcome.OUTDATED;
		}
		if (answer.servers().equals(before.servers())) {
			this.candidate = null;
			this.current = answer;
			if (now - this.restlessAt > MEMORY * this.interval) {
				this.returns = 0;
			}
			return ListOutcome.UNCHANGED;
		}
		this.restlessAt = now;
		if (this.candidate == null || !this.candidate.servers().equals(answer.servers())) {
			this.candidateSince = now;
		}
		this.candidate = answer;
		boolean sure = older || answer.version() > before.version();
		long hold = (sure && this.returns == 0) ? 0 : this.gap << Math.min(this.returns, MOST_DOUBLINGS);
		return (now - this.candidateSince >= hold) ? change(answer, before.servers(), now) : ListOutcome.HELD;
	}

	private ListOutcome change(Answer answer, List<String> before, long now) {
		this.client.take(answer.servers(), () -> !this.closed);
		if (this.closed) {
			return ListOutcome.UNCHANGED;
		}
		this.current = answer;
		this.candidate = null;
		this.left.values().removeIf((at) -> now - at > MEMORY * this.interval);
		List<String> added = answer.servers().stream().filter((server) -> !before.contains(server)).toList();
		List<String> removed = before.stream().filter((server) -> !answer.servers().contains(server)).toList();
		if (added.stream().anyMatch(this.left::containsKey)) {
			this.returns++;
		}
		removed.forEach((server) -> this.left.put(server, now));
		Log.log(Level.INFO, "the memcached servers by " + this.list + " are " + answer.servers()
				+ (before.isEmpty() ? "" : ": " + added + " came, " + removed + " went"));
		return ListOutcome.CHANGED;
	}

}
