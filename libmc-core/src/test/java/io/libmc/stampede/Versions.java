package io.libmc.stampede;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What processes of one machine know at the same moment: the versions in a "database",
 * which only grow, those that are known to have been taken back everywhere, and how the
 * processes do. A file that all of them have in their memory.
 */
final class Versions {

	static final int KEYS = 8;

	private static final int MOST_PROCESSES = 8;

	private static final VarHandle NUMBERS = MethodHandles.byteBufferViewVarHandle(long[].class,
			ByteOrder.nativeOrder());

	private static final int OVER = 2 * KEYS;

	private static final int CHANGES_STOPPED = OVER + 1;

	private static final int PROCESSES = OVER + 2;

	private final ByteBuffer memory;

	Versions(Path file) throws IOException {
		int bytes = Long.BYTES * (PROCESSES + 2 * MOST_PROCESSES);
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ,
				StandardOpenOption.WRITE)) {
			this.memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes);
		}
	}

	private long get(int index) {
		return (long) NUMBERS.getVolatile(this.memory, index * Long.BYTES);
	}

	private void set(int index, long number) {
		NUMBERS.setVolatile(this.memory, index * Long.BYTES, number);
	}

	/** What is in the database. */
	long latest(int key) {
		return get(key);
	}

	/** Changes the database. */
	long change(int key) {
		return 1 + (long) NUMBERS.getAndAdd(this.memory, key * Long.BYTES, 1L);
	}

	/** Every version before this one has been taken back. */
	void takenBack(int key, long version) {
		int index = KEYS + key;
		for (long before = get(index); before < version; before = get(index)) {
			NUMBERS.compareAndSet(this.memory, index * Long.BYTES, before, version);
		}
	}

	/** The oldest version that a call that begins now may return. */
	long oldest(int key) {
		return get(KEYS + key);
	}

	void over() {
		set(OVER, 1);
	}

	boolean isOver() {
		return get(OVER) != 0;
	}

	void stopChanges(boolean stopped) {
		set(CHANGES_STOPPED, stopped ? 1 : 0);
	}

	boolean areChangesStopped() {
		return get(CHANGES_STOPPED) != 0;
	}

	/** Whether a process is changing nothing. */
	void idle(int process, boolean idle) {
		set(PROCESSES + 2 * process, idle ? 1 : 0);
	}

	boolean isIdle(int process) {
		return get(PROCESSES + 2 * process) != 0;
	}

	/**
	 * How many servers a process takes for alive; it counts only what it has just seen.
	 */
	void alive(int process, long servers) {
		set(PROCESSES + 2 * process + 1, servers);
	}

	long alive(int process) {
		return get(PROCESSES + 2 * process + 1);
	}

}
