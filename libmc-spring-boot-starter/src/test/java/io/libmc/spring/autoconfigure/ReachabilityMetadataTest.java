package io.libmc.spring.autoconfigure;

import java.io.InputStream;
import java.util.Set;
import java.util.TreeSet;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a native image is told of the reflection in the client and in the embedded server,
 * which know nothing of Spring. No image is built here: what it is told has to be there,
 * and nothing else may be looked up.
 */
class ReachabilityMetadataTest {

	/**
	 * Whose look-ups it is told of, or need not be: of a field of its own, which it finds
	 * by itself, and of classes that the application allows, of which that tells it.
	 */
	private static final Set<String> WHO_LOOKS_UP = Set.of("io.libmc.codec.ClassNames",
			"io.libmc.codec.JavaSerialization$ContextObjectInputStream", "io.libmc.codec.SerializedClasses",
			"io.libmc.embedded.ThreadTransport", "io.libmc.internal.connection.Operation",
			"io.libmc.internal.connection.Threads");

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "all of it is about virtual threads")
	void whatIsToldIsThere() throws Exception {
		assertThat(methods("libmc-core")).containsExactly("java.lang.Thread.isVirtual");
		assertThat(methods("libmc-embedded")).containsExactly("java.lang.Thread$Builder.factory",
				"java.lang.Thread.ofVirtual");
	}

	@Test
	void nobodyElseLooksUpAnything() {
		JavaClasses classes = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
			.importPackages("io.libmc.codec", "io.libmc.internal", "io.libmc.embedded");
		Set<String> found = new TreeSet<>();
		classes.forEach((type) -> type.getMethodCallsFromSelf()
			.stream()
			.filter(ReachabilityMetadataTest::looksUp)
			.forEach((call) -> found.add(type.getName())));
		assertThat(found).containsExactlyInAnyOrderElementsOf(WHO_LOOKS_UP);
	}

	private static boolean looksUp(JavaMethodCall call) {
		String name = call.getName();
		return switch (call.getTargetOwner().getName()) {
			case "java.lang.Class" -> name.equals("forName")
					|| name.matches("get(Declared)?(Method|Field|Constructor|Class|RecordComponent)s?");
			case "java.lang.invoke.MethodHandles$Lookup" -> name.startsWith("find") || name.startsWith("unreflect");
			case "java.lang.ClassLoader" -> name.equals("loadClass");
			case "java.util.ServiceLoader" -> name.startsWith("load");
			default -> false;
		};
	}

	/** The methods that are told of, each of which has to be there. */
	private static Set<String> methods(String module) throws Exception {
		String file = "/META-INF/native-image/io.libmc/" + module + "/reachability-metadata.json";
		Set<String> methods = new TreeSet<>();
		try (InputStream in = ReachabilityMetadataTest.class.getResourceAsStream(file)) {
			for (JsonNode type : new JsonMapper().readTree(in).get("reflection")) {
				Class<?> declaring = Class.forName(type.get("type").asString());
				for (JsonNode method : type.get("methods")) {
					assertThat(method.get("parameterTypes")).isEmpty();
					declaring.getMethod(method.get("name").asString());
					methods.add(declaring.getName() + "." + method.get("name").asString());
				}
			}
		}
		return methods;
	}

}
