package io.libmc.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;

/**
 * Which numbers of threads, and which sizes of batches, are measured; and where virtual
 * threads come from, as this compiles for a Java that has none.
 *
 * @param platform how many platform threads
 * @param virtual how many virtual threads
 * @param batches how many keys
 */
record Threads(List<Integer> platform, List<Integer> virtual, List<Integer> batches) {

	List<Step> steps(Operation operation, int size, int most, boolean withVirtual) {
		return steps(operation, Shape.TEXT, size, most, withVirtual);
	}

	List<Step> steps(Operation operation, Shape shape, int size, int most, boolean withVirtual) {
		List<Step> steps = new ArrayList<>();
		for (int threads : this.platform) {
			if (threads <= most) {
				steps.add(new Step(operation, shape, size, 1, threads, false));
			}
		}
		if (withVirtual && hasVirtual()) {
			for (int threads : this.virtual) {
				steps.add(new Step(operation, shape, size, 1, threads, true));
			}
		}
		return steps;
	}

	static boolean hasVirtual() {
		return Runtime.version().feature() >= 21;
	}

	static ThreadFactory factory(boolean virtual) {
		if (!virtual) {
			return Thread::new;
		}
		try {
			Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
			return (ThreadFactory) Class.forName("java.lang.Thread$Builder").getMethod("factory").invoke(builder);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException("virtual threads need JDK 21 or newer", ex);
		}
	}

}
