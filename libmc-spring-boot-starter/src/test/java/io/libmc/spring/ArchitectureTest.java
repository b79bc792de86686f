package io.libmc.spring;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfiguration;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

class ArchitectureTest {

	private final JavaClasses starter = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
		.importPackages("io.libmc.spring");

	@Test
	void theClientIsUsedByItsApiAlone() {
		noClasses().should().dependOnClassesThat().resideInAPackage("io.libmc.internal..").check(this.starter);
	}

	@Test
	void packagesFormATree() {
		slices().matching("io.libmc.spring.(**)").should().beFreeOfCycles().check(this.starter);
	}

	@Test
	void theCacheKnowsNothingOfSpringBoot() {
		noClasses().that()
			.resideInAPackage("io.libmc.spring.cache..")
			.should()
			.dependOnClassesThat()
			.resideInAPackage("org.springframework.boot..")
			.check(this.starter);
	}

	@Test
	void autoConfigurationsAreFinalAndHaveNoPublicMembers() {
		classes().that()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL)
			.check(this.starter);
		methods().that()
			.areDeclaredInClassesThat()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.notBePublic()
			.check(this.starter);
	}

}
