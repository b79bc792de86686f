package io.libmc.embedded;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

class ArchitectureTest {

	private static final JavaClasses CLASSES = new ClassFileImporter()
		.withImportOption(new ImportOption.DoNotIncludeTests())
		.importPackages("io.libmc.embedded");

	@Test
	void nothingIsNeededButCaffeine() {
		classes().should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage("java..", "javax.net.ssl..", "io.libmc.embedded..", "com.github.benmanes.caffeine..",
					"org.jspecify..", "org.junit.jupiter.api..")
			.check(CLASSES);
	}

	@Test
	void serverNeedsNoJUnitAndStorageAloneNeedsCaffeine() {
		noClasses().that()
			.haveNameNotMatching(".*\\.EmbeddedMemcachedExtension(\\$.*)?")
			.and()
			.haveSimpleNameNotStartingWith("EmbeddedMemcachedTest")
			.should()
			.dependOnClassesThat()
			.resideInAPackage("org.junit..")
			.check(CLASSES);
		noClasses().that()
			.haveNameNotMatching(".*\\.Store(\\$.*)?")
			.should()
			.dependOnClassesThat()
			.resideInAPackage("com.github.benmanes.caffeine..")
			.check(CLASSES);
	}

	@Test
	void sessionsKnowNothingOfSockets() {
		noClasses().that()
			.haveSimpleName("Session")
			.or()
			.haveSimpleNameEndingWith("Commands")
			.or()
			.haveSimpleName("Store")
			.should()
			.dependOnClassesThat()
			.resideInAPackage("java.nio.channels..")
			.check(CLASSES);
	}

	/** A virtual thread that waits within would keep others from running. */
	@Test
	void nothingIsSynchronized() {
		noMethods().should().haveModifier(JavaModifier.SYNCHRONIZED).check(CLASSES);
	}

	@Test
	void usersSeeWhatTheyNeed() {
		assertThat(CLASSES.stream().filter((type) -> type.getModifiers().contains(JavaModifier.PUBLIC)))
			.extracting(JavaClass::getSimpleName)
			.containsExactlyInAnyOrder("EmbeddedMemcached", "EmbeddedMemcachedBuilder", "EmbeddedMemcachedExtension",
					"EmbeddedMemcachedTest", "Main", "MemcachedVersion");
	}

}
