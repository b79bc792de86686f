package io.libmc.benchmarks.compare;

import java.util.Locale;

/**
 * What is measured.
 */
enum Metric {

	THROUGHPUT("ops/s", 0, true),

	P50("p50 µs", 0, false),

	P99("p99 µs", 0, false),

	P999("p99.9 µs", 0, false),

	MAX("max µs", 0, false),

	CPU("CPU µs/op", 1, false),

	ALLOCATED("allocated B/op", 0, false),

	WIRE("wire B/op", 0, false),

	ERRORS("errors", 0, false),

	REST_CPU("CPU ms/s", 2, false),

	HEAP("heap kB/client", 1, false),

	RESIDENT("resident kB/client", 0, false),

	THREADS("threads/client", 1, false);

	private final String label;

	private final int decimals;

	private final boolean higherIsBetter;

	Metric(String label, int decimals, boolean higherIsBetter) {
		this.label = label;
		this.decimals = decimals;
		this.higherIsBetter = higherIsBetter;
	}

	String label() {
		return this.label;
	}

	boolean higherIsBetter() {
		return this.higherIsBetter;
	}

	String format(double value) {
		return String.format(Locale.ROOT, "%,." + this.decimals + "f", value);
	}

}
