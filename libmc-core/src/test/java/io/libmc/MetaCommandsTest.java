package io.libmc;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.libmc.MetaReply.Status;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.ScriptedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@Timeout(30)
@Memcached
class MetaCommandsTest {

	private static final Duration LEASE = Duration.ofSeconds(30);

	private MemcachedClient client;

	private MetaCommands meta;

	@BeforeEach
	void connect(MemcachedServer server) {
		this.client = client(server.address());
		this.meta = this.client.meta();
	}

	@AfterEach
	void close() {
		this.client.close();
	}

	@Test
	void getTellsWhatWasAskedForAndNothingElse() {
		this.client.set("k", "value".getBytes(StandardCharsets.UTF_8), Duration.ofMinutes(1));
		MetaReply plain = this.meta.get("k", MetaGet.VALUE);
		assertThat(plain.status()).isEqualTo(Status.DONE);
		assertThat(plain.value()).isEqualTo(raw(0, "value"));
		assertThat(plain.cas()).isEmpty();
		assertThat(plain.ttl()).isEmpty();
		MetaReply all = this.meta.get("k", MetaGet.VALUE.cas().ttl().size().hitBefore().lastAccess());
		assertThat(all.cas()).isPresent();
		assertThat(all.ttl().getAsLong()).isBetween(50L, 60L);
		assertThat(all.size()).hasValue(5);
		assertThat(all.hitBefore()).isTrue();
		assertThat(all.lastAccess().getAsLong()).isLessThan(10);
		assertThat(this.meta.get("k", MetaGet.NO_VALUE).value()).isNull();
		assertThat(this.meta.get("absent", MetaGet.VALUE).status()).isEqualTo(Status.NOT_FOUND);
	}

	@Test
	void setStoresInEveryMode() {
		assertThat(this.meta.set("k", raw(7, "b"), MetaSet.REPLACE).status()).isEqualTo(Status.NOT_STORED);
		assertThat(this.meta.set("k", raw(7, "b"), MetaSet.ADD).status()).isEqualTo(Status.DONE);
		assertThat(this.meta.set("k", raw(7, "b"), MetaSet.ADD).status()).isEqualTo(Status.NOT_STORED);
		assertThat(this.meta.set("k", raw(0, "c"), MetaSet.APPEND).status()).isEqualTo(Status.DONE);
		assertThat(this.meta.set("k", raw(0, "a"), MetaSet.PREPEND).status()).isEqualTo(Status.DONE);
		assertThat(this.client.getRaw("k")).isEqualTo(raw(7, "abc"));
		MetaReply stored = this.meta.set("k", raw(0x80000001, ""), MetaSet.SET.ttl(Duration.ofMinutes(1)).cas());
		assertThat(stored.cas()).isPresent();
		assertThat(this.meta.get("k", MetaGet.VALUE.ttl()).value()).isEqualTo(raw(0x80000001, ""));
		assertThat(this.meta.set("k", raw(0, "x"), MetaSet.SET.compare(stored.cas().getAsLong() + 1)).status())
			.isEqualTo(Status.EXISTS);
		assertThat(this.meta.set("k", raw(0, "x"), MetaSet.SET.compare(stored.cas().getAsLong())).status())
			.isEqualTo(Status.DONE);
	}

	@Test
	void oneCallerIsElectedToLoadAMissingValue() {
		MetaReply first = this.meta.get("k", MetaGet.VALUE.cas().vivify(LEASE));
		assertThat(first.won()).isTrue();
		assertThat(first.value()).isEqualTo(raw(0, ""));
		MetaReply second = this.meta.get("k", MetaGet.VALUE.cas().vivify(LEASE));
		assertThat(second.won()).isFalse();
		assertThat(second.winTaken()).isTrue();
		MetaSet guarded = MetaSet.SET.compare(first.cas().getAsLong());
		assertThat(this.meta.set("k", raw(0, "loaded"), guarded).status()).isEqualTo(Status.DONE);
		MetaReply third = this.meta.get("k", MetaGet.VALUE.vivify(LEASE));
		assertThat(third.winTaken()).isFalse();
		assertThat(third.value()).isEqualTo(raw(0, "loaded"));
	}

	@Test
	void oneCallerIsElectedToReloadAStaleValueAndTheOthersGetTheOldOne() {
		this.client.set("k", new byte[] { 1 }, Duration.ofMinutes(1));
		assertThat(this.meta.delete("k", MetaDelete.DELETE.invalidate(LEASE)).status()).isEqualTo(Status.DONE);
		MetaReply elected = this.meta.get("k", MetaGet.VALUE.cas());
		assertThat(elected.won()).isTrue();
		assertThat(elected.stale()).isTrue();
		MetaReply other = this.meta.get("k", MetaGet.VALUE);
		assertThat(other.won()).isFalse();
		assertThat(other.stale()).isTrue();
		assertThat(other.winTaken()).isTrue();
		assertThat(other.value()).isEqualTo(new RawValue(0, new byte[] { 1 }));
	}

