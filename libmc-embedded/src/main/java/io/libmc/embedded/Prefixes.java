package io.libmc.embedded;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What classic commands do to keys by what these have before their first colon, counted
 * while {@code stats detail} is on.
 */
final class Prefixes {

	private static final String NONE = "<null>";

	/** Of one prefix. */
	private static final class Counts {

		final LongAdder gets = new LongAdder();

		final LongAdder hits = new LongAdder();

		final LongAdder sets = new LongAdder();

		final LongAdder deletes = new LongAdder();

	}

	private final Map<String, Counts> counts = new ConcurrentHashMap<>();

	private volatile boolean counting;

	void count(boolean whether) {
		this.counting = whether;
	}

	void reset() {
		this.counts.clear();
	}

	void countGet(String key) {
		add(key, (prefix) -> prefix.gets);
	}

	void countHit(String key) {
		add(key, (prefix) -> prefix.hits);
	}

	void countSet(String key) {
		add(key, (prefix) -> prefix.sets);
	}

	void countDelete(String key) {
		add(key, (prefix) -> prefix.deletes);
	}

	private void add(String key, Function<Counts, LongAdder> counter) {
		if (this.counting) {
			int colon = key.indexOf(':');
			String prefix = (colon >= 0) ? key.substring(0, colon) : NONE;
			counter.apply(this.counts.computeIfAbsent(prefix, (any) -> new Counts())).increment();
		}
	}

	/** A line for each prefix. */
	Stream<String> lines() {
		return this.counts.entrySet().stream().sorted(Map.Entry.comparingByKey()).map((entry) -> {
			Counts of = entry.getValue();
			return "PREFIX " + entry.getKey() + " get " + of.gets.sum() + " hit " + of.hits.sum() + " set "
					+ of.sets.sum() + " del " + of.deletes.sum() + "\r\n";
		});
	}

}
