package io.libmc.embedded;

import java.util.Objects;
import java.util.function.Supplier;

import org.junit.jupiter.api.extension.AfterAllCallback;
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
 * before any field.
 */
public final class EmbeddedMemcachedExtension
		implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback, ParameterResolver {

	private static final Namespace NAMESPACE = Namespace.create(EmbeddedMemcachedExtension.class);

	/** Under which a class has the extension that its parameters come from. */
	private static final String PARAMETERS = "parameters";

	private final Supplier<EmbeddedMemcached> starter;

	private @Nullable EmbeddedMemcached server;

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
	public synchronized EmbeddedMemcached server() {
		if (this.server == null) {
			throw new IllegalStateException("There is no server before the tests of its class and after them; "
					+ "register this extension as a static field with @RegisterExtension");
		}
		return this.server;
	}

	/**
	 * Where the server listens.
	 * @return as {@link EmbeddedMemcached#address()}
	 */
	public String address() {
		return server().address();
	}

	@Override
	public synchronized void beforeAll(ExtensionContext context) {
		if (this.users++ == 0) {
			this.server = this.starter.get();
		}
		if (context.getStore(NAMESPACE).get(PARAMETERS) == null) {
			context.getStore(NAMESPACE).put(PARAMETERS, this);
		}
	}

	@Override
	public void beforeEach(ExtensionContext context) {
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
	public synchronized void afterAll(ExtensionContext context) {
		if (--this.users == 0 && this.server != null) {
			this.server.close();
			this.server = null;
		}
	}

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		return parameter.getParameter().getType() == EmbeddedMemcached.class
				&& context.getStore(NAMESPACE).get(PARAMETERS) == this;
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
		return server();
	}

}
