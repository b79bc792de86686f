package io.libmc.spring.cache;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.data.domain.PageImpl;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.Sort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Classes that one name allows together.
 */
class AllowedGroupsTest {

	@ParameterizedTest
	@ValueSource(strings = { "jdk", "json" })
	void springDatasPages(String name) throws Exception {
		Object page = new PageImpl<>(new ArrayList<>(List.of("a", "b")), PageRequest.of(1, 2, Sort.by("title")), 5);
		EntryFormat format = format(name, List.of("spring-data"));
		assertThat(format.decode(Stamp.put(format.encode(page), 1))).isEqualTo(page);
		EntryFormat without = format(name, List.of());
		assertThatIllegalArgumentException().isThrownBy(() -> without.encode(page)).withMessageContaining("PageImpl");
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdk", "json" })
	void allRecordsAndNothingElse(String name) throws Exception {
		Object records = new ArrayList<>(List.of(new Title("libmc", new Part(1)), new Title("memcached", null)));
		Title[] array = { new Title("libmc", null) };
		EntryFormat format = format(name, List.of("java-records"));
		assertThat(format.decode(Stamp.put(format.encode(records), 1))).isEqualTo(records);
		assertThat((Object[]) format.decode(Stamp.put(format.encode(array), 1))).isEqualTo(array);
		Object bean = new Bean();
		assertThatIllegalArgumentException().isThrownBy(() -> format.encode(bean)).withMessageContaining("Bean");
		Object written = Stamp.put(format(name, List.of(Bean.class.getName())).encode(bean), 1);
		assertThatExceptionOfType(UndecodableEntryException.class).isThrownBy(() -> format.decode(written));
	}

	@Test
	void kotlinsPairsAndWhatIsLikeThem() {
		AllowedClasses allowed = new AllowedClasses(List.of(" kotlin "), new FormatAdvice(null));
		assertThat(Arrays.asList("kotlin.Pair", "[Lkotlin.Triple;", "kotlin.collections.EmptyList",
				"kotlin.ranges.IntRange", "kotlin.time.Duration"))
			.allMatch(allowed::allow);
		assertThat(Arrays.asList("kotlin.reflect.KClass", "kotlin.io.FilesKt", "kotlin.jvm.internal.Lambda"))
			.noneMatch(allowed::allow);
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdk", "json" })
	void oneMessageNamesAllClassesAndTheirGroups(String name) {
		Object value = new ArrayList<>(List.of(new Bean(), new Title("a", null), PageRequest.of(1, 2),
				KotlinValues.pairs().get(0), new ArrayList<>(List.of(new Part(1)))));
		EntryFormat format = format(name, List.of());
		for (int i = 0; i < 2; i++) {
			assertThatIllegalArgumentException().isThrownBy(() -> format.encode(value))
				.withMessageContainingAll(Bean.class.getName() + ", ", Title.class.getName() + ", ",
						Part.class.getName() + ", ", "org.springframework.data.domain.PageRequest, ", "kotlin.Pair, ",
						"the group spring-data", "the group kotlin", "libmc.cache.allowed-classes")
				.withMessageNotContainingAny("the group hibernate");
		}
		EntryFormat all = format(name, List.of(AllowedGroupsTest.class.getName(), "spring-data", "kotlin"));
		assertThat(all.encode(value)).isNotNull();
	}

	@Test
	void aGroupThatDoesNotExistIsNamedWithThoseThatDo() {
		assertThatIllegalArgumentException().isThrownBy(() -> format("json", List.of("spring-dta")))
			.withMessageContainingAll("\"spring-dta\"", "hibernate, spring-data, kotlin and java-records");
	}

	private static EntryFormat format(String name, Collection<String> allowed) {
		ClassLoader loader = AllowedGroupsTest.class.getClassLoader();
		return name.equals("jdk") ? EntryFormat.jdk(loader, allowed) : EntryFormat.json(loader, allowed);
	}

	record Title(String text, Part part) implements Serializable {

	}

	record Part(int number) implements Serializable {

	}

	static class Bean implements Serializable {

		private static final long serialVersionUID = 1L;

		int number = 5;

	}

	@ParameterizedTest
	@ValueSource(strings = { "springdata", "java-record", "lombok" })
	void aGroupThatThereIsNotIsRefused(String name) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> EntryFormat.json(getClass().getClassLoader(), List.of(name)))
			.withMessageContainingAll(name, "hibernate, spring-data, kotlin and java-records");
	}

}
