package io.libmc.internal.routing;

import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

class ServerAddressTest {

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					localhost                     | localhost:11211      | localhost           | localhost  | 11211 |
					localhost:11211               | localhost:11211      | localhost           | localhost  | 11211 |
					10.0.0.2:11212                | 10.0.0.2:11212       | 10.0.0.2:11212      | 10.0.0.2   | 11212 |
					my_host-1.example.com:1       | my_host-1.example.com:1 | my_host-1.example.com:1 | my_host-1.example.com | 1 |
					bücher.example:65535          | bücher.example:65535 | bücher.example:65535 | bücher.example | 65535 |
					10.0.0.2:11212 mc.oscar       | mc.oscar             | mc.oscar            | 10.0.0.2   | 11212 |
					10.0.0.2 mc.oscar             | mc.oscar             | mc.oscar            | 10.0.0.2   | 11211 |
					cache:11212 two\\ words       | two\\ words          | two\\ words         | cache      | 11212 |
					[::1]                         | [::1]:11211          | [::1]               | ::1        | 11211 |
					[::1]:11211                   | [::1]:11211          | [::1]               | ::1        | 11211 |
					[::1]:11212                   | [::1]:11212          | [::1]:11212         | ::1        | 11212 |
					[fe80::1%eth0]:11212 six      | six                  | six                 | fe80::1%eth0 | 11212 |
					[::ffff:10.0.0.1]             | [::ffff:10.0.0.1]:11211 | [::ffff:10.0.0.1] | ::ffff:10.0.0.1 | 11211 |
					/run/memcached.sock           | /run/memcached.sock  | /run/memcached.sock |            | 0 | /run/memcached.sock
					/run/memcached.sock shard2    | shard2               | shard2              |            | 0 | /run/memcached.sock
					/run/my\\ mc.sock             | /run/my\\ mc.sock    | /run/my\\ mc.sock   |            | 0 | /run/my mc.sock
					/run/my\\ mc.sock shard\\ 2   | shard\\ 2            | shard\\ 2           |            | 0 | /run/my mc.sock
					/run/a\\b:c.sock              | /run/a\\b:c.sock     | /run/a\\b:c.sock    |            | 0 | /run/a\\b:c.sock
					""")
	void serverHasTheNamesLibmcGivesItAndWhatToConnectTo(String server, String name, String ringName, String host,
			int port, String path) {
		assertThat(ServerAddress.parse(server)).isEqualTo(new ServerAddress(name, ringName, host, port, path))
			.hasToString(name);
	}

	@ParameterizedTest
	@ValueSource(strings = { "localhost:", "localhost:abc", "localhost:0", "localhost:65536", "localhost:-1",
			"localhost:+1", "localhost:11211x", "localhost:99999999999", "localhost:٣", "[::1]:", "[::1]:x" })
	void badPortIsRefused(String server) {
		assertRefused(server,
				"its port \"" + server.substring(server.lastIndexOf(':') + 1) + "\" is not a number from 1 to 65535");
	}

	@ParameterizedTest
	@ValueSource(strings = { ":11211", "[::1", "::1]", "[]:11211", "[localhost]", "[::1]x", "[[::1]]",
			"http://localhost", "user@localhost", "a,b", "relative/path.sock", "host\\name", "[fe80::1%]", "::1",
			"fe80::1", "localhost:11211:2" })
	void badHostIsRefused(String server) {
		assertRefused(server, "is no host name, IP address (IPv6 in brackets) or absolute path");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "   " })
	void blankIsRefused(String server) {
		assertRefused(server, "it is blank");
	}

	@ParameterizedTest
	@ValueSource(strings = { " localhost", "localhost ", "localhost  alias", "localhost alias ", "/run/x.sock " })
	void spacesThatSeparateNothingAreRefused(String server) {
		assertRefused(server, "a space at its start, at its end or next to another one");
	}

	@ParameterizedTest
	@ValueSource(strings = { "localhost:11211 my alias", "/run/my mc.sock alias" })
	void thirdWordIsRefused(String server) {
		assertRefused(server, "more than two words; write a space within an alias or a path as \"\\ \"");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/run/x\\", "localhost alias\\", "localhost\\", "\\" })
	void danglingBackslashIsRefused(String server) {
		assertRefused(server, "a backslash with no space to keep after it");
	}

	@ParameterizedTest
	@ValueSource(strings = { "local\nhost", "localhost\t11211", "localhost al\rias", "/run/\u0000", "host\u007f" })
	void controlCharacterIsRefusedAndNotRepeated(String server) {
		assertRefused(server.replaceAll("\\p{Cntrl}", "?"), server, "it holds a control character");
	}

	@Test
	void nullIsRefused() {
		assertThatNullPointerException().isThrownBy(() -> ServerAddress.parse(null))
			.withMessageContaining("localhost:11211");
		assertThatNullPointerException().isThrownBy(() -> ServerAddress.parseAll(Arrays.asList("a", null)))
			.withMessageContaining("localhost:11211");
	}

	@ParameterizedTest
	@CsvSource({ "localhost, localhost:11211", "10.0.0.1 a, 10.0.0.2 a", "10.0.0.1:1, 10.0.0.1:1",
			"cache:11211, 10.0.0.1 cache", "cache:11211, 10.0.0.1 cache:11211", "/run/a, /run/a",
			"/run/a x, /run/b x" })
	void twoServersOfOneNameAreRefused(String first, String second) {
		assertThatIllegalArgumentException().isThrownBy(() -> ServerAddress.parseAll(List.of(first, "other", second)))
			.withMessageStartingWith("server \"" + second + "\" is refused: it has the same name as \"" + first + '"');
	}

	@Test
	void listKeepsItsOrderAndMayBeEmpty() {
		assertThat(ServerAddress.parseAll(List.of("b", "a c", "/x"))).extracting(ServerAddress::name)
			.containsExactly("b:11211", "c", "/x");
		assertThat(ServerAddress.parseAll(List.of())).isEmpty();
	}

	private static void assertRefused(String server, String why) {
		assertRefused(server, server, why);
	}

	private static void assertRefused(String shown, String server, String why) {
		assertThatIllegalArgumentException().isThrownBy(() -> ServerAddress.parse(server))
			.withMessageStartingWith("server \"" + shown + "\" is refused: ")
			.withMessageContaining(why)
			.withMessageContaining("such as \"localhost:11211\" or \"10.0.0.2:11212 mc.oscar\"");
	}

}
