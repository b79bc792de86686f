package io.libmc.spring.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class ClientCloserTest {

	@Test
	void whatCannotBeClosedKeepsNothingElseOpen() {
		List<String> closed = new ArrayList<>();
		ClientCloser closer = new ClientCloser();
		closer.doAtTheEnd(() -> closed.add("first"));
		closer.doAtTheEnd(() -> {
			throw new IllegalStateException("second");
		});
		closer.doAtTheEnd(() -> {
			throw new IllegalStateException("third");
		});
		closer.doAtTheEnd(() -> closed.add("fourth"));
		assertThatIllegalStateException().isThrownBy(closer::destroy)
			.withMessageContaining("third")
			.satisfies((failure) -> assertThat(failure.getSuppressed()).singleElement()
				.asInstanceOf(InstanceOfAssertFactories.THROWABLE)
				.hasMessage("second"));
		assertThat(closed).containsExactly("fourth", "first");
	}

}
