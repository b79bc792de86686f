package io.libmc.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * memcached's options on the command line, as far as they make sense here.
 */
final class Options {

	static final String HELP = """
			Usage: java -jar libmc-embedded.jar [option]...
			A memcached server in a JVM, for development and tests. Options are memcached's own:
			  -p, --port=<num>            port (11211); 0 or -1 for any free one, which is written to the
			                              file that MEMCACHED_PORT_FILENAME names
			  -l, --listen=<addr>         address (127.0.0.1; 0.0.0.0 for all)
			  -s, --unix-socket=<file>    a unix socket instead
			  -m, --memory-limit=<num>    megabytes for items (64)
			  -I, --max-item-size=<num>   largest item, with k or m behind the number (1m)
			  -c, --conn-limit=<num>      most connections (1024)
			  -M, --disable-evictions     answer with an error instead of removing items
			  -Y, --auth-file=<file>      ask who clients are: lines of user:password
			  -Z, --enable-ssl            speak TLS, with -o ssl_chain_cert=<file>,ssl_key=<file> (PEM),
			                              and ssl_verify_mode=2,ssl_ca_cert=<file> for clients with certificates
			  -o, --extended=<list>       the above, and release=1.6.18 to speak like that release
			  -U, --udp-port=<num>        0 only: there is no UDP
			  -u, -t                      taken and left alone
			  -v, -vv                     say what happens
			  -V, --version; -h, --help
			""";

	private static final Map<String, String> LONG = Map.ofEntries(Map.entry("port", "p"), Map.entry("listen", "l"),
			Map.entry("unix-socket", "s"), Map.entry("memory-limit", "m"), Map.entry("max-item-size", "I"),
			Map.entry("conn-limit", "c"), Map.entry("disable-evictions", "M"), Map.entry("auth-file", "Y"),
			Map.entry("enable-ssl", "Z"), Map.entry("extended", "o"), Map.entry("udp-port", "U"),
			Map.entry("user", "u"), Map.entry("threads", "t"), Map.entry("verbose", "v"), Map.entry("version", "V"),
			Map.entry("help", "h"));

	private static final String WITH_VALUE = "plsmIcYoUut";

	private static final String WITHOUT_VALUE = "MZvVh";

	private final EmbeddedMemcachedBuilder builder = EmbeddedMemcached.builder().port(11211);

	private final Map<String, String> extended = new HashMap<>();

	private boolean ssl;

	private int verbosity;

	private @Nullable String text;

	/**
	 * Reads a command line.
	 * @throws IllegalArgumentException if an option is unknown or makes no sense
	 */
	static Options of(List<String> arguments) {
		Options options = new Options();
		options.read(arguments);
		options.apply();
		return options;
	}

	/** What is asked for instead of a server, or null. */
	@Nullable String text() {
		return this.text;
	}

	EmbeddedMemcachedBuilder builder() {
		return this.builder;
	}

	private void read(List<String> arguments) {
		for (int i = 0; i < arguments.size(); i++) {
			String argument = arguments.get(i);
			if (argument.startsWith("--")) {
				i += readLong(argument.substring(2), arguments, i);
			}
			else if (argument.startsWith("-") && argument.length() > 1) {
				i += readShort(argument, arguments, i);
			}
			else {
				throw new IllegalArgumentException("\"" + argument + "\" is no option; -h lists them");
			}
		}
	}

	/** Returns how many further arguments it took. */
	private int readLong(String argument, List<String> arguments, int index) {
		int equals = argument.indexOf('=');
		String name = (equals >= 0) ? argument.substring(0, equals) : argument;
		String option = LONG.get(name);
		if (option == null) {
			throw unknown("--" + name);
		}
		if (WITHOUT_VALUE.contains(option)) {
			set(option, "");
			return 0;
		}
		set(option, (equals >= 0) ? argument.substring(equals + 1) : next("--" + name, arguments, index));
		return (equals >= 0) ? 0 : 1;
	}

	/**
	 * Several in one argument, the last of them with its value behind it or in the next.
	 */
	private int readShort(String argument, List<String> arguments, int index) {
		for (int i = 1; i < argument.length(); i++) {
			String option = argument.substring(i, i + 1);
			if (WITH_VALUE.contains(option)) {
				boolean behind = i + 1 < argument.length();
				set(option, behind ? argument.substring(i + 1) : next("-" + option, arguments, index));
				return behind ? 0 : 1;
			}
			if (!WITHOUT_VALUE.contains(option)) {
				throw unknown("-" + option);
			}
			set(option, "");
		}
		return 0;
	}

	private static String next(String option, List<String> arguments, int index) {
		if (index + 1 >= arguments.size()) {
			throw new IllegalArgumentException(option + " needs a value; -h tells which");
		}
		return arguments.get(index + 1);
	}

