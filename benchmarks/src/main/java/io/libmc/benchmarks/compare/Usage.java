package io.libmc.benchmarks.compare;

import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;

/**
 * What this process has used so far.
 *
 * @param nanos time
 * @param cpuNanos CPU time of all threads
 * @param allocatedBytes heap allocated by all threads
 */
record Usage(long nanos, long cpuNanos, long allocatedBytes) {

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory
		.getOperatingSystemMXBean();

	/** Since JDK 21; it also knows of threads that have ended. */
	private static final @Nullable Method TOTAL = findTotal();

	static Usage now() {
		return new Usage(System.nanoTime(), SYSTEM.getProcessCpuTime(), allocated());
	}

	Usage minus(Usage before) {
		return new Usage(this.nanos - before.nanos, this.cpuNanos - before.cpuNanos,
				this.allocatedBytes - before.allocatedBytes);
	}

	private static long allocated() {
		if (TOTAL != null) {
			try {
				return (Long) TOTAL.invoke(THREADS);
			}
			catch (ReflectiveOperationException ex) {
				throw new IllegalStateException(ex);
			}
		}
		long sum = 0;
		for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
			sum += Math.max(bytes, 0);
		}
		return sum;
	}

	private static @Nullable Method findTotal() {
		try {
			return ThreadMXBean.class.getMethod("getTotalThreadAllocatedBytes");
		}
		catch (NoSuchMethodException ex) {
			return null;
		}
	}

}
