package io.libmc;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.libmc.testing.RawConnection;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What lies on a server whatever else is on the list, and when servers came onto it.
 */
@Timeout(60)
@Memcached(servers = 3)
class OnServerTest {

	private MemcachedClient client;

	private List<String> addresses;

	@BeforeEach
	void createClient(List<MemcachedServer> servers) {
		this.addresses = servers.stream().map(MemcachedServer::address).toList();
		this.client = builder().servers(this.addresses).build();
	}

	@AfterEach
	void closeClient() {
		this.client.close();
	}

	private static MemcachedClientBuilder builder() {
		return MemcachedClient.builder().pollTimeout(Duration.ofSeconds(5)).retryTimeout(Duration.ofMillis(20));
	}

	@Test
	void allKeysLieThere(List<MemcachedServer> servers) {
		for (String address : this.addresses) {
			MemcachedClient there = this.client.onServer(address);
			for (int i = 0; i < 20; i++) {
				assertThat(there.serverFor("k" + i)).isEqualTo(address);
				there.set("k" + i, address);
			}
			assertThat(there.async().incr("n", 1).join()).isEmpty();
			assertThat(there.getMulti(List.of("k1", "k2")).values()).hasSize(2);
		}
		for (MemcachedServer server : servers) {
			try (RawConnection raw = RawConnection.to(server)) {
				assertThat(raw.stat("curr_items")).isEqualTo("20");
			}
		}
	}

	@Test
	void oneThatHasLeftTheListIsStillAskedAndItsConnectionsEnd(List<MemcachedServer> servers) {
		String left = this.addresses.get(0);
		try (RawConnection raw = RawConnection.to(servers.get(0))) {
			String before = raw.stat("curr_connections");
			MemcachedClient there = this.client.onServer(left);
			there.set("k", 1);
			this.client.updateServers(this.addresses.subList(1, 3));
			assertThat(there.incr("k", 1)).hasValue(2);
			Awaitility.await().until(() -> raw.stat("curr_connections").equals(before));
		}
	}

	@Test
	void aServerThatWasNeverOnTheListChangesNothing() {
		MemcachedClient there = this.client.onServer("elsewhere:11211");
		IntStream.range(0, 50)
			.mapToObj((i) -> "k" + i)
			.forEach((key) -> assertThat(there.serverFor(key)).isEqualTo(this.client.serverFor(key)));
	}

	@Test
	void withFailoverASubstituteStandsInAndWithoutItNobodyDoes(List<MemcachedServer> servers) {
		String dead = this.addresses.get(0);
		servers.get(0).kill();
		MemcachedClient alone = this.client.onServer(dead);
		assertThatExceptionOfType(MemcachedConnectionException.class).isThrownBy(() -> alone.set("k", "v"));
		try (MemcachedClient failing = builder().servers(this.addresses).failover(true).build()) {
			assertThat(failing.onServer(dead).set("k", "v")).isTrue();
			assertThat(failing.onServer(dead).<String>get("k")).isEqualTo("v");
		}
	}

	@Test
	void whatIsReadBesideAValueLiesOnItsServer() {
		for (int i = 0; i < 20; i++) {
			String key = "k" + i;
			this.client.set(key, "v");
			this.client.onServer(this.client.serverFor(key)).set("beside", this.client.serverFor(key));
		}
		for (int i = 0; i < 20; i++) {
			String key = "k" + i;
			Object[] told = new Object[1];
			this.client.get(key,
					LoadPolicy.timeToLive(Duration.ofMinutes(1)).beside("beside").listener(new LoadListener() {

						@Override
						public void beside(Object value) {
							told[0] = value;
						}

					}));
			assertThat(told[0]).isEqualTo(this.client.serverFor(key));
		}
	}

	@Test
	void aClientTellsSinceWhenItHadDoneWithoutAServer() {
		Instant start = Instant.now();
		assertThat(this.client.absences()).isEmpty();
		this.client.updateServers(this.addresses.subList(0, 2));
		Instant left = Instant.now();
		assertThat(this.client.absences()).isEmpty();
		this.client.updateServers(this.addresses);
		assertThat(this.client.absences()).containsOnlyKeys(this.addresses.get(2));
		assertThat(this.client.absences().get(this.addresses.get(2))).isBetween(start, left);
		List<String> more = List.of(this.addresses.get(0), this.addresses.get(1), this.addresses.get(2), "localhost:1");
		this.client.updateServers(more);
		assertThat(this.client.absences()).containsOnlyKeys(this.addresses.get(2), "localhost:1");
		assertThat(this.client.absences().get("localhost:1")).isBeforeOrEqualTo(start);
		assertThat(this.client.absences()).isSameAs(this.client.withCompressionThreshold(10).absences());
	}

}
