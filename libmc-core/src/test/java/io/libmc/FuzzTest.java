package io.libmc;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import io.libmc.codec.MarshalReaderFuzz;
import io.libmc.internal.call.KeyEncoderFuzz;
import io.libmc.internal.protocol.ReplyParserFuzz;
import io.libmc.internal.routing.ServerAddressFuzz;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Gives the fuzz targets their corpus, and for a moment what chance makes of it. A long
 * run that looks where it gets is Jazzer's: {@code .ci/fuzz}.
 */
@Timeout(120)
class FuzzTest {

	private static final Duration SHORT = Duration.ofMillis(Integer.getInteger("libmc.fuzz.millis", 2000));

	private final long seed = Long.getLong("libmc.fuzz.seed", new Random().nextInt());

	@ParameterizedTest
	@ValueSource(
			classes = { ReplyParserFuzz.class, MarshalReaderFuzz.class, ServerAddressFuzz.class, KeyEncoderFuzz.class })
	void noInputBreaksThePromise(Class<?> target) throws Exception {
		Method run = target.getMethod("fuzzerTestOneInput", byte[].class);
		List<byte[]> corpus = corpus(target.getSimpleName());
		assertThat(corpus).isNotEmpty();
		for (byte[] input : corpus) {
			assertHolds(run, input);
		}
		Random random = new Random(this.seed);
		long start = System.nanoTime();
		long runs = 0;
		while (System.nanoTime() - start < SHORT.toNanos()) {
			assertHolds(run, mutated(corpus, random));
			runs++;
		}
		System.out.println("fuzz: " + target.getSimpleName() + ", seed " + this.seed + ", " + runs + " inputs");
	}

	private static void assertHolds(Method target, byte[] input) throws IllegalAccessException {
		try {
			target.invoke(null, (Object) input);
		}
		catch (InvocationTargetException ex) {
			StringWriter text = new StringWriter();
			ex.getCause().printStackTrace(new PrintWriter(text));
			throw new AssertionError("the input " + HexFormat.of().formatHex(input) + " leads to " + text);
		}
	}

	private static List<byte[]> corpus(String target) throws IOException, URISyntaxException {
		try (Stream<Path> files = Files.list(Path.of(FuzzTest.class.getResource("/fuzz/" + target).toURI()))) {
			List<byte[]> corpus = new ArrayList<>();
			for (Path file : files.sorted().toList()) {
				corpus.add(Files.readAllBytes(file));
			}
			return corpus;
		}
	}

	/** One of the corpus, changed a few times: a byte, a piece more, a piece less. */
	private static byte[] mutated(List<byte[]> corpus, Random random) {
		byte[] input = corpus.get(random.nextInt(corpus.size())).clone();
		for (int i = random.nextInt(6); i >= 0; i--) {
			int at = random.nextInt(input.length + 1);
			int rest = input.length - at;
			switch (random.nextInt(5)) {
				case 0 -> {
					if (rest > 0) {
						input[at] = (byte) random.nextInt(256);
					}
				}
				case 1 -> {
					if (rest > 0) {
						input[at] ^= (byte) (1 << random.nextInt(8));
					}
				}
				case 2 -> input = joined(input, at, input, at + random.nextInt(rest + 1));
				case 3 -> {
					byte[] other = corpus.get(random.nextInt(corpus.size()));
					input = joined(input, at, other, random.nextInt(other.length + 1));
				}
				default -> input = joined(input, at, input, random.nextInt(at + 1));
			}
		}
		return input;
	}

	private static byte[] joined(byte[] one, int upTo, byte[] other, int from) {
		byte[] joined = Arrays.copyOf(one, upTo + Math.min(other.length - from, 10_000));
		System.arraycopy(other, from, joined, upTo, joined.length - upTo);
		return joined;
	}

}
