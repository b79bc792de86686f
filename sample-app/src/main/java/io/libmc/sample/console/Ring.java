package io.libmc.sample.console;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * The client's ring, to be drawn: a circle of 32-bit numbers, on which each server has
 * 100 points at the MD5 of its name. A key lives on the server of the first point at or
 * after its own hash. The client itself tells where a key lives; this tells why.
 */
final class Ring {

	private static final int POINTS_PER_SERVER = 100;

	private final List<Point> points = new ArrayList<>();

	Ring(List<String> servers) {
		for (String server : servers) {
			for (int i = 0; i < POINTS_PER_SERVER; i++) {
				this.points.add(new Point(hash(server + "-" + i), server));
			}
		}
		this.points.sort(Comparator.comparingLong(Point::hash));
	}

	/** A point of a server, whose keys have the hashes before it. */
	record Point(long hash, String server) {

	}

	List<Point> points() {
		return this.points;
	}

	/** Where on the circle a key is, of 2³² places. */
	static long hash(String key) {
		try {
			byte[] digest = MessageDigest.getInstance("MD5").digest(key.getBytes(StandardCharsets.UTF_8));
			return Integer.toUnsignedLong(ByteBuffer.wrap(digest).order(ByteOrder.LITTLE_ENDIAN).getInt());
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every JDK has MD5", ex);
		}
	}

	/**
	 * The server of a hash, of those that will do.
	 * @return {@code null} if none will
	 */
	@Nullable String serverOf(long hash, Predicate<String> which) {
		return this.points.stream()
			.filter((point) -> which.test(point.server))
			.filter((point) -> point.hash >= hash)
			.findFirst()
			.or(() -> this.points.stream().filter((point) -> which.test(point.server)).findFirst())
			.map(Point::server)
			.orElse(null);
	}

}
