package io.libmc.internal.routing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import static org.assertj.core.api.Assertions.assertThat;

class RingProperties {

	@Property(tries = 200)
	void onlyTheKeysOfARemovedServerMove(@ForAll("serverNames") @Size(min = 2, max = 12) Set<String> names,
			@ForAll @IntRange(max = 11) int index, @ForAll("hashes") KeyHash hash,
			@ForAll @Size(max = 50) List<String> keys) {
		List<ServerAddress> before = ServerAddress.parseAll(List.copyOf(names));
		ServerAddress removed = before.get(index % before.size());
		List<ServerAddress> after = new ArrayList<>(before);
		after.remove(removed);
		for (String key : keys) {
			ServerAddress home = home(before, hash, key);
			if (!home.equals(removed)) {
				assertThat(home(after, hash, key)).isEqualTo(home);
			}
		}
	}

	@Property(tries = 200)
	void substituteOfADeadServerIsTheHomeOnceTheServerIsGone(
			@ForAll("serverNames") @Size(min = 2, max = 12) Set<String> names, @ForAll("hashes") KeyHash hash,
			@ForAll String key) {
		List<ServerAddress> all = ServerAddress.parseAll(List.copyOf(names));
		ServerAddress home = home(all, hash, key);
		int substitute = new Ring(all, hash).find(bytes(key), (server) -> !all.get(server).equals(home));
		List<ServerAddress> rest = new ArrayList<>(all);
		rest.remove(home);
		assertThat(all.get(substitute)).isEqualTo(home(rest, hash, key));
	}

	@Property(tries = 200)
	void orderOfTheServersDoesNotMatter(@ForAll("serverNames") @Size(min = 1, max = 12) Set<String> names,
			@ForAll("hashes") KeyHash hash, @ForAll String key) {
		List<ServerAddress> servers = ServerAddress.parseAll(List.copyOf(names));
		List<ServerAddress> sorted = servers.stream().sorted((a, b) -> a.name().compareTo(b.name())).toList();
		assertThat(home(servers, hash, key)).isEqualTo(home(sorted, hash, key));
	}

	@Provide
	Arbitrary<Set<String>> serverNames() {
		return Arbitraries.strings().withCharRange('a', 'z').ofMinLength(1).ofMaxLength(8).set();
	}

	@Provide
	Arbitrary<KeyHash> hashes() {
		return Arbitraries.of(KeyHash.MD5, KeyHash.FNV1_32, KeyHash.FNV1A_32, KeyHash.CRC_32);
	}

	private static ServerAddress home(List<ServerAddress> servers, KeyHash hash, String key) {
		return servers.get(new Ring(servers, hash).find(bytes(key)));
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
