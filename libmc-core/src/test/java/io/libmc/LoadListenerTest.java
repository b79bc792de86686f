package io.libmc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.libmc.testing.Caller;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a policy's listener is told of single calls, and what it may do to them.
 */
@Timeout(60)
@Memcached
class LoadListenerTest {

	private static final LoadPolicy POLICY = LoadPolicy.timeToLive(Duration.ofMinutes(5));

	private final Events events = new Events();

	private MemcachedClient client;

	@BeforeEach
	void connect(MemcachedServer server) {
		this.client = MemcachedClient.builder().servers(server.address()).pollTimeout(Duration.ofSeconds(5)).build();
	}

	@AfterEach
	void close() {
		this.client.close();
	}

	@ParameterizedTest
	@EnumSource
	void theListenerIsToldWhatBecomesOfEachCall(Caller caller) throws Exception {
		LoadPolicy policy = POLICY.listener(this.events);
		caller.getOrLoad(this.client, "k", policy, () -> "v");
		caller.getOrLoad(this.client, "k", policy, LoadListenerTest::unexpected);
		assertThat(this.events.all).containsExactly("asking", "missed", "stored", "asking", "found");
	}

	@ParameterizedTest
	@EnumSource
	void theListenerIsToldThatALoadedValueCannotBeStored(Caller caller) throws Exception {
		LoadPolicy policy = POLICY.staleFor(Duration.ofSeconds(30)).listener(this.events);
		this.client.set("k", "old");
		this.client.invalidate("k", policy);
		caller.getOrLoad(this.client, "k", policy, Object::new);
		assertThat(this.events.all).containsExactly("asking", "missed", "not stored");
	}

	@ParameterizedTest
	@EnumSource
	void aFailureOfMemcachedIsTheListenersToThrowBeforeAnythingIsLoaded(Caller caller, MemcachedServer server)
			throws Exception {
		server.kill();
		assertThat(caller.<String>getOrLoad(this.client, "k", POLICY.listener(this.events), () -> "loaded"))
			.isEqualTo("loaded");
		assertThat(this.events.all).containsExactly("asking", "failed");
		LoadPolicy strict = POLICY.listener(new LoadListener() {

			@Override
			public void failed(MemcachedException failure) {
				throw failure;
			}

		});
		assertThatExceptionOfType(MemcachedException.class)
			.isThrownBy(() -> caller.getOrLoad(this.client, "k", strict, LoadListenerTest::unexpected));
	}

	private static <T> T unexpected() {
		throw new AssertionError("nobody should load");
	}

	/** Keeps what it is told. */
	private static class Events implements LoadListener {

		private final List<String> all = new CopyOnWriteArrayList<>();

		@Override
		public void asking() {
			this.all.add("asking");
		}

		@Override
		public void found() {
			this.all.add("found");
		}

		@Override
		public void missed() {
			this.all.add("missed");
		}

		@Override
		public void stored() {
			this.all.add("stored");
		}

		@Override
		public void notStored(RuntimeException cause) {
			this.all.add("not stored");
		}

		@Override
		public void failed(MemcachedException failure) {
			this.all.add("failed");
		}

	}

}
