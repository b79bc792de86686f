package io.libmc.benchmarks.compare;

import java.io.IOException;
import java.util.List;

/**
 * What operations put on the wire, by the servers' own counters: both ways, with all that
 * the protocol takes, without what TCP adds.
 */
final class Traffic {

	private static final int OPERATIONS = 100;

	private Traffic() {
	}

	/**
	 * Does some operations one by one while nothing else is done.
	 * @param action what to do
	 * @param servers who counts
	 * @return bytes per operation
	 */
	static double perOperation(Load.Action action, List<String> servers) throws Exception {
		long before = bytes(servers);
		long start = bytes(servers);
		for (int i = 0; i < OPERATIONS; i++) {
			action.run(i);
		}
		// being asked counts, too
		long asked = start - before;
		return (double) (bytes(servers) - start - asked) / OPERATIONS;
	}

	private static long bytes(List<String> servers) throws IOException {
		long sum = 0;
		for (String server : servers) {
			sum += Probe.transferred(server);
		}
		return sum;
	}

}
