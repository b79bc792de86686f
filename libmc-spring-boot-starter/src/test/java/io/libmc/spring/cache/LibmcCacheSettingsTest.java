package io.libmc.spring.cache;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

import io.libmc.LoadPolicy;
import io.libmc.MemcachedClient;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * The options of a cache: what is refused, and what becomes of the others.
 */
class LibmcCacheSettingsTest {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final LibmcCacheSettings settings = new LibmcCacheSettings();

	@Test
	void aBadValueIsRefusedUnderTheNameOfItsOption() {
		Map<String, UnaryOperator<LibmcCacheSettings>> bad = Map.of("timeToLive: PT-1S is negative",
				(options) -> options.timeToLive(Duration.ofSeconds(-1)), "timeToLiveJitter: 1.5 is out of range",
				(options) -> options.timeToLiveJitter(1.5), "lease: PT0.999S is shorter than a second",
				(options) -> options.lease(Duration.ofMillis(999)), "leaseWait: PT-1S is negative",
				(options) -> options.leaseWait(Duration.ofSeconds(-1)), "serveStale: PT-1S is negative",
				(options) -> options.serveStale(Duration.ofSeconds(-1)), "refreshAhead: PT0.001S is shorter",
				(options) -> options.refreshAhead(Duration.ofMillis(1)), "refreshAhead: PT-1S is negative",
				(options) -> options.refreshAhead(Duration.ofSeconds(-1)));
		bad.forEach((message, setting) -> assertThatIllegalArgumentException()
			.isThrownBy(() -> setting.apply(this.settings))
			.withMessageStartingWith(message));
	}

	@Test
	void aTimeThatMemcachedCannotTellIsRefusedUnderTheNameOfItsOption() {
		for (Duration brief : List.of(Duration.ofNanos(1), Duration.ofMillis(600), Duration.ofMillis(999))) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.settings.timeToLive(brief))
				.withMessageStartingWith("timeToLive: " + brief + " is shorter than a second");
			assertThatIllegalArgumentException().isThrownBy(() -> this.settings.serveStale(brief))
				.withMessageStartingWith("serveStale: " + brief + " is shorter than a second");
		}
		Duration second = Duration.ofSeconds(1);
		assertThat(policy(this.settings.timeToLive(second).serveStale(second)))
			.hasToString(LoadPolicy.timeToLive(second).staleFor(second).toString());
	}

	@Test
	void refreshingAheadOfWhatNeverExpiresIsRefusedOnceAllIsSet() {
		LibmcCacheSettings never = this.settings.refreshAhead(Duration.ofSeconds(10));
		assertThatIllegalArgumentException().isThrownBy(never::check)
			.withMessageStartingWith("refreshAhead: PT10S is not within the time to live of PT0S");
		try (MemcachedClient client = MemcachedClient.builder().servers("localhost:1").build()) {
			assertThatIllegalArgumentException().isThrownBy(() -> new LibmcCacheManager(client, never));
			LibmcCacheManager manager = new LibmcCacheManager(client, this.settings);
			assertThatIllegalArgumentException().isThrownBy(() -> manager.configureCache("books", (books) -> never));
			manager.destroy();
		}
	}

	@Test
	void inWhichOrderOptionsAreSetDoesNotMatter() {
		List<LibmcCacheSettings> same = List.of(
				this.settings.timeToLive(MINUTE).timeToLiveJitter(0.1).refreshAhead(Duration.ofSeconds(30)),
				this.settings.refreshAhead(Duration.ofSeconds(30)).timeToLiveJitter(0.1).timeToLive(MINUTE),
				this.settings.refreshAhead(Duration.ofHours(1))
					.timeToLiveJitter(0.9)
					.timeToLiveJitter(0.1)
					.refreshAhead(Duration.ofSeconds(30))
					.timeToLive(MINUTE));
		for (LibmcCacheSettings settings : same) {
			assertThat(policy(settings))
				.hasToString(LoadPolicy.timeToLive(MINUTE).jitter(0.1).refreshAhead(Duration.ofSeconds(30)).toString());
		}
	}

	@Test
	void settingAnOptionLeavesTheSettingsAlone() {
		LibmcCacheSettings other = this.settings.timeToLive(MINUTE)
			.lease(Duration.ZERO)
			.cacheNullValues(false)
			.enableStatistics(false)
			.onError(OnError.THROW)
			.format(EntryFormat.libmc())
			.refreshInBackground(true)
			.serveStale(MINUTE);
		assertThat(other.cachesNullValues()).isFalse();
		assertThat(other.countsStatistics()).isFalse();
		assertThat(other.onError()).isEqualTo(OnError.THROW);
		assertThat(other.needsMetaCommands()).isTrue();
		assertThat(policy(other)).hasToString(LoadPolicy.timeToLive(MINUTE).withoutLease().staleFor(MINUTE).toString());
		assertThat(policy(other).refreshOn()).isNotNull();

		assertThat(this.settings.cachesNullValues()).isTrue();
		assertThat(this.settings.countsStatistics()).isTrue();
		assertThat(this.settings.onError()).isEqualTo(OnError.BYPASS);
		assertThat(this.settings.needsMetaCommands()).isFalse();
		assertThat(policy(this.settings)).hasToString(LoadPolicy.timeToLive(Duration.ZERO).toString());
		assertThat(policy(this.settings).refreshOn()).isNull();
	}

	private static LoadPolicy policy(LibmcCacheSettings settings) {
		try (Background background = new Background()) {
			return settings.policy(background);
		}
	}

}
