package io.libmc.spring.cache;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;

/**
 * The groups that an entry belongs to, and the number that each had when the entry was
 * made. Immutable.
 */
final class GroupStamps {

	static final GroupStamps NONE = new GroupStamps(new long[0]);

	/** How many groups an entry may belong to. */
	static final int MOST = 4;

	/** Each group's digest, and behind it its number. */
	private final long[] pairs;

	private GroupStamps(long[] pairs) {
		this.pairs = pairs;
	}

	/**
	 * Groups whose numbers are not known yet: with {@link Generation#NONE} an entry is
	 * absent.
	 * @throws IllegalArgumentException if there are too many
	 */
	static GroupStamps of(Collection<String> groups) {
		Set<Long> digests = new TreeSet<>();
		groups.forEach((group) -> digests.add(WireKeys.shortDigest(group)));
		if (digests.size() > MOST) {
			throw new IllegalArgumentException("groups: an entry may belong to " + MOST
					+ " groups at most, and this one would belong to " + groups);
		}
		return digests.isEmpty() ? NONE : new GroupStamps(
				digests.stream().flatMapToLong((digest) -> LongStream.of(digest, Generation.NONE)).toArray());
	}

	/** As {@link #toList()} has them. */
	static GroupStamps numbered(List<?> numbers) {
		return new GroupStamps(numbers.stream().mapToLong((number) -> (Long) number).toArray());
	}

	/** Whether a list is such a one. */
	static boolean areNumbers(List<?> stored) {
		return !stored.isEmpty() && stored.size() % 2 == 0 && stored.size() <= 2 * MOST
				&& stored.stream().allMatch(Long.class::isInstance);
	}

	List<Long> toList() {
		return LongStream.of(this.pairs).boxed().toList();
	}

	boolean isEmpty() {
		return this.pairs.length == 0;
	}

	int size() {
		return this.pairs.length / 2;
	}

	long digest(int group) {
		return this.pairs[2 * group];
	}

	long number(int group) {
		return this.pairs[2 * group + 1];
	}

	/** The same groups with other numbers. */
	GroupStamps with(long... numbers) {
		long[] stamped = this.pairs.clone();
		for (int i = 0; i < numbers.length; i++) {
			stamped[2 * i + 1] = numbers[i];
		}
		return new GroupStamps(stamped);
	}

}
