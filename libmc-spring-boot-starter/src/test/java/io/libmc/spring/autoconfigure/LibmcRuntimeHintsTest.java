package io.libmc.spring.autoconfigure;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

import org.hibernate.collection.spi.PersistentSet;
import org.junit.jupiter.api.Test;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.beans.factory.aot.AotServices;
import org.springframework.cache.interceptor.SimpleKey;

import static org.assertj.core.api.Assertions.assertThat;

class LibmcRuntimeHintsTest {

	@Test
	void aNativeImageIsToldOfThem() {
		assertThat(AotServices.factories().load(RuntimeHintsRegistrar.class))
			.hasAtLeastOneElementOfType(LibmcRuntimeHints.class);
	}

	@Test
	void whatSpringAndHibernateHideCanBeReadThere() throws Exception {
		RuntimeHints hints = new RuntimeHints();
		AotServices.factories()
			.load(RuntimeHintsRegistrar.class)
			.stream()
			.filter((registrar) -> registrar.getClass().getName().startsWith("io.libmc."))
			.forEach((registrar) -> registrar.registerHints(hints, getClass().getClassLoader()));
		assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(SimpleKey.class, "params")).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(PersistentSet.class, "set")).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation("org.springframework.data.domain.Limit$Limited", "max")).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation("org.springframework.data.domain.Unpaged", "getSort")).accepts(hints);
	}

	@Test
	void everyTypeIsThereAndSerializable() throws Exception {
		for (String name : LibmcRuntimeHints.SERIALIZED) {
			assertThat(Serializable.class).as(name).isAssignableFrom(Class.forName(name));
		}
	}

	@Test
	void whatIsWrittenForEverydayValuesIsHinted() throws Exception {
		RuntimeHints hints = new RuntimeHints();
		new LibmcRuntimeHints().registerHints(hints, getClass().getClassLoader());
		Set<String> written = new TreeSet<>();
		for (Object value : List.of(1, 2L, "text", true, 1.5, List.of(1, 2, 3), Map.of("a", 1), Set.of("b"),
				LocalDate.EPOCH, Duration.ofSeconds(1), UUID.randomUUID(), new ArrayList<>(),
				Collections.unmodifiableList(new ArrayList<>()), BigDecimal.TEN)) {
			written.addAll(ClassesIn.bytesOf(value));
		}
		assertThat(written).hasSizeGreaterThan(10)
			.allSatisfy((name) -> assertThat(
					RuntimeHintsPredicates.reflection().onJavaSerialization(Class.forName(name), true))
				.accepts(hints));
	}

	/**
	 * The classes that Java's serialization writes for a value, as its reader meets them.
	 */
	private static final class ClassesIn extends ObjectInputStream {

		private final Set<String> names = new TreeSet<>();

		private ClassesIn(byte[] bytes) throws IOException {
			super(new ByteArrayInputStream(bytes));
		}

		static Set<String> bytesOf(Object value) throws Exception {
			ByteArrayOutputStream bytes = new ByteArrayOutputStream();
			try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
				out.writeObject(value);
			}
			try (ClassesIn in = new ClassesIn(bytes.toByteArray())) {
				in.readObject();
				return in.names;
			}
		}

		@Override
		protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
			if (!description.getName().startsWith("[")) {
				this.names.add(description.getName());
			}
			return super.resolveClass(description);
		}

	}

}
