package io.libmc.internal.routing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The ring of servers of consistent hashing, as libmc builds it. Every server has 100
 * points on a circle of 32-bit numbers, at the MD5 of its name and their index, and a key
 * lives on the server of the first point at or after its own hash. When a server comes or
 * goes, only the keys next to its points move.
 * <p>
 * A point is one {@code long}: its hash above, the index of its server below. The hash's
 * sign bit is flipped, so that the order of {@code long}s is that of unsigned hashes.
 */
public final class Ring {

	private static final int POINTS_PER_SERVER = 100;

	private static final long CIRCLE = 1L << 32;

	private final long[] points;

	private final int servers;

	private final KeyHash hash;

	private final double[] shares;

	/**
	 * Creates a ring.
	 * @param servers at least one; the ring knows them by their index
	 * @param hash how to hash keys; points are placed by MD5 always
	 */
	public Ring(List<ServerAddress> servers, KeyHash hash) {
		if (servers.isEmpty()) {
			throw new IllegalArgumentException("a ring needs at least one server");
		}
		this.servers = servers.size();
		this.hash = hash;
		this.points = new long[this.servers * POINTS_PER_SERVER];
		for (int i = 0; i < this.points.length; i++) {
			int server = i / POINTS_PER_SERVER;
			String name = servers.get(server).ringName() + '-' + i % POINTS_PER_SERVER;
			this.points[i] = point(KeyHash.MD5.hash(name.getBytes(StandardCharsets.UTF_8))) | server;
		}
		Arrays.sort(this.points);
		this.shares = computeShares();
	}

	/**
	 * Finds the home of a key.
	 * @param key the key as it goes on the wire
	 * @return the index of the server the key lives on
	 */
	public int find(byte[] key) {
		return (this.servers == 1) ? 0 : server(firstPoint(key));
	}

	/**
	 * Finds a usable server for a key: its home, or else the next one on the ring.
	 * @param key the key as it goes on the wire
	 * @param usable whether the server of an index can be used; asked at most once for
	 * each server, in the order of preference
	 * @return the index of the server, or −1 if none is usable
	 */
	public int find(byte[] key, IntPredicate usable) {
		int home = find(key);
		return usable.test(home) ? home : findSubstitute(key, home, usable);
	}

	/**
	 * Which part of all hashes belongs to each server.
	 * @return from 0 to 1 by the server's index; together 1
	 */
	public double[] shares() {
		return this.shares.clone();
	}

	private double[] computeShares() {
		double[] shares = new double[this.servers];
		long previous = (this.points[this.points.length - 1] >> 32) - CIRCLE;
		for (long point : this.points) {
			long hash = point >> 32;
			shares[(int) point] += (hash - previous) / (double) CIRCLE;
			previous = hash;
		}
		return shares;
	}

	private int findSubstitute(byte[] key, int home, IntPredicate usable) {
		BitSet asked = new BitSet(this.servers);
		asked.set(home);
		for (int i = firstPoint(key); asked.cardinality() < this.servers; i = next(i)) {
			int server = server(i);
			if (!asked.get(server)) {
				if (usable.test(server)) {
					return server;
				}
				asked.set(server);
			}
		}
		return -1;
	}

	private int firstPoint(byte[] key) {
		int found = Arrays.binarySearch(this.points, point(this.hash.hash(key)));
		int index = (found >= 0) ? found : -(found + 1);
		return (index < this.points.length) ? index : 0;
	}

	private int next(int index) {
		return (index + 1 < this.points.length) ? index + 1 : 0;
	}

	private int server(int index) {
		return (int) this.points[index];
	}

	private static long point(int hash) {
		return (long) (hash ^ Integer.MIN_VALUE) << 32;
	}

}
