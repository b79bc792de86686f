package io.libmc.spring.cache;

import java.io.Serializable;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import lombok.AllArgsConstructor;
import lombok.Builder;
import lombok.Data;
import lombok.EqualsAndHashCode;
import lombok.NoArgsConstructor;
import lombok.RequiredArgsConstructor;
import lombok.Singular;
import lombok.Value;
import lombok.With;
import lombok.experimental.SuperBuilder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Classes that Lombok has completed, without an annotation for Jackson.
 */
@SuppressWarnings("serial") // lists are what applications have
class LombokTest {

	@ParameterizedTest
	@MethodSource
	void theyComeBackEqual(String name, Object value) throws Exception {
		ClassLoader loader = LombokTest.class.getClassLoader();
		List<String> allowed = List.of(LombokTest.class.getName());
		EntryFormat format = name.equals("jdk") ? EntryFormat.jdk(loader, allowed) : EntryFormat.json(loader, allowed);
		for (Object each : List.of(value, new ArrayList<>(List.of(value)))) {
			for (int i = 0; i < 2; i++) {
				assertThat(format.decode(Stamp.put(format.encode(each), 1))).isEqualTo(each);
			}
		}
	}

	static Stream<Arguments> theyComeBackEqual() {
		return Stream.of("jdk", "json").flatMap((name) -> values().map((value) -> Arguments.of(name, value)));
	}

	static Stream<Object> values() {
		Price price = new Price(new BigDecimal("1.50"), "EUR");
		Order order = Order.builder().id(1).line("a").line("b").price(price).counts(Map.of("a", 1L)).build();
		Draft draft = new Draft();
		draft.setTitle("a");
		draft.setDays(new ArrayList<>(List.of(LocalDate.EPOCH)));
		Novel novel = Novel.builder().id(1).genre("b").build();
		return Stream.of(price, order, Order.builder().build(), draft, new Draft(), new Both(), new Both(1, "a"),
				new Required("a"), new Required("a").withNote("b"), novel, Pair.of(price, 1L),
				Defaulted.builder().build(), Defaulted.builder().limit(5).build());
	}

	@Value
	static class Price implements Serializable {

		private static final long serialVersionUID = 1L;

		BigDecimal amount;

		String currency;

	}

	@Value
	@Builder
	static class Order implements Serializable {

		private static final long serialVersionUID = 1L;

		long id;

		@Singular
		List<String> lines;

		Price price;

		Map<String, Long> counts;

	}

	@Value
	@Builder
	static class Defaulted implements Serializable {

		private static final long serialVersionUID = 1L;

		@Builder.Default
		int limit = 3;

		String text;

	}

	@Data
	static class Draft implements Serializable {

		private static final long serialVersionUID = 1L;

		private String title;

		private List<LocalDate> days;

	}

	@Data
	@NoArgsConstructor
	@AllArgsConstructor
	static class Both implements Serializable {

		private static final long serialVersionUID = 1L;

		private long id;

		private String name;

	}

	@Data
	@RequiredArgsConstructor
	@AllArgsConstructor
	static class Required implements Serializable {

		private static final long serialVersionUID = 1L;

		private final String name;

		@With
		private String note;

	}

	@Value(staticConstructor = "of")
	static class Pair<A, B> implements Serializable {

		private static final long serialVersionUID = 1L;

		A first;

		B second;

	}

	@SuperBuilder
	@EqualsAndHashCode
	@NoArgsConstructor
	static class Book implements Serializable {

		private static final long serialVersionUID = 1L;

		private long id;

	}

	@SuperBuilder
	@EqualsAndHashCode(callSuper = true)
	@NoArgsConstructor
	static class Novel extends Book {

		private static final long serialVersionUID = 1L;

		private String genre;

	}

}
