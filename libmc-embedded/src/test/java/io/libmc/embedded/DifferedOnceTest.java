package io.libmc.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the comparison with memcached has found stays mended. */
class DifferedOnceTest {

	@ParameterizedTest
	@EnumSource(MemcachedVersion.class)
	void conversationsAreAnsweredAsMemcachedAnswers(MemcachedVersion version) throws IOException {
		Lockstep lockstep = new Lockstep(version);
		conversations().forEach((line) -> lockstep.compare(Lockstep.conversation(line)));
	}

	private static Stream<String> conversations() throws IOException {
		try (InputStream corpus = DifferedOnceTest.class.getResourceAsStream("differed-once.txt")) {
			return new String(corpus.readAllBytes(), StandardCharsets.UTF_8).lines()
				.filter((line) -> !line.startsWith("#"));
		}
	}

}
