package io.libmc;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.libmc.internal.client.ClientOptions;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

class ArchitectureTest {

	/**
	 * Each package, and the packages of ours below it. Every one may use the API's types.
	 */
	private static final Map<String, Set<String>> LAYERS = Map.of("io.libmc", Set.of("io.libmc.codec"),
			"io.libmc.codec", Set.of(), //
			"io.libmc.internal.client",
			Set.of("io.libmc.codec", "io.libmc.internal.load", "io.libmc.internal.discovery", "io.libmc.internal.call",
					"io.libmc.internal.routing", "io.libmc.internal.connection", "io.libmc.internal.protocol"),
			"io.libmc.internal.load", Set.of("io.libmc.codec", "io.libmc.internal.call"), "io.libmc.internal.call",
			Set.of("io.libmc.codec", "io.libmc.internal.routing", "io.libmc.internal.connection",
					"io.libmc.internal.protocol"),
			"io.libmc.internal.discovery",
			Set.of("io.libmc.internal.connection", "io.libmc.internal.protocol", "io.libmc.internal.routing"), //
			"io.libmc.internal.connection", Set.of("io.libmc.internal.protocol"), //
			"io.libmc.internal.routing", Set.of(), //
			"io.libmc.internal.protocol", Set.of());

	/** The one door from the API to what implements it. */
	private static final DescribedPredicate<Dependency> THE_DOOR = DescribedPredicate.describe(
			"lead from the builder to the options of a client",
			(Dependency dependency) -> dependency.getOriginClass().isEquivalentTo(MemcachedClientBuilder.class)
					&& dependency.getTargetClass().isEquivalentTo(ClientOptions.class));

	private static final JavaClasses CLASSES = new ClassFileImporter()
		.withImportOption(new ImportOption.DoNotIncludeTests())
		.importPackages("io.libmc");

	@Test
	void everyPackageHasItsLayer() {
		assertThat(CLASSES).extracting(JavaClass::getPackageName).isSubsetOf(LAYERS.keySet());
	}

	@Test
	void packagesUseOnlyTheLayersBelowThemAndTheApi() {
		List<String> upwards = CLASSES.stream()
			.flatMap((type) -> type.getDirectDependenciesFromSelf().stream())
			.filter((dependency) -> !mayUse(dependency) && !THE_DOOR.test(dependency))
			.map(Dependency::getDescription)
			.toList();
		assertThat(upwards).isEmpty();
	}

	/** The API's own way in is none for what lies behind it. */
	private static boolean mayUse(Dependency dependency) {
		String user = dependency.getOriginClass().getPackageName();
		String used = dependency.getTargetClass().getBaseComponentType().getPackageName();
		if (isInternal(dependency.getOriginClass())
				&& dependency.getTargetClass().isEquivalentTo(MemcachedClientBuilder.class)) {
			return false;
		}
		return !used.startsWith("io.libmc") || used.equals(user) || used.equals("io.libmc")
				|| LAYERS.getOrDefault(user, Set.of()).contains(used);
	}

	@Test
	void theApiHasOneDoor() {
		assertThat(CLASSES.get(MemcachedClientBuilder.class).getDirectDependenciesFromSelf()).anyMatch(THE_DOOR);
	}

	/** Below the API, whose types everybody may use. */
	@Test
	void packagesHaveNoCycles() {
		slices().matching("io.libmc.(internal.*)..").should().beFreeOfCycles().check(CLASSES);
		noClasses().that()
			.resideInAPackage("io.libmc.codec")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("io.libmc", "io.libmc.internal..")
			.check(CLASSES);
	}

	@Test
	void coreNeedsNothingButJava() {
		classes().should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage("java..", "javax.net..", "javax.naming..", "org.jspecify..", "io.libmc..")
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
