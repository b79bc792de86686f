package io.libmc.spring.cache;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import org.springframework.util.ClassUtils;

/**
 * How one cache behaves. Every option is checked where it is set: a bad one is an
 * {@link IllegalArgumentException} that names it. Not thread-safe.
 */
public final class LibmcCacheSettings {

	Duration timeToLive = Duration.ZERO;

	double timeToLiveJitter;

	boolean cacheNullValues = true;

	EntryFormat format;

	OnError onError = OnError.BYPASS;

	boolean enableStatistics = true;

	/**
	 * The defaults. The format is {@link EntryFormat#jdk} without classes of the
	 * application.
	 */
	public LibmcCacheSettings() {
		ClassLoader classLoader = ClassUtils.getDefaultClassLoader();
		this.format = EntryFormat.jdk((classLoader != null) ? classLoader : ClassLoader.getSystemClassLoader(),
				List.of());
	}

	/**
	 * Copies settings.
	 * @param other the settings to begin with
	 */
	public LibmcCacheSettings(LibmcCacheSettings other) {
		this.timeToLive = other.timeToLive;
		this.timeToLiveJitter = other.timeToLiveJitter;
		this.cacheNullValues = other.cacheNullValues;
		this.format = other.format;
		this.onError = other.onError;
		this.enableStatistics = other.enableStatistics;
	}

	/**
	 * How long an entry lives after it was put. {@link Duration#ZERO}, for ever, unless
	 * set; memcached counts in seconds.
	 * @param timeToLive not negative
	 * @return this
	 */
	public LibmcCacheSettings timeToLive(Duration timeToLive) {
		if (timeToLive.isNegative()) {
			throw new IllegalArgumentException(
					"timeToLive: " + timeToLive + " is negative; give a positive time, or 0 for no expiry");
		}
		this.timeToLive = timeToLive;
		return this;
	}

	/**
	 * How much shorter than its {@linkplain #timeToLive time to live} an entry may live,
	 * so that entries that were put together do not expire together: with 0.1 each lives
	 * 90 to 100 % of it. 0 unless set.
	 * @param timeToLiveJitter 0 to 1
	 * @return this
	 */
	public LibmcCacheSettings timeToLiveJitter(double timeToLiveJitter) {
		if (!(timeToLiveJitter >= 0 && timeToLiveJitter <= 1)) {
			throw new IllegalArgumentException(
					"timeToLiveJitter: " + timeToLiveJitter + " is out of range; give 0 to 1, such as 0.1 for 10 %");
		}
		this.timeToLiveJitter = timeToLiveJitter;
		return this;
	}

	/**
	 * Whether {@code null} is cached as a value of its own. On unless set; off, caching
	 * one is an {@link IllegalArgumentException}.
	 * @param cacheNullValues whether to
	 * @return this
	 */
	public LibmcCacheSettings cacheNullValues(boolean cacheNullValues) {
		this.cacheNullValues = cacheNullValues;
		return this;
	}

	/**
	 * What the entries look like on the server.
	 * @param format the format
	 * @return this
	 */
	public LibmcCacheSettings format(EntryFormat format) {
		this.format = Objects.requireNonNull(format, "format");
		return this;
	}

	/**
	 * What a failing memcached does to the application. {@link OnError#BYPASS} unless
	 * set.
	 * @param onError what to do
	 * @return this
	 */
	public LibmcCacheSettings onError(OnError onError) {
		this.onError = Objects.requireNonNull(onError, "onError");
		return this;
	}

	/**
	 * Whether the cache counts. On unless set.
	 * @param enableStatistics whether to
	 * @return this
	 */
	public LibmcCacheSettings enableStatistics(boolean enableStatistics) {
		this.enableStatistics = enableStatistics;
		return this;
	}

}