	@Test
	void oneCallerIsElectedToRefreshAValueThatExpiresSoon() {
		this.client.set("k", new byte[] { 1 }, Duration.ofSeconds(20));
		assertThat(this.meta.get("k", MetaGet.VALUE.recache(Duration.ofSeconds(5))).won()).isFalse();
		assertThat(this.meta.get("k", MetaGet.VALUE.recache(Duration.ofSeconds(30))).won()).isTrue();
		assertThat(this.meta.get("k", MetaGet.VALUE.recache(Duration.ofSeconds(30))).winTaken()).isTrue();
	}

	@Test
	void deleteAndTouchAreConditional() {
		long cas = this.meta.set("k", raw(0, "v"), MetaSet.SET.cas()).cas().getAsLong();
		assertThat(this.meta.delete("k", MetaDelete.DELETE.compare(cas + 1)).status()).isEqualTo(Status.EXISTS);
		assertThat(this.meta.get("k", MetaGet.NO_VALUE.touch(Duration.ofSeconds(77)).ttl()).ttl().getAsLong())
			.isBetween(70L, 77L);
		assertThat(this.meta.delete("k", MetaDelete.DELETE.compare(cas)).status()).isEqualTo(Status.DONE);
		assertThat(this.meta.delete("k", MetaDelete.DELETE).status()).isEqualTo(Status.NOT_FOUND);
	}

	@Test
	void splitAndCompressedValuesComeOutAsTheyWentIn(MemcachedServer server) throws Exception {
		byte[] large = new byte[2_500_000];
		large[2_400_000] = 9;
		this.client.set("large", large);
		assertThat(this.meta.get("large", MetaGet.VALUE.cas()).value()).isEqualTo(new RawValue(0, large));
		try (MemcachedClient compressing = MemcachedClient.builder()
			.servers(server.address())
			.compressionThreshold(100)
			.build()) {
			compressing.set("small", new byte[1000]);
			RawValue value = compressing.async().meta().get("small", MetaGet.VALUE).get(5, TimeUnit.SECONDS).value();
			assertThat(value).isEqualTo(compressing.getRaw("small"));
			assertThat(value.flags()).isEqualTo(16);
		}
		this.client.delete("~5large/1");
		assertThat(this.meta.get("large", MetaGet.VALUE).status()).isEqualTo(Status.NOT_FOUND);
	}

	@Test
	void debugTellsFacts() {
		this.client.set("k", new byte[3]);
		assertThat(this.meta.debug("k")).containsKeys("exp", "la", "cas", "fetch");
		assertThat(this.meta.debug("absent")).isNull();
	}

	@Test
	void flagGivenTwiceIsRefusedBeforeAnythingIsSent() {
		assertThatIllegalArgumentException().isThrownBy(() -> MetaGet.VALUE.cas().cas())
			.withMessageContaining("given twice");
	}

	@Test
	void serverWithoutMetaCommandsIsAskedOnceAndNeverSentAny() {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("mn\r\n");
			connection.reply("ERROR\r\n");
			connection.expect("get k\r\n");
			connection.reply("END\r\n");
		}); MemcachedClient old = client(server.address())) {
			assertThat(old.meta().set("k", raw(0, "flush_all"), MetaSet.SET).status()).isEqualTo(Status.UNSUPPORTED);
			assertThat(old.meta().get("k", MetaGet.VALUE).status()).isEqualTo(Status.UNSUPPORTED);
			assertThat(old.meta().debug("k")).isNull();
			assertThat(old.<Object>get("k")).isNull();
			assertThat(server.received()).containsExactly("mn\r\nget k\r\n");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "VA 1 kother f0\r\nx\r\n", "HD kother\r\n", "VA 2 kk\r\nx\r\n", "VA -1 kk\r\n", "VA x\r\n",
			"MN\r\n", "NS\r\n", "END\r\n", "VA 1 kk\r\nxEN\r\n", "EN kother\r\n" })
	void replyThatMakesNoSenseEndsTheConnection(String nonsense) {
		try (ScriptedServer server = ScriptedServer.of((connection) -> {
			connection.expect("mn\r\n");
			connection.reply("MN\r\n");
			connection.expect("mg k k v f\r\n");
			connection.reply(nonsense);
			connection.expectClose();
		}); MemcachedClient other = client(server.address())) {
			assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> other.meta().get("k", MetaGet.VALUE));
			server.awaitScripts();
		}
	}

	private static MemcachedClient client(String server) {
		return MemcachedClient.builder().servers(server).pollTimeout(Duration.ofSeconds(2)).build();
	}

	private static RawValue raw(int flags, String text) {
		return new RawValue(flags, text.getBytes(StandardCharsets.UTF_8));
	}

}
