package io.libmc;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

class ArchitectureTest {

	/** Each package, and the packages of ours it may use. */
	private static final Map<String, Set<String>> LAYERS = Map.of("io.libmc",
			Set.of("io.libmc.codec", "io.libmc.internal.routing", "io.libmc.internal.connection",
					"io.libmc.internal.protocol"),
			"io.libmc.internal.connection", Set.of("io.libmc.internal.protocol"), "io.libmc.internal.routing", Set.of(),
			"io.libmc.internal.protocol", Set.of(), "io.libmc.codec", Set.of());

	private static final JavaClasses CLASSES = new ClassFileImporter()
		.withImportOption(new ImportOption.DoNotIncludeTests())
		.importPackages("io.libmc");

	@Test
	void everyPackageHasItsLayer() {
		assertThat(CLASSES).extracting(JavaClass::getPackageName).isSubsetOf(LAYERS.keySet());
	}

	@Test
	void packagesUseOnlyTheLayersBelowThem() {
		LAYERS.forEach((name, below) -> noClasses().that()
			.resideInAPackage(name)
			.should()
			.dependOnClassesThat(DescribedPredicate.describe("lie in another layer of ours that is not below",
					(JavaClass used) -> used.getPackageName().startsWith("io.libmc")
							&& !used.getPackageName().equals(name) && !below.contains(used.getPackageName())))
			.check(CLASSES));
	}

	@Test
	void packagesHaveNoCycles() {
		slices().assignedFrom(new SliceAssignment() {

			@Override
			public SliceIdentifier getIdentifierOf(JavaClass type) {
				return SliceIdentifier.of(type.getPackageName());
			}

			@Override
			public String getDescription() {
				return "packages";
			}

		}).should().beFreeOfCycles().check(CLASSES);
	}

	@Test
	void coreNeedsNothingButJava() {
		classes().should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage("java..", "javax.net..", "org.jspecify..", "io.libmc..")
			.check(CLASSES);
	}

	@Test
	void publicApiShowsNoInternals() {
		List<String> exposed = CLASSES.stream()
			.filter((type) -> !isInternal(type) && isVisible(type.getModifiers()))
			.flatMap((type) -> Stream.concat(supertypes(type),
					type.getMembers()
						.stream()
						.filter((member) -> isVisible(member.getModifiers()))
						.filter((member) -> types(member).anyMatch(ArchitectureTest::isInternal))
						.map(JavaMember::getFullName)))
			.toList();
		assertThat(exposed).isEmpty();
	}

	private static Stream<String> supertypes(JavaClass type) {
		return Stream.concat(type.getAllRawSuperclasses().stream(), type.getAllRawInterfaces().stream())
			.filter(ArchitectureTest::isInternal)
			.map((internal) -> type.getName() + " is a " + internal.getName());
	}

	private static Stream<JavaClass> types(JavaMember member) {
		return member.getAllInvolvedRawTypes().stream();
	}

	private static boolean isInternal(JavaClass type) {
		return type.getBaseComponentType().getPackageName().startsWith("io.libmc.internal");
	}

	private static boolean isVisible(Set<JavaModifier> modifiers) {
		return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
	}

}
