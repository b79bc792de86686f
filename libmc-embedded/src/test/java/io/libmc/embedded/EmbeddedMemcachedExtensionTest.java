package io.libmc.embedded;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.function.Function;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@EmbeddedMemcachedTest
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EmbeddedMemcachedExtensionTest {

	@RegisterExtension
	static final EmbeddedMemcachedExtension OLD = new EmbeddedMemcachedExtension(
			EmbeddedMemcached.builder().version(MemcachedVersion.V1_6_18));

	private static EmbeddedMemcached ofTheClass;

	@BeforeAll
	static void remember(EmbeddedMemcached memcached) {
		assertThat(ofTheClass).isNull();
		ofTheClass = memcached;
		assertThat(OLD.address()).startsWith("127.0.0.1:");
	}

	@AfterAll
	static void stillRuns() {
		assertThat(ofTheClass.isRunning()).isTrue();
	}

	@BeforeEach
	void runsAndIsEmpty(EmbeddedMemcached memcached) throws IOException {
		for (EmbeddedMemcached each : new EmbeddedMemcached[] { memcached, OLD.server() }) {
			try (RawClient client = new RawClient(each.port())) {
				assertThat(client.ask("get k\r\n")).isEqualTo("END\r\n");
				assertThat(client.ask("set k 0 0 1\r\nx\r\n")).isEqualTo("STORED\r\n");
			}
		}
	}

	@Test
	@Order(1)
	void pauses(EmbeddedMemcached memcached) {
		memcached.pause();
	}

	@Test
	@Order(2)
	void isStopped(EmbeddedMemcached memcached) {
		assertThat(memcached).isSameAs(ofTheClass);
		memcached.stop();
		OLD.server().stop();
	}

	@Test
	@Order(3)
	void comesBack(EmbeddedMemcached memcached) {
		assertThat(memcached.isRunning()).isTrue();
		assertThat(memcached.stats()).containsEntry("version", "1.6.45");
		assertThat(OLD.server().stats()).containsEntry("version", "1.6.18");
	}

	@Test
	void thereIsNoServerBeforeTheTests() {
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(new EmbeddedMemcachedExtension()::server)
			.withMessageContaining("as a static field");
	}

	@Test
	void testsAtTheSameTimeHaveItOneAfterTheOther(EmbeddedMemcached memcached) throws Exception {
		EmbeddedMemcached old = OLD.server();
		Thread other = new Thread(() -> {
			OLD.beforeEach(null);
			OLD.afterEach(null);
		});
		other.start();
		Awaitility.await().until(() -> other.getState() == Thread.State.WAITING || !other.isAlive());
		assertThat(old.stats()).containsEntry("curr_items", "1");
		OLD.afterEach(null);
		other.join(10_000);
		assertThat(other.isAlive()).isFalse();
		assertThat(old.stats()).containsEntry("curr_items", "0");
	}

	/** What JUnit closes before 5.13, and from then on. */
	@Test
	@SuppressWarnings("deprecation")
	void serverOfAConstructorIsClosedByEveryJUnit() throws Throwable {
		EmbeddedMemcachedExtension extension = new EmbeddedMemcachedExtension();
		Object[] kept = new Object[1];
		ExtensionContext.Store store = proxy(ExtensionContext.Store.class, (arguments) -> {
			kept[0] = arguments[1];
			return null;
		});
		ExtensionContext context = proxy(ExtensionContext.class, (arguments) -> store);
		EmbeddedMemcached early = extension.resolveParameter(null, context) instanceof EmbeddedMemcached server ? server
				: null;
		assertThat(early.isRunning()).isTrue();
		assertThat(kept[0]).isInstanceOf(AutoCloseable.class)
			.isInstanceOf(ExtensionContext.Store.CloseableResource.class);
		((AutoCloseable) kept[0]).close();
		assertThat(early.isRunning()).isFalse();
	}

	private static <T> T proxy(Class<T> type, Function<Object[], Object> answer) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> answer.apply(arguments)));
	}

	@Nested
	@TestInstance(TestInstance.Lifecycle.PER_CLASS)
	class InnerOfOneInstance {

		private final EmbeddedMemcached given;

		InnerOfOneInstance(EmbeddedMemcached memcached) {
			this.given = memcached;
		}

		@Test
		void isGivenTheSame(EmbeddedMemcached memcached) {
			assertThat(memcached).isSameAs(ofTheClass).isSameAs(this.given);
		}

	}

	@Nested
	class Inner {

		@Test
		void usesTheSame(EmbeddedMemcached memcached) {
			assertThat(memcached).isSameAs(ofTheClass);
		}

	}

}
