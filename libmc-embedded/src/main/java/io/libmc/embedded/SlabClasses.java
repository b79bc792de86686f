package io.libmc.embedded;

import java.util.Arrays;

/**
 * memcached's classes of items by size, which are told and not used.
 */
final class SlabClasses {

	private static final int SMALLEST = 96;

	private static final int LARGEST = 512 * 1024;

	private static final double FACTOR = 1.25;

	private static final int[] SIZES = sizes();

	private SlabClasses() {
	}

	private static int[] sizes() {
		int[] sizes = new int[64];
		int count = 0;
		for (int size = SMALLEST; size < LARGEST / FACTOR; size = (int) (size * FACTOR)) {
			size += (8 - size % 8) % 8;
			sizes[count++] = size;
		}
		sizes[count++] = LARGEST;
		return Arrays.copyOf(sizes, count);
	}

	/**
	 * The class of an item.
	 * @return from 1 on
	 */
	static int of(long size) {
		int found = Arrays.binarySearch(SIZES, (int) Math.min(size, LARGEST));
		return ((found >= 0) ? found : -found - 1) + 1;
	}

	static int count() {
		return SIZES.length;
	}

	static int size(int slabClass) {
		return SIZES[slabClass - 1];
	}

}
