package io.libmc.embedded;

import java.io.IOException;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import static org.assertj.core.api.Assertions.assertThat;

/** One instance for all tests is made before anything that JUnit calls. */
@EmbeddedMemcachedTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OneInstanceTest {

	private final EmbeddedMemcached given;

	OneInstanceTest(EmbeddedMemcached memcached) {
		this.given = memcached;
	}

	@BeforeAll
	@AfterAll
	void runs() {
		assertThat(this.given.isRunning()).isTrue();
	}

	@Test
	void talks(EmbeddedMemcached memcached) throws IOException {
		assertThat(memcached).isSameAs(this.given);
		try (RawClient client = new RawClient(memcached.port())) {
			assertThat(client.ask("mn\r\n")).isEqualTo("MN\r\n");
		}
	}

	@Nested
	class Inner {

		private final EmbeddedMemcached toInner;

		Inner(EmbeddedMemcached memcached) {
			this.toInner = memcached;
		}

		@Test
		void isGivenTheSame() {
			assertThat(this.toInner).isSameAs(OneInstanceTest.this.given);
		}

	}

}
