package io.libmc.spring.cache;

import java.io.File;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Currency;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TimeZone;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

import org.springframework.cache.interceptor.SimpleKey;
import org.springframework.util.MimeType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The characters, numbers and shapes are few, so that what looks alike comes up often.
 */
@SuppressWarnings({ "JavaUtilDate", "JdkObsolete" }) // keys are what applications have
class WireKeysProperties {

	@Property(tries = 5_000)
	void twoNamesAreEqualIfAndOnlyIfCacheAndKeyAre(@ForAll("texts") String oneCache, @ForAll("keys") Object oneKey,
			@ForAll("texts") String otherCache, @ForAll("keys") Object otherKey) {
		boolean equal = oneCache.equals(otherCache) && areEqual(oneKey, otherKey);
		assertThat(name(oneCache, oneKey).equals(name(otherCache, otherKey))).isEqualTo(equal);
	}

	@Property(tries = 5_000)
	void twoKeysInOneCacheAreEqualIfAndOnlyIfTheirNamesAre(@ForAll("keys") Object one, @ForAll("keys") Object other) {
		assertThat(name("books", one).equals(name("books", other))).isEqualTo(areEqual(one, other));
	}

	@Property(tries = 20_000)
	void keysOfTheJdkAndSpringAreEqualIfAndOnlyIfTheirNamesAre(@ForAll("typed") Object one,
			@ForAll("typed") Object other) {
		boolean equal = one.equals(other) && one.getClass() == other.getClass();
		assertThat(name("books", one).equals(name("books", other))).as("%s and %s", one, other).isEqualTo(equal);
		assertThat(name("books", new SimpleKey(one, 1)).equals(name("books", new SimpleKey(other, 1))))
			.isEqualTo(equal);
	}

	@Property(tries = 20_000)
	void applicationsWithDifferentPrefixesShareNoName(@ForAll("shortTexts") String onePrefix,
			@ForAll("shortTexts") String oneCache, @ForAll("shortTexts") String oneKey,
			@ForAll("shortTexts") String otherPrefix, @ForAll("shortTexts") String otherCache,
			@ForAll("shortTexts") String otherKey) {
		WireKeys one = new WireKeys(onePrefix, oneCache);
		WireKeys other = new WireKeys(otherPrefix, otherCache);
		boolean sameCache = onePrefix.equals(otherPrefix) && oneCache.equals(otherCache);
		assertThat(one.entry(oneKey).equals(other.entry(otherKey))).isEqualTo(sameCache && oneKey.equals(otherKey));
		assertThat(one.generation("a:1").equals(other.generation("a:1"))).isEqualTo(sameCache);
		assertThat(one.entry(oneKey)).isNotEqualTo(other.generation("a:1"));
	}

	@Property(tries = 2_000)
	void theOrderOfASetMeansNothing(@ForAll("parts") List<Object> parts) {
		Set<Object> set = new LinkedHashSet<>(parts);
		List<Object> reversed = new ArrayList<>(set);
		Collections.reverse(reversed);
		assertThat(name("books", set)).isEqualTo(name("books", new LinkedHashSet<>(reversed)));
	}

	@Property(tries = 2_000)
	void noNameIsLongerThanWhatCanBeSplit(@ForAll String cache, @ForAll String key) {
		assertThat(name(cache, key).getBytes(StandardCharsets.UTF_8).length).isBetween(1, 150);
		assertThat(name(cache, key).chars()).noneMatch((c) -> c <= ' ' || c == 0x7f);
	}

	@Provide
	Arbitrary<String> texts() {
		return Arbitraries.strings().withChars("ab:,@#% S1\u0000é\ud800").ofMaxLength(5);
	}

	@Provide
	Arbitrary<String> shortTexts() {
		return Arbitraries.strings().withChars("ab:/%2").ofMaxLength(3);
	}

	@Provide
	Arbitrary<List<Object>> parts() {
		return scalars().list().ofMaxSize(4);
	}

	@Provide
	Arbitrary<Object> keys() {
		return Arbitraries.lazyOf(this::scalars, this::scalars,
				() -> keys().array(Object[].class).ofMaxSize(3).map(SimpleKey::new),
				() -> keys().array(Object[].class).ofMaxSize(3), () -> scalars().list().ofMaxSize(3),
				() -> scalars().set().ofMaxSize(3), () -> scalars().optional(), () -> texts().map(Title::new),
				() -> Arbitraries.maps(texts(), scalars()).ofMaxSize(2));
	}

	private Arbitrary<Object> scalars() {
		return Arbitraries.oneOf(texts(), Arbitraries.integers().between(-1, 12), Arbitraries.longs().between(-1, 12),
				Arbitraries.of(0.0, -0.0, 1.0, 12.0), Arbitraries.of('a', '1'), Arbitraries.of(true, false));
	}

