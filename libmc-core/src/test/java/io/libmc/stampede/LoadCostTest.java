package io.libmc.stampede;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;

import io.libmc.LoadPolicy;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedListener;
import io.libmc.ServerSnapshot;
import io.libmc.testing.Caller;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.jspecify.annotations.Nullable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is written and read for one call, as {@code docs/stampede.md} says: for the key
 * {@code books:42} and a value of 100 bytes. The unique numbers of items have one to
 * three digits here.
 */
@Memcached
class LoadCostTest {

	private static final String KEY = "books:42";

	/** 100 bytes as it is encoded. */
	private static final String VALUE = "v".repeat(95);

	private static final LoadPolicy PLAIN = LoadPolicy.timeToLive(Duration.ofMinutes(5));

	private static final LoadPolicy REFRESHED = PLAIN.refreshAhead(Duration.ofSeconds(30));

	private static final LoadPolicy STALE = PLAIN.staleFor(Duration.ofSeconds(30));

	private static final int DIGITS = 4;

	private final List<String> commands = new CopyOnWriteArrayList<>();

	private MemcachedClient client;

	@BeforeEach
	void connect(MemcachedServer server) {
		this.client = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(5))
			.listener(new MemcachedListener() {

				@Override
				public @Nullable Object operationStarted(String command, String server) {
					LoadCostTest.this.commands.add(command);
					return null;
				}

			})
			.build();
	}

	@AfterEach
	void close() {
		this.client.close();
	}

	@ParameterizedTest
	@EnumSource
	void aHitCostsOneRoundTripAndAMissTwo(Caller caller) throws Exception {
		assertCost(() -> caller.getOrLoad(this.client, KEY, PLAIN, () -> VALUE), 158, 40, "mg", "ms");
		assertCost(() -> caller.getOrLoad(this.client, KEY, PLAIN, () -> VALUE), 25, 127, "mg");
		assertCost(() -> this.client.get(KEY), 14, 130, "get");
	}

	@ParameterizedTest
	@EnumSource
	void refreshingIsAskedForAtNoRoundTripOfItsOwn(Caller caller) throws Exception {
		caller.getOrLoad(this.client, KEY, REFRESHED, () -> VALUE);
		assertCost(() -> caller.getOrLoad(this.client, KEY, REFRESHED, () -> VALUE), 31, 132, "mg");
		this.client.touch(KEY, Duration.ofSeconds(10));
		assertCost(() -> caller.getOrLoad(this.client, KEY, REFRESHED, () -> VALUE), 164, 147, "mg", "ms");
	}

	@ParameterizedTest
	@EnumSource
	void takingBackAValueThatMayBeServedCostsOneRoundTripMore(Caller caller) throws Exception {
		caller.getOrLoad(this.client, KEY, STALE, () -> VALUE);
		assertCost(() -> caller.invalidate(this.client, KEY, STALE), 42, 41, "mg", "md");
		assertCost(() -> caller.getOrLoad(this.client, KEY, STALE, () -> VALUE), 160, 149, "mg", "ms");
		assertCost(() -> caller.invalidate(this.client, KEY, PLAIN), 17, 9, "delete");
	}

	/**
	 * Bytes that are written on no caller's thread may be counted after they are
	 * answered, but before one who blocks writes on.
	 */
	private void assertCost(Callable<?> call, long written, long read, String... expected) throws Exception {
		this.client.meta().noop(KEY);
		this.commands.clear();
		ServerSnapshot before = this.client.servers().get(0);
		call.call();
		assertThat(this.commands).containsExactly(expected);
		Awaitility.await().untilAsserted(() -> {
			ServerSnapshot after = this.client.servers().get(0);
			assertThat(after.bytesWritten() - before.bytesWritten()).isBetween(written - DIGITS, written + DIGITS);
			assertThat(after.bytesRead() - before.bytesRead()).isBetween(read - DIGITS, read + DIGITS);
		});
	}

}
