package io.libmc.spring.cache;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Values of applications in Kotlin, which the Kotlin compiler has compiled.
 */
class KotlinTest {

	@ParameterizedTest
	@MethodSource
	void theyComeBackEqual(String name, Object value) throws Exception {
		EntryFormat format = format(name, List.of("io.libmc.spring.cache.*", "kotlin"));
		for (Object each : List.of(value, new ArrayList<>(List.of(value)))) {
			for (int i = 0; i < 2; i++) {
				assertThat(roundTrip(format, each)).isEqualTo(each);
			}
		}
	}

	static Stream<Arguments> theyComeBackEqual() {
		return inBoth(KotlinValues.comeBack());
	}

	@ParameterizedTest
	@MethodSource
	void theLibrarysComeBackEqual(String name, Object value) throws Exception {
		theyComeBackEqual(name, value);
	}

	static Stream<Arguments> theLibrarysComeBackEqual() {
		return inBoth(KotlinValues.ofTheLibrary());
	}

	/** They are not Serializable. */
	@Test
	void someOfTheLibrarysComeBackAsJsonAlone() throws Exception {
		EntryFormat jdk = format("jdk", List.of("kotlin"));
		for (Object value : KotlinValues.jsonAlone()) {
			theyComeBackEqual("json", value);
			assertThatIllegalArgumentException().isThrownBy(() -> jdk.encode(value))
				.withMessageContainingAll(value.getClass().getName(), "java.io.Serializable", "json");
		}
	}

	/** To Java's serialization they come as objects that allocate what an entry says. */
	@Test
	void whatKotlinBuildsComesBackAsPlainCollectionsFromJsonAlone() throws Exception {
		for (Object value : KotlinValues.built()) {
			theyComeBackEqual("json", value);
			assertThatIllegalArgumentException().isThrownBy(() -> format("jdk", List.of("kotlin")).encode(value))
				.withMessageContaining("kotlin.collections.builders.Serialized");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdk", "json" })
	void whatCannotComeBackIsRefused(String name) {
		EntryFormat format = format(name, List.of("io.libmc.spring.cache.*", "kotlin"));
		for (Object value : KotlinValues.refused()) {
			assertThatIllegalArgumentException().isThrownBy(() -> format.encode(value))
				.withMessageContaining(value.getClass().getName());
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdk", "json" })
	void withoutTheGroupItIsNamed(String name) {
		EntryFormat format = format(name, List.of("io.libmc.spring.cache.*"));
		Object pair = KotlinValues.ofTheLibrary().get(0);
		assertThatIllegalArgumentException().isThrownBy(() -> format.encode(pair))
			.withMessageContainingAll("kotlin.Pair", "the group kotlin", "allowed-classes");
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdk", "json" })
	void aSingletonComesBackAsItself(String name) throws Exception {
		EntryFormat format = format(name, List.of("io.libmc.spring.cache.*", "kotlin"));
		for (Object singleton : KotlinValues.singletons()) {
			for (int i = 0; i < 2; i++) {
				assertThat(roundTrip(format, singleton)).isSameAs(singleton);
				assertThat((List<?>) roundTrip(format, new ArrayList<>(List.of(singleton)))).first()
					.isSameAs(singleton);
			}
		}
		assertThat(roundTrip(format, KotlinValues.withSingletons())).isEqualTo(KotlinValues.withSingletons());
	}

	/** Its fields could be read into the one that everybody has. */
	@Test
	void aSingletonThatInheritsFieldsIsNoJson() throws Exception {
		Object singleton = KotlinValues.inheriting();
		List<String> allowed = List.of("io.libmc.spring.cache.*");
		assertThat(roundTrip(format("jdk", allowed), singleton)).isSameAs(singleton);
		assertThatIllegalArgumentException().isThrownBy(() -> format("json", allowed).encode(singleton))
			.withMessageContaining("Inheriting");
	}

	@Test
	void aLazyPropertyIsRefusedByName() {
		EntryFormat format = format("json", List.of("io.libmc.spring.cache.*", "kotlin"));
		assertThatIllegalArgumentException().isThrownBy(() -> format.encode(KotlinValues.withLazy()))
			.withMessageContaining("Lazy");
	}

	private static Stream<Arguments> inBoth(List<Object> values) {
		return Stream.of("jdk", "json").flatMap((name) -> values.stream().map((value) -> Arguments.of(name, value)));
	}

	private static Object roundTrip(EntryFormat format, Object value) throws Exception {
		return format.decode(Stamp.put(format.encode(value), 1));
	}

	private static EntryFormat format(String name, Collection<String> allowed) {
		ClassLoader loader = KotlinTest.class.getClassLoader();
		return name.equals("jdk") ? EntryFormat.jdk(loader, allowed) : EntryFormat.json(loader, allowed);
	}

}
