package io.libmc.spring.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;

import io.libmc.spring.cache.CacheGroups;
import io.libmc.spring.cache.ClassChanges;
import io.libmc.spring.cache.Compression;
import io.libmc.spring.cache.EntryFormat;
import io.libmc.spring.cache.FormatProperties;
import io.libmc.spring.cache.LibmcCacheSettings;
import io.libmc.spring.cache.NearSettings;
import io.libmc.spring.cache.OnError;
import io.libmc.spring.cache.TimeToLive;

/**
 * The cache manager's properties. Unknown ones are refused: {@code caches: books.byId:}
 * without brackets would otherwise be lost in silence.
 *
 * @param enabled Whether memcached is the cache. If not, caching is off.
 * @param keyPrefix What every entry's key starts with, before the cache's name.
 * @param clearVisibility Within which time every other instance of the application sees
 * that a cache was cleared. Each asks for that as often, along with the entry it reads.
 * @param transactionAware Whether puts, evictions and clearings within a transaction wait
 * for its commit, and are dropped if it is rolled back.
 * @param caches Settings for single caches, by name: any of the properties from
 * time-to-live on. What is not set here is as for all caches. A name with a dot or
 * another special character needs brackets, as in "[books.byId]".
 * @param timeToLive How long an entry lives after it was put. 0 means for ever.
 * @param timeToLiveBy Name of a bean, a TimeToLive, that says how long each entry lives,
 * in place of time-to-live.
 * @param timeToLiveJitter How much shorter an entry may live, from 0 to 1, so that those
 * put together do not expire together: with 0.1 each lives 90 to 100 % of its time.
 * @param timeToIdle How long an entry lives after it was last found or put, but not
 * longer than its time-to-live. Not with a lease, refresh-ahead or serve-stale; 0 means
 * that finding an entry does not prolong its life.
 * @param cacheNullValues Whether null is cached as a value of its own. If not, caching it
 * is an error.
 * @param serializer What the entries look like on the servers: "json" needs Jackson 3,
 * "jdk" is Java serialization, "libmc" is readable by Python, "auto" is "json" where
 * Jackson 3 is and else "jdk". Any other is the name of a bean, a CacheValueSerializer or
 * an EntryFormat.
 * @param alsoRead Other serializers whose entries are read, too, and are misses else: for
 * the time of a change from one to another.
 * @param allowedClasses Classes that "jdk" and "json" may cache, other than the JDK's
 * value types and those of the application's own packages: "com.acme.Order", all of a
 * package with "com.acme.*", or of a package and below with "com.acme.**".
 * @param classChanges What becomes of an entry of "jdk" or "json" that another version of
 * a class in it wrote: with "miss" it is a miss, with "tolerate" what the serializer
 * makes of it, where fields can be null or 0.
 * @param compression How entries are compressed: "none", "zlib", or "lz4", which needs
 * lz4-java. As libmc.comp-threshold says unless set.
 * @param compressionThreshold Entries of more bytes than this are compressed, where
 * "compression" is set.
 * @param onError What a failing memcached does to the application: with "bypass" it goes
 * on as if without a cache, with "throw" it gets the exception.
 * @param enableStatistics Whether the caches count hits, misses, puts and evictions.
 * @param lease For how long one caller in the whole cluster is elected to load a missing
 * entry with sync = true: longer than a loader ever takes. 0 lets each instance of the
 * application load for itself.
 * @param leaseWait How long the others wait for the one that was elected before they load
 * for themselves.
 * @param refreshAhead How long before an entry expires one caller loads it anew, while
 * the others get the present value. Less than time-to-live; 0 means never.
 * @param refreshInBackground Whether the one that loads an entry anew before it expires
 * gets the present value too, and its loader runs on another thread.
 * @param serveStale How long an evicted entry may still be served while one caller loads
 * it anew. 0 means not at all.
 * @param groups Expressions on #key and #value, such as "#value.authorId", that name the
 * groups an entry belongs to, up to four: all entries of a group can be evicted together.
 * @param groupsBy Name of a bean, a CacheGroups, that says which groups each entry
 * belongs to, in place of groups.
 * @param cluster Name of the cluster that the entries are on, below libmc.clusters, or
 * "default" for that of libmc.servers.
 * @param near Entries in the application's own memory, in front of memcached.
 */
