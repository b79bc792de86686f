package io.libmc.embedded;

import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.jspecify.annotations.Nullable;

/**
 * JUnit's extension for tests with a server: one for each class, which every test finds
 * running and empty. {@link EmbeddedMemcachedTest} registers it. For other settings, or
 * to ask for the address while the class is set up, make it a static field with JUnit's
 * {@code RegisterExtension}, such as
 * {@code new EmbeddedMemcachedExtension(EmbeddedMemcached.builder().maxItemSize(1 << 24))}.
 * A class may have several; parameters are the server of the first, and of the annotation
 * before any field. Tests of a class that run in parallel have the server one after the
 * other.
 *
 * @since 0.1.0
 */
public final class EmbeddedMemcachedExtension
		implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback, ParameterResolver {

	private static final Namespace NAMESPACE = Namespace.create(EmbeddedMemcachedExtension.class);

	/** Under which a class has the extension that its parameters come from. */
	private static final String PARAMETERS = "parameters";

	private final Supplier<EmbeddedMemcached> starter;

	private final ReentrantLock lock = new ReentrantLock();

	/** Held by the test that has the server; those at the same time wait for it. */
	private final ReentrantLock turn = new ReentrantLock(true);

	private volatile @Nullable EmbeddedMemcached server;

	/** Nested classes use their outermost class's. */
	private int users;

	/** For a server with the default settings. */
	public EmbeddedMemcachedExtension() {
		this(EmbeddedMemcached.builder());
	}

	/**
	 * For a server with other settings.
	 * @param builder what starts it
	 */
	public EmbeddedMemcachedExtension(EmbeddedMemcachedBuilder builder) {
		this.starter = Objects.requireNonNull(builder, "builder")::start;
	}

	/**
	 * The server.
	 * @return the one of the class that is being tested
	 * @throws IllegalStateException outside of its tests
	 */
	public EmbeddedMemcached server() {
		EmbeddedMemcached running = this.server;
		if (running == null) {
			throw new IllegalStateException("There is no server before the tests of its class and after them; "
					+ "register this extension as a static field with @RegisterExtension");
		}
		return running;
	}

	/**
	 * Where the server listens.
	 * @return as {@link EmbeddedMemcached#address()}
	 */
	public String address() {
		return server().address();
	}

	@Override
	public void beforeAll(ExtensionContext context) {
		use(1);
		first(context);
	}

	@Override
	public void afterAll(ExtensionContext context) {
		use(-1);
	}

	/** There is a server from the first user on, and until the last has gone. */
	private void use(int more) {
		this.lock.lock();
		try {
			this.users += more;
			if (this.users > 0 && this.server == null) {
				this.server = this.starter.get();
			}
			EmbeddedMemcached running = this.server;
			if (this.users == 0 && running != null) {
				this.server = null;
				running.close();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void beforeEach(ExtensionContext context) {
		this.turn.lock();
		EmbeddedMemcached current = server();
		if (current.isRunning()) {
			current.resume();
			current.flushAll();
		}
		else {
			current.restart();
		}
	}

	@Override
	public void afterEach(ExtensionContext context) {
		if (this.turn.isHeldByCurrentThread()) {
			this.turn.unlock();
		}
	}

	/** The extension that the parameters of a class come from: the first. */
	private Object first(ExtensionContext context) {
		Object first = context.getStore(NAMESPACE).get(PARAMETERS);
		if (first == null) {
			context.getStore(NAMESPACE).put(PARAMETERS, this);
		}
		return (first != null) ? first : this;
	}

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		return parameter.getParameter().getType() == EmbeddedMemcached.class && first(context) == this;
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
		EmbeddedMemcached running = this.server;
		return (running != null) ? running : early(context);
	}

	/**
	 * A class with one instance for all its tests is made before everything else. If that
	 * fails, nothing else comes.
	 */
	private EmbeddedMemcached early(ExtensionContext context) {
		context.getStore(NAMESPACE).put(this, new Early());
		use(1);
		return server();
	}

	/** Closed with its class; JUnit 5.12 and before know no other type for that. */
	@SuppressWarnings("deprecation")
	private final class Early implements AutoCloseable, ExtensionContext.Store.CloseableResource {

		@Override
		public void close() {
			use(-1);
		}

	}

}
