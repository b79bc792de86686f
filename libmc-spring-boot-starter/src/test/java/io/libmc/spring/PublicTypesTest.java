package io.libmc.spring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What users may use says since when it is there.
 */
class PublicTypesTest {

	private static final Pattern PUBLIC_TYPE = Pattern.compile("^public .*(class|interface|enum|record) ",
			Pattern.MULTILINE);

	@ParameterizedTest
	@ValueSource(strings = { "libmc-core", "libmc-embedded", "libmc-spring-boot-starter" })
	void everyPublicTypeSaysSinceWhenItIsThere(String module) throws IOException {
		Path sources = Path.of("..", module, "src", "main", "java");
		try (Stream<Path> files = Files.walk(sources)) {
			List<Path> types = files.filter((file) -> file.toString().endsWith(".java"))
				.filter((file) -> !file.toString().contains("internal"))
				.filter(PublicTypesTest::isPublic)
				.toList();
			assertThat(types).isNotEmpty()
				.allSatisfy((type) -> assertThat(documentation(type)).contains("\n * @since "));
		}
	}

	private static boolean isPublic(Path file) {
		return PUBLIC_TYPE.matcher(read(file)).find();
	}

	private static String documentation(Path file) {
		String source = read(file);
		Matcher type = PUBLIC_TYPE.matcher(source);
		assertThat(type.find()).isTrue();
		return source.substring(0, type.start());
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