	/** Few of each type, of which some are equal and others look so. */
	@Provide
	Arbitrary<Object> typed() {
		return Arbitraries.oneOf(uris(), addresses(), locales(), mimeTypes(), calendars(),
				Arbitraries.of("1.0", "1.00", "1", "1E+1", "10", "0", "-0").map(BigDecimal::new),
				Arbitraries.of(1L, 2L).map(BigInteger::valueOf), Arbitraries.of(1L, 2L).map(Date::new),
				Arbitraries.of(1L, 2L).map(Timestamp::new), Arbitraries.of(1L, 2L).map(java.sql.Date::new),
				Arbitraries.of("PT60S", "PT1M", "PT61S", "-PT1S").map(Duration::parse),
				Arbitraries
					.of("2026-10-25T02:30+02:00[Europe/Berlin]", "2026-10-25T02:30+01:00[Europe/Berlin]",
							"2026-10-25T02:30+01:00", "2026-10-25T01:30Z", "2026-10-25T01:30Z[UTC]")
					.map(ZonedDateTime::parse),
				Arbitraries.of("Z", "UTC", "+01:00", "UTC+1", "Europe/Berlin").map(ZoneId::of),
				Arbitraries.of("10:15", "10:15:00", "10:15:00.000000001").map(LocalTime::parse),
				Arbitraries.of("P1M", "P30D", "P4W2D").map(Period::parse),
				Arbitraries.of(0.0, -0.0, Double.NaN).map(OptionalDouble::of),
				Arbitraries.of(1, 2).map(OptionalInt::of),
				Arbitraries.of(5L, 6L).map((bits) -> BitSet.valueOf(new long[] { bits, 0 })),
				Arbitraries.of("EUR", "CNY").map(Currency::getInstance),
				Arbitraries.of("UTF-8", "utf8", "ISO-8859-1").map(Charset::forName),
				Arbitraries.of("a/b", "a//b", "a/b/", "b").map(File::new),
				Arbitraries.of("a/b", "a//b", "b").map(Path::of), Arbitraries.of(Map.class, List.class, long.class));
	}

	private Arbitrary<Object> uris() {
		return Arbitraries.oneOf(
				Arbitraries.of("http://acme.com/x", "HTTP://Acme.com/x", "http://acme.com/X", "http://acme.com:80/x",
						"http://acme.com:/x", "http://u@acme.com/x", "http://U@acme.com/x", "http://acme.com/x?",
						"http://acme.com/x?a=1", "http://acme.com/x#a", "http://acme.com/x#A", "http://acme.com/%c3",
						"http://acme.com/%C3", "file:/a", "file:///a", "a", "A", "", "//acme.com/x", "mailto:a@b",
						"MAILTO:a@b", "mailto:A@b", "http://a_b/x", "http://A_b/x", "http://[::1]/", "http://[::A]/",
						"http://[::a]/", "http:/x", "x%3a", "x%3A", "#%3a", "//%3a", "//%3A")
					.map(URI::create),
				Combinators
					.combine(Arbitraries.strings().withChars("aA").ofLength(1),
							Arbitraries.strings().withChars("aAb.").ofMinLength(1).ofMaxLength(2),
							Arbitraries.strings().withChars("aA/").ofMaxLength(2))
					.as((scheme, host, path) -> URI.create(scheme + "://" + host + "/" + path)));
	}

	private Arbitrary<Object> addresses() {
		Arbitrary<InetAddress> addresses = Combinators
			.combine(Arbitraries.of("db", "cache").injectNull(0.3), Arbitraries.of(4, 4, 16),
					Arbitraries.bytes().between((byte) 0, (byte) 1))
			.as((name, length, last) -> {
				byte[] bytes = new byte[length];
				bytes[0] = 10;
				bytes[length - 1] = last;
				return address(name, bytes);
			});
		return Arbitraries.oneOf(addresses,
				Combinators.combine(addresses, Arbitraries.of(1, 2)).as(InetSocketAddress::new),
				Combinators.combine(Arbitraries.of("db", "DB", "cache"), Arbitraries.of(1, 2))
					.as(InetSocketAddress::createUnresolved));
	}

	private static InetAddress address(@Nullable String name, byte[] bytes) {
		try {
			return InetAddress.getByAddress(name, bytes);
		}
		catch (UnknownHostException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	private Arbitrary<Object> locales() {
		Arbitrary<String> parts = Arbitraries.of("", "", "en", "no_", "NO#Latn");
		return Arbitraries.oneOf(Combinators.combine(parts, parts, parts).as(Locale::new),
				Arbitraries
					.of("und-Latn", "sr-Latn", "sr-Cyrl", "und", "th-TH-u-nu-thai", "th-TH", "und-u-nu-thai", "und-x-a",
							"en-x-a")
					.map(Locale::forLanguageTag));
	}

	private Arbitrary<Object> mimeTypes() {
		Arbitrary<String> texts = Arbitraries.of("text/plain", "TEXT/Plain", "text/plain;a=1;charset=UTF-8",
				"text/plain;charset=utf-8;A=1", "text/plain;charset=\"utf-8\";a=1", "text/plain;a=1", "text/plain;a=2",
				"text/*", "*/*", "application/json", "application/json;q=0.5", "application/*+json",
				"text/plain;a=\";b=1\"", "text/plain;a=\"\";b=1");
		return texts.map(MimeType::valueOf);
	}

	private Arbitrary<Object> calendars() {
		return Combinators
			.combine(Arbitraries.of(1L, 2L), Arbitraries.of("UTC", "Europe/Berlin"), Arbitraries.of(1, 2),
					Arbitraries.of(true, false), Arbitraries.of(0L, Long.MIN_VALUE))
			.as((millis, zone, first, lenient, change) -> {
				GregorianCalendar calendar = new GregorianCalendar(TimeZone.getTimeZone(zone));
				calendar.setGregorianChange(new Date(change));
				calendar.setTimeInMillis(millis);
				calendar.setFirstDayOfWeek(first);
				calendar.setLenient(lenient);
				return calendar;
			});
	}

	/** As {@link SimpleKey} compares what it holds, arrays included. */
	private static boolean areEqual(Object one, Object other) {
		return Arrays.deepEquals(new Object[] { one }, new Object[] { other });
	}

	private static String name(String cache, Object key) {
		return new WireKeys("", cache).entry(key);
	}

	private record Title(String text) {

	}

}
