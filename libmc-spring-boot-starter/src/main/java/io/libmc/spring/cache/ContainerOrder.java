package io.libmc.spring.cache;

import java.util.Collection;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.Spliterator;
import java.util.TreeMap;
import java.util.concurrent.PriorityBlockingQueue;

import org.jspecify.annotations.Nullable;

/**
 * In which order the elements of a collection, or the keys of a map, are. The JDK's views
 * hide what is behind them, but hand out its {@link Spliterator}, which tells.
 */
final class ContainerOrder {

	private static final NavigableMap<Integer, Integer> BACKWARDS = new TreeMap<>(Map.of(1, 1, 2, 2)).descendingMap();

	/** Those of maps that are told by their keys in another way, and do not say so. */
	private static final Set<Class<?>> SILENT = Set.of(new IdentityHashMap<>().keySet().spliterator().getClass(),
			BACKWARDS.keySet().spliterator().getClass(), BACKWARDS.headMap(1).keySet().spliterator().getClass());

	private ContainerOrder() {
	}

	/**
	 * What decides on the order of a collection or on what is the same to it, be it its
	 * own or that of one which it is a view of.
	 * @return {@code null} if there is none, or it is that of the elements themselves
	 */
	static @Nullable Object decidedBy(Object container) {
		if (container instanceof PriorityQueue<?> queue) {
			return unlessNatural(queue.comparator());
		}
		if (container instanceof PriorityBlockingQueue<?> queue) {
			return unlessNatural(queue.comparator());
		}
		if (container instanceof SortedMap<?, ?> map) {
			return unlessNatural(map.comparator());
		}
		if (container instanceof SortedSet<?> set) {
			return unlessNatural(set.comparator());
		}
		Spliterator<?> elements = elements(container);
		return elements.hasCharacteristics(Spliterator.SORTED) ? unlessNatural(elements.getComparator())
				: SILENT.contains(elements.getClass()) ? elements.getClass() : null;
	}

	/** Whether the elements of a collection, or the keys of a map, are in an order. */
	static boolean isOrdered(Object container) {
		return elements(container).hasCharacteristics(Spliterator.ORDERED);
	}

	/** Those of a view are those of what is behind it. */
	private static Spliterator<?> elements(Object container) {
		return (container instanceof Map<?, ?> map) ? map.keySet().spliterator()
				: ((Collection<?>) container).spliterator();
	}

	private static @Nullable Object unlessNatural(@Nullable Comparator<?> order) {
		return Comparator.<String>naturalOrder().equals(order) ? null : order;
	}

}
