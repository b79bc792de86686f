package io.libmc.spring;

import java.nio.file.Path;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfiguration;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

class ArchitectureTest {

	private static final JavaClasses STARTER = new ClassFileImporter().importPath(Path.of("target", "classes"));

	@Test
	void theClientIsUsedByItsApiAlone() {
		noClasses().should().dependOnClassesThat().resideInAPackage("io.libmc.internal..").check(STARTER);
	}

	@Test
	void packagesFormATree() {
		slices().matching("io.libmc.spring.(**)").should().beFreeOfCycles().check(STARTER);
	}

	@Test
	void theCacheKnowsNothingOfSpringBoot() {
		noClasses().that()
			.resideInAPackage("io.libmc.spring.cache..")
			.should()
			.dependOnClassesThat()
			.resideInAPackage("org.springframework.boot..")
			.check(STARTER);
	}

	@Test
	void autoConfigurationsAreFinalAndHaveNoPublicMembers() {
		classes().that()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.haveModifier(JavaModifier.FINAL)
			.check(STARTER);
		methods().that()
			.areDeclaredInClassesThat()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.notBePublic()
			.check(STARTER);
	}

}