@ConfigurationProperties(prefix = LibmcCacheProperties.PREFIX, ignoreUnknownFields = false)
record LibmcCacheProperties(@DefaultValue("true") boolean enabled, @DefaultValue("") String keyPrefix,
		@DefaultValue("1s") Duration clearVisibility, @DefaultValue("false") boolean transactionAware,
		@DefaultValue Map<String, Single> caches, @DefaultValue("0s") Duration timeToLive,
		@Nullable String timeToLiveBy, @DefaultValue("0") double timeToLiveJitter,
		@DefaultValue("0s") Duration timeToIdle, @DefaultValue("true") boolean cacheNullValues,
		@DefaultValue(FormatFactory.AUTO) String serializer, @DefaultValue List<String> alsoRead,
		@DefaultValue List<String> allowedClasses, @DefaultValue("miss") ClassChanges classChanges,
		@Nullable Compression compression, @DefaultValue("1KB") DataSize compressionThreshold,
		@DefaultValue("bypass") OnError onError, @DefaultValue("true") boolean enableStatistics,
		@DefaultValue(LibmcCacheProperties.LEASE) Duration lease, @DefaultValue("10s") Duration leaseWait,
		@DefaultValue("0s") Duration refreshAhead, @DefaultValue("false") boolean refreshInBackground,
		@DefaultValue("0s") Duration serveStale, @DefaultValue List<String> groups, @Nullable String groupsBy,
		@DefaultValue(LibmcClusters.DEFAULT) String cluster, @DefaultValue Near near) {

	static final String PREFIX = "libmc.cache";

	static final String LEASE = "10s";

	/** The settings of all caches that have no others. */
	LibmcCacheSettings settings(FormatFactory formats, NamedBeans beans) {
		return forAll().apply(PREFIX, new LibmcCacheSettings(), this, formats, beans);
	}

	/** The settings of one cache, made of those of all. */
	LibmcCacheSettings settings(String cache, LibmcCacheSettings defaults, FormatFactory formats, NamedBeans beans) {
		Single single = this.caches.get(cache);
		return (single != null) ? single.apply(PREFIX + ".caches[" + cache + "]", defaults, this, formats, beans)
				: defaults;
	}

	private Single forAll() {
		boolean unset = this.timeToLiveBy != null && this.timeToLive.isZero();
		// one that is as it is unless set need not have been set
		Duration set = this.lease.equals(DurationStyle.detectAndParse(LEASE)) ? null : this.lease;
		return new Single(unset ? null : this.timeToLive, this.timeToLiveBy, this.timeToLiveJitter, this.timeToIdle,
				this.cacheNullValues, this.serializer, this.alsoRead, this.allowedClasses, this.classChanges,
				this.compression, this.compressionThreshold, this.onError, this.enableStatistics, set, this.leaseWait,
				this.refreshAhead, this.refreshInBackground, this.serveStale,
				this.groups.isEmpty() ? null : this.groups, this.groupsBy, null, this.near);
	}

	/**
	 * Entries in the application's own memory. For all caches what is not set is as said
	 * here; for a single cache it is as for all.
	 *
	 * @param enabled Whether entries are kept in the application's memory, too. Off by
	 * default.
	 * @param maximumSize How many entries there are at most for each cache. 10000 by
	 * default.
	 * @param maximumBytes How long they may be together for each cache, as they lie on
	 * the servers. No bound by default.
	 * @param timeToLive How long an entry is served without asking memcached whether it
	 * has changed: within that time what another instance does is seen. 1s by default.
	 * @param timeToLiveWhenDown How long an entry is served while memcached fails, since
	 * it was last known to be good. 0 by default: not at all.
	 * @param byReference Whether all callers get the same object, for values that nobody
	 * changes. By default each gets one of its own.
	 */
	record Near(@Nullable Boolean enabled, @Nullable Long maximumSize, @Nullable DataSize maximumBytes,
			@Nullable Duration timeToLive, @Nullable Duration timeToLiveWhenDown, @Nullable Boolean byReference) {

		private static final Near DEFAULTS = new Near(false, 10_000L, DataSize.ofBytes(0), Duration.ofSeconds(1),
				Duration.ZERO, false);

		/** These, and what is not set as in others. */
		private Near or(Near other) {
			return new Near(first(this.enabled, other.enabled), first(this.maximumSize, other.maximumSize),
					first(this.maximumBytes, other.maximumBytes), first(this.timeToLive, other.timeToLive),
					first(this.timeToLiveWhenDown, other.timeToLiveWhenDown),
					first(this.byReference, other.byReference));
		}

		private static <T> @Nullable T first(@Nullable T own, @Nullable T other) {
			return (own != null) ? own : other;
		}

		/** Changes settings as these properties say, each told of by its own name. */
		private void map(PropertyMapping mapping, Near all) {
			Near near = or(all).or(DEFAULTS);
			boolean enabled = Boolean.TRUE.equals(near.enabled);
			if (!enabled && near.equals(DEFAULTS)) {
				mapping.map("near.enabled", false, "false", (mapped, unused) -> mapped.near(null));
				return;
			}
			mapping.map("near.enabled", near.enabled, "true",
					(mapped, unused) -> mapped.near(NearSettings.timeToLive(Duration.ofSeconds(1))));
			mapping.mapNear("time-to-live", near.timeToLive, "1s", NearSettings::withTimeToLive);
			mapping.mapNear("maximum-size", near.maximumSize, "10000", NearSettings::withMaximumSize);
			mapping.mapNear("maximum-bytes", near.maximumBytes, "64MB",
					(settings, size) -> settings.withMaximumBytes(size.toBytes()));
			mapping.mapNear("time-to-live-when-down", near.timeToLiveWhenDown, "1m",
					NearSettings::withTimeToLiveWhenDown);
			mapping.mapNear("by-reference", near.byReference, "true", NearSettings::withByReference);
			if (!enabled) {
				mapping.map("near.enabled", false, "false", (mapped, checked) -> mapped.near(null));
			}
		}

	}

	/**
	 * One cache's properties; those that are {@code null} are as for all.
	 */
	record Single(@Nullable Duration timeToLive, @Nullable String timeToLiveBy, @Nullable Double timeToLiveJitter,
			@Nullable Duration timeToIdle, @Nullable Boolean cacheNullValues, @Nullable String serializer,
			@Nullable List<String> alsoRead, @Nullable List<String> allowedClasses, @Nullable ClassChanges classChanges,
			@Nullable Compression compression, @Nullable DataSize compressionThreshold, @Nullable OnError onError,
			@Nullable Boolean enableStatistics, @Nullable Duration lease, @Nullable Duration leaseWait,
			@Nullable Duration refreshAhead, @Nullable Boolean refreshInBackground, @Nullable Duration serveStale,
			@Nullable List<String> groups, @Nullable String groupsBy, @Nullable String cluster, @Nullable Near near) {

		/**
		 * Changes settings as these properties say.
		 * @param prefix what the properties are below
		 * @param all what the properties inherit from
		 */
		LibmcCacheSettings apply(String prefix, LibmcCacheSettings settings, LibmcCacheProperties all,
				FormatFactory formats, NamedBeans beans) {
			PropertyMapping mapping = new PropertyMapping(prefix, settings);
			mapping.mapSeconds("time-to-live", this.timeToLive, "10m", LibmcCacheSettings::timeToLive);
			mapping.map("time-to-live-by", this.timeToLiveBy, "orderTimes",
					(mapped, name) -> mapped.timeToLive(timeToLive(name, beans)));
			mapping.map("time-to-live-jitter", this.timeToLiveJitter, "0.1", LibmcCacheSettings::timeToLiveJitter);
			mapping.mapSeconds("time-to-idle", this.timeToIdle, "30m", LibmcCacheSettings::timeToIdle);
			mapping.map("cache-null-values", this.cacheNullValues, "true", LibmcCacheSettings::cacheNullValues);
			mapping.map("on-error", this.onError, "bypass", LibmcCacheSettings::onError);
			mapping.map("enable-statistics", this.enableStatistics, "true", LibmcCacheSettings::enableStatistics);
			mapping.mapSeconds("lease", this.lease, "10s", LibmcCacheSettings::lease);
			mapping.map("lease-wait", this.leaseWait, "10s", LibmcCacheSettings::leaseWait);
			mapping.map("refresh-in-background", this.refreshInBackground, "true",
					LibmcCacheSettings::refreshInBackground);
			mapping.mapSeconds("serve-stale", this.serveStale, "30s", LibmcCacheSettings::serveStale);
			mapping.map("groups", this.groups, "#value.authorId", (mapped, expressions) -> mapped
				.groups(expressions.isEmpty() ? null : CacheGroups.expressions(expressions.toArray(String[]::new))));
			mapping.map("groups-by", this.groupsBy, "orderGroups",
					(mapped, name) -> mapped.groups(groups(name, beans)));
			if (this.near != null) {
				this.near.map(mapping, all.near);
			}
			mapFormat(mapping, all, formats);
			mapCompression(mapping, all);
			mapping.map("time-to-idle", this.timeToIdle, "0s",
					(mapped, timeToIdle) -> timeToIdle.isZero() ? mapped : checked(mapped));
			mapping.mapSeconds("refresh-ahead", this.refreshAhead, "30s",
					(mapped, refreshAhead) -> checked(mapped.refreshAhead(refreshAhead)));
			mapping.map("time-to-live", this.timeToLive, "10m", (mapped, timeToLive) -> checked(mapped));
			mapping.map("time-to-idle", this.timeToIdle, "0s", (mapped, timeToIdle) -> checked(mapped));
			mapping.map("lease", this.lease, "0s", (mapped, lease) -> checked(mapped));
			mapping.map("serve-stale", this.serveStale, "0s", (mapped, serveStale) -> checked(mapped));
			return mapping.settings();
		}

		private TimeToLive timeToLive(String name, NamedBeans beans) {
			if (this.timeToLive != null) {
				throw new IllegalArgumentException(
						"time-to-live is set beside it; how long entries live is said by one of the two");
			}
			return beans.get(name, TimeToLive.class);
		}

		private CacheGroups groups(String name, NamedBeans beans) {
			if (this.groups != null) {
				throw new IllegalArgumentException(
						"groups is set beside it; which groups entries belong to is said by one of the two");
			}
			return beans.get(name, CacheGroups.class);
		}

		private void mapFormat(PropertyMapping mapping, LibmcCacheProperties all, FormatFactory formats) {
			if (Stream.of(this.serializer, this.alsoRead, this.allowedClasses, this.classChanges)
				.allMatch(Objects::isNull)) {
				return;
			}
			List<String> classes = (this.allowedClasses != null) ? this.allowedClasses : all.allowedClasses;
			ClassChanges changes = (this.classChanges != null) ? this.classChanges : all.classChanges;
			String list = ((this.allowedClasses != null) ? mapping.prefix : PREFIX) + ".allowed-classes";
			FormatProperties properties = new FormatProperties(list, mapping.property("serializer"));
			mapping.map("allowed-classes", classes, "com.acme.Order", (mapped, allowed) -> {
				formats.check(allowed);
				return mapped;
			});
			Function<String, EntryFormat> format = (name) -> formats.create(name, classes, changes, properties);
			String own = (this.serializer != null) ? this.serializer : all.serializer;
			mapping.map("serializer", own, "json", (mapped, name) -> mapped.format(format.apply(name)));
			List<String> others = (this.alsoRead != null) ? this.alsoRead : all.alsoRead;
			if (!others.isEmpty()) {
				mapping.map("also-read", others, "jdk", (mapped, names) -> mapped
					.format(format.apply(own).alsoReading(names.stream().map(format).toArray(EntryFormat[]::new))));
			}
		}

		private void mapCompression(PropertyMapping mapping, LibmcCacheProperties all) {
			Compression chosen = (this.compression != null) ? this.compression : all.compression;
			DataSize threshold = (this.compressionThreshold != null) ? this.compressionThreshold
					: all.compressionThreshold;
			if (this.compression != null || this.compressionThreshold != null) {
				mapping.map("compression", chosen, "zlib", (mapped, how) -> mapped.compression(how, 0));
				mapping.map("compression-threshold", threshold, "1KB", (mapped, size) -> {
					LibmcCacheSettings compressing = mapped.compression((chosen != null) ? chosen : Compression.NONE,
							ClientFactory.bytes(size));
					return (chosen != null) ? compressing : mapped;
				});
			}
		}

		private static LibmcCacheSettings checked(LibmcCacheSettings settings) {
			settings.check();
			return settings;
		}

	}

	/**
	 * Settings that properties change one after the other.
	 */
	private static final class PropertyMapping {

		private final String prefix;

		private LibmcCacheSettings settings;

		PropertyMapping(String prefix, LibmcCacheSettings settings) {
			this.prefix = prefix;
			this.settings = settings;
		}

		/**
		 * Maps a property.
		 * @param value its value, or {@code null} if it is not set
		 * @param goodValue a value as the user could write it
		 */
		<T> void map(String name, @Nullable T value, String goodValue,
				BiFunction<LibmcCacheSettings, T, LibmcCacheSettings> option) {
			if (value != null) {
				InvalidLibmcPropertyException.apply(property(name), value, goodValue,
						(good) -> this.settings = option.apply(this.settings, good));
			}
		}

		/**
		 * Maps a time that memcached counts in seconds. What is less than one is most
		 * often a number without a unit, which Boot takes as milliseconds.
		 */
		void mapSeconds(String name, @Nullable Duration value, String goodValue,
				BiFunction<LibmcCacheSettings, Duration, LibmcCacheSettings> option) {
			map(name, value, goodValue, (mapped, time) -> {
				try {
					return option.apply(mapped, time);
				}
				catch (IllegalArgumentException ex) {
					if (time.compareTo(Duration.ofMillis(1)) < 0 || time.compareTo(Duration.ofSeconds(1)) >= 0) {
						throw ex;
					}
					throw new IllegalArgumentException(ex.getMessage() + ". A number without a unit is milliseconds: "
							+ time.toMillis() + "s is probably meant", ex);
				}
			});
		}

		/** Maps a property of the near cache, which is on. */
		<T> void mapNear(String name, @Nullable T value, String goodValue,
				BiFunction<NearSettings, T, NearSettings> option) {
			map("near." + name, value, goodValue, (mapped, good) -> {
				NearSettings near = mapped.near();
				return (near != null) ? mapped.near(option.apply(near, good)) : mapped;
			});
		}

		String property(String name) {
			return this.prefix + "." + name;
		}

		LibmcCacheSettings settings() {
			return this.settings;
		}

	}

}
