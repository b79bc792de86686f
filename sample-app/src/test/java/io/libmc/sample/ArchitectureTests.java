package io.libmc.sample;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sample does what every user can: it, and its tests, use the API alone.
 */
class ArchitectureTests {

	private static final JavaClasses CLASSES = new ClassFileImporter().importPackages("io.libmc.sample");

	@Test
	void theApiIsEnough() {
		assertThat(CLASSES.contain(SampleApplication.class)).isTrue();
		noClasses().should().dependOnClassesThat().resideInAPackage("io.libmc.internal..").check(CLASSES);
	}

}