	private static IllegalArgumentException unknown(String option) {
		return new IllegalArgumentException("the option " + option + " is not known here; -h lists those that are");
	}

	private void set(String option, String value) {
		switch (option) {
			case "p" -> this.builder.port(Math.max(0, number("-p", value, -1, 65_535)));
			case "l" -> this.builder.host(value);
			case "s" -> this.builder.unixSocket(Path.of(value));
			case "m" -> this.builder.maxBytes((long) number("-m", value, 1, 1 << 30) << 20);
			case "I" -> this.builder.maxItemSize(size(value));
			case "c" -> this.builder.maxConnections(number("-c", value, 1, 1_000_000));
			case "M" -> this.builder.evictions(false);
			case "Y" -> readPasswords(Path.of(value));
			case "Z" -> this.ssl = true;
			case "o" -> extend(value);
			case "U" -> number("-U", value, 0, 0);
			case "v" -> this.verbosity++;
			case "V" -> this.text = "memcached " + MemcachedVersion.V1_6_45 + " (libmc-embedded)\n";
			case "h" -> this.text = HELP;
			default -> {
			}
		}
	}

	private static int number(String option, String value, int least, int most) {
		try {
			int number = Integer.parseInt(value);
			if (number >= least && number <= most) {
				return number;
			}
		}
		catch (NumberFormatException ex) {
			// told below
		}
		throw new IllegalArgumentException(option + " " + value + ": " + ((least == most)
				? "only " + least + " is possible here" : "not a number of " + least + " to " + most));
	}

	private static int size(String value) {
		int shift = value.matches("(?i).*k") ? 10 : value.matches("(?i).*m") ? 20 : 0;
		String digits = (shift > 0) ? value.substring(0, value.length() - 1) : value;
		if (digits.matches("\\d{1,10}")) {
			long size = Long.parseLong(digits) << shift;
			if (size >= 1024 && size <= 1 << 30) {
				return (int) size;
			}
		}
		throw new IllegalArgumentException(
				"-I " + value + ": not a size of 1k to 1024m; write bytes, or a number with k or m behind it");
	}

	private void readPasswords(Path file) {
		try {
			int number = 0;
			for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
				number++;
				int colon = line.indexOf(':');
				if (line.isEmpty()) {
					continue;
				}
				if (colon <= 0 || colon == line.length() - 1) {
					throw new IllegalArgumentException("-Y " + file + ": line " + number + " is not user:password");
				}
				this.builder.authBytes(line.substring(0, colon), line.substring(colon + 1));
			}
			if (number == 0) {
				throw new IllegalArgumentException("-Y " + file + ": the file is empty; write lines of user:password");
			}
		}
		catch (IOException ex) {
			throw new IllegalArgumentException("-Y " + file + ": the file cannot be read (" + ex + ")", ex);
		}
	}

	private void extend(String list) {
		for (String setting : list.split(",", -1)) {
			int equals = setting.indexOf('=');
			String name = (equals >= 0) ? setting.substring(0, equals) : setting;
			if (!List.of("ssl_chain_cert", "ssl_key", "ssl_ca_cert", "ssl_verify_mode", "release").contains(name)
					|| equals < 0) {
				throw new IllegalArgumentException("-o " + setting + " is not known here; -h lists what is");
			}
			this.extended.put(name, setting.substring(equals + 1));
		}
	}

	private void apply() {
		this.builder.verbosity(this.verbosity);
		String release = this.extended.getOrDefault("release", MemcachedVersion.V1_6_45.toString());
		for (MemcachedVersion version : MemcachedVersion.values()) {
			if (version.toString().equals(release)) {
				this.builder.version(version);
				release = "";
			}
		}
		if (!release.isEmpty()) {
			throw new IllegalArgumentException("-o release=" + release + ": use 1.6.18 or 1.6.45");
		}
		if (this.ssl) {
			encrypt();
		}
	}

	private void encrypt() {
		String chain = this.extended.get("ssl_chain_cert");
		String key = this.extended.get("ssl_key");
		if (chain == null || key == null) {
			throw new IllegalArgumentException("-Z needs -o ssl_chain_cert=<file>,ssl_key=<file>");
		}
		String verify = this.extended.getOrDefault("ssl_verify_mode", "0");
		String authority = this.extended.get("ssl_ca_cert");
		try {
			if (verify.equals("0") || authority == null) {
				this.builder.tls(Pem.context(Path.of(chain), Path.of(key), null));
			}
			else {
				this.builder.mutualTls(Pem.context(Path.of(chain), Path.of(key), Path.of(authority)));
			}
		}
		catch (IOException | GeneralSecurityException | IllegalArgumentException ex) {
			throw new IllegalArgumentException("-Z: " + chain + " or " + key
					+ " cannot be used; a chain of certificates and an unencrypted PKCS#8 key in PEM are needed (" + ex
					+ ")", ex);
		}
	}

}
