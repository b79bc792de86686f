package io.libmc.embedded;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class MainTest {

	@TempDir
	Path directory;

	private final ByteArrayOutputStream out = new ByteArrayOutputStream();

	private final ByteArrayOutputStream err = new ByteArrayOutputStream();

	private EmbeddedMemcached server;

	private int start(String... arguments) {
		return start((Path) null, arguments);
	}

	private int start(Path portFile, String... arguments) {
		return Main.start(List.of(arguments), (portFile != null) ? portFile.toString() : null,
				new PrintStream(this.out, true, StandardCharsets.UTF_8),
				new PrintStream(this.err, true, StandardCharsets.UTF_8), (started) -> this.server = started);
	}

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.close();
		}
	}

	@Test
	void takesMemcachedsOptions() throws Exception {
		Path passwords = Files.writeString(this.directory.resolve("passwords"), "user:secret\n\nother:x\n");
		assertThat(start("-l", "127.0.0.1", "-p0", "-U", "0", "-m", "16", "-I2m", "--conn-limit=3", "-M", "-v", "-Y",
				passwords.toString(), "-u", "root", "-t4"))
			.isZero();
		try (RawClient client = new RawClient(this.server.port())) {
			assertThat(client.ask("set k 0 0 11\r\nuser secret\r\n")).isEqualTo("STORED\r\n");
			assertThat(client.say("stats settings\r\n").hearTo("END\r\n")).contains("STAT maxbytes 16777216\r\n",
					"STAT maxconns 3\r\n", "STAT item_size_max 2097152\r\n", "STAT evictions off\r\n",
					"STAT verbosity 1\r\n");
		}
	}

	@Test
	void passwordsOfAFileAreItsBytes() throws Exception {
		String latin = "u:\u00e9";
		String utf = "w:\u00c3\u00a9";
		Path passwords = Files.writeString(this.directory.resolve("passwords"), latin + '\n' + utf + '\n',
				StandardCharsets.ISO_8859_1);
		assertThat(start("-p0", "-Y", passwords.toString())).isZero();
		for (String user : List.of(latin, utf)) {
			try (RawClient client = new RawClient(this.server.port())) {
				String token = user.replace(':', ' ');
				assertThat(client.ask("set k 0 0 3\r\nu ?\r\n")).startsWith("CLIENT_ERROR authentication failure");
				assertThat(client.ask("set k 0 0 " + token.length() + "\r\n" + token + "\r\n")).isEqualTo("STORED\r\n");
			}
		}
	}

	@Test
	void speaksTlsAndLikeAnotherRelease() throws Exception {
		SelfSigned own = new SelfSigned(this.directory);
		assertThat(start("-p", "-1", "-Z", "-o", "ssl_chain_cert=" + own.certificate(this.directory) + ",ssl_key="
				+ own.key(this.directory) + ",release=1.6.18"))
			.isZero();
		try (RawClient client = new RawClient(this.server.port(), own.trusting())) {
			assertThat(client.ask("version\r\n")).isEqualTo("VERSION 1.6.18\r\n");
		}
	}

	@Test
	void withoutEvictionsNothingMoreIsStored() throws Exception {
		assertThat(start("-p0", "-m2", "-M")).isZero();
		try (RawClient client = new RawClient(this.server.port())) {
			String data = "v".repeat(900_000);
			assertThat(client.ask("set a 0 0 900000\r\n" + data + "\r\n")).isEqualTo("STORED\r\n");
			assertThat(client.ask("set b 0 0 900000\r\n" + data + "\r\n")).isEqualTo("STORED\r\n");
			assertThat(client.ask("set c 0 0 900000\r\n" + data + "\r\n"))
				.isEqualTo("SERVER_ERROR out of memory storing object\r\n");
			assertThat(client.ask("mg a\r\n")).isEqualTo("HD\r\n");
		}
	}

	@Test
	void withoutEvictionsMetaCommandsPutNothingThereEither() throws Exception {
		assertThat(start("-p0", "-m2", "-I1k", "-M")).isZero();
		String key = "k".repeat(240);
		try (RawClient client = new RawClient(this.server.port())) {
			for (int i = 0; i < (2 << 20) / 240; i++) {
				client.ask("mg " + key + i + " N0\r\n");
			}
			assertThat(Long.parseLong(this.server.stats().get("bytes"))).isBetween(2_096_000L, 2L << 20);
			assertThat(client.ask("mg " + key + "x N0 v k Oa\r\n")).isEqualTo("EN k" + key + "x Oa\r\n");
			assertThat(client.ask("ma " + key + "x N0 q k\r\n"))
				.isEqualTo("SERVER_ERROR Out of memory allocating new item\r\n");
			assertThat(client.ask("ma " + key + "x\r\n")).isEqualTo("NF\r\n");
			assertThat(client.ask("mg " + key + "0 N0\r\n")).isEqualTo("HD Z\r\n");
		}
	}

	@Test
	void tellsItsPortInAFile() throws Exception {
		Path file = this.directory.resolve("port");
		Main.start(List.of("-p", "-1"), file.toString(), System.out, System.err, (started) -> this.server = started);
		assertThat(file).hasContent("TCP INET: " + this.server.port());
		assertThat(this.directory).isDirectoryContaining("glob:**/port").isDirectoryNotContaining("glob:**.lck");
	}

	@Test
	void runsAsAModuleThatNeedsCaffeineAlone() throws Exception {
		String modules = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((path) -> path.contains("caffeine") || Files.exists(Path.of(path, "io/libmc/embedded/Main.class")))
			.collect(Collectors.joining(File.pathSeparator));
		Path file = this.directory.resolve("port");
		ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-p", modules, "-m", "io.libmc.embedded/io.libmc.embedded.Main", "-p", "-1");
		builder.environment().put("MEMCACHED_PORT_FILENAME", file.toString());
		Process process = builder.inheritIO().start();
		try {
			Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> Files.exists(file) || !process.isAlive());
			int port = Integer.parseInt(Files.readString(file).replaceAll("\\D", ""));
			try (RawClient client = new RawClient(port)) {
				assertThat(client.ask("set k 0 0 1\r\nx\r\n")).isEqualTo("STORED\r\n");
			}
		}
		finally {
			process.destroyForcibly();
		}
	}

	@Test
	void serverWithoutAPortHasNoneToTell() {
		Path file = this.directory.resolve("port");
		Path socket = this.directory.resolve("memcached.sock");
		assertThat(start(file, "-s", socket.toString())).isZero();
		assertThat(this.server.address()).isEqualTo(socket.toString());
		assertThat(file).doesNotExist();
		assertThat(socket).satisfies((path) -> assertThat(Files.getPosixFilePermissions(path)).containsOnly(
				PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE));
		assertThat(this.err.size()).isZero();
	}

	@Test
	void serverWhosePortCannotBeToldRunsAllTheSame() throws Exception {
		Path file = this.directory.resolve("absent").resolve("port");
		assertThat(start(file, "-p", "-1")).isZero();
		assertThat(this.err.toString(StandardCharsets.UTF_8)).startsWith("Failed to open \"" + file + ".lck\": ");
		try (RawClient client = new RawClient(this.server.port())) {
			assertThat(client.ask("mn\r\n")).isEqualTo("MN\r\n");
		}
	}

	@Test
	void helpAndVersionAreTold() {
		assertThat(start("-V")).isZero();
		assertThat(start("--help")).isZero();
		assertThat(this.server).isNull();
		assertThat(this.out.toString(StandardCharsets.UTF_8)).startsWith("memcached 1.6.45 ").contains("--auth-file");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					-p x            | -p x: not a number of -1 to 65535
					-p 70000        | -p 70000: not a number of -1 to 65535
					-p              | -p needs a value; -h tells which
					-U 11211        | -U 11211: only 0 is possible here
					-m 0            | -m 0: not a number of 1 to 1073741824
					-I 12q          | -I 12q: not a size of 1k to 1024m; write bytes, or a number with k or m behind it
					-I 5g           | -I 5g: not a size of 1k to 1024m; write bytes, or a number with k or m behind it
					-I 40m          | maxItemSize: 41943040 is more than half of maxBytes, 67108864; use a smaller maxItemSize or a larger maxBytes
					-x              | the option -x is not known here; -h lists those that are
					--lost          | the option --lost is not known here; -h lists those that are
					11211           | "11211" is no option; -h lists them
					-o modern       | -o modern is not known here; -h lists what is
					-o release=1.5  | -o release=1.5: use 1.6.18 or 1.6.45
					-Z              | -Z needs -o ssl_chain_cert=<file>,ssl_key=<file>
					-l no.such.invalid | host: "no.such.invalid" is unknown; use an address of this machine, such as 127.0.0.1
					""")
	void whatMakesNoSenseIsToldInALine(String arguments, String message) {
		assertThat(start(arguments.split(" "))).isEqualTo(1);
		assertThat(this.server).isNull();
		assertThat(this.err.toString(StandardCharsets.UTF_8)).isEqualTo("memcached: " + message + "\n");
	}

	@Test
	void portInUseAndFilesThatCannotBeReadAreToldInALine() throws Exception {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			assertThat(start("-p", String.valueOf(taken.getLocalPort()))).isEqualTo(1);
		}
		assertThat(start("-Y", this.directory.resolve("absent").toString())).isEqualTo(1);
		Path file = Files.writeString(this.directory.resolve("passwords"), "nobody\n");
		assertThat(start("-Y", file.toString())).isEqualTo(1);
		assertThat(start("-Z", "-o", "ssl_chain_cert=" + file + ",ssl_key=" + file)).isEqualTo(1);
		assertThat(this.err.toString(StandardCharsets.UTF_8).lines()).hasSize(4)
			.satisfiesExactly((line) -> assertThat(line).contains("the port is in use"),
					(line) -> assertThat(line).contains("the file cannot be read"),
					(line) -> assertThat(line).endsWith("line 1 is not user:password"),
					(line) -> assertThat(line).contains("in PEM are needed"));
	}

}
