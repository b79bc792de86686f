package io.libmc.spring.autoconfigure;

import java.util.function.Supplier;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundle;

/**
 * The TLS context of a bundle that may be reloaded. The bundle is looked up at each
 * connect, and the context is created anew if the bundle is another one, so that
 * connections of one bundle share their sessions.
 */
final class BundleSslContext implements Supplier<SSLContext> {

	private final Supplier<@Nullable SslBundle> bundle;

	private @Nullable SslBundle latest;

	private @Nullable SSLContext context;

	BundleSslContext(Supplier<@Nullable SslBundle> bundle) {
		this.bundle = bundle;
	}

	/**
	 * The context of the bundle as it is now.
	 * @throws IllegalArgumentException if the bundle asks for what the client does not do
	 */
	@Override
	public synchronized SSLContext get() {
		SslBundle current = this.bundle.get();
		if (current == null) {
			throw new IllegalArgumentException("there is no SSL bundle any more");
		}
		if (current != this.latest || this.context == null) {
			if (current.getOptions().isSpecified()) {
				throw new IllegalArgumentException("the bundle's ciphers and enabled-protocols cannot be applied to "
						+ "memcached's connections; use a bundle without them");
			}
			this.context = current.createSslContext();
			this.latest = current;
		}
		return this.context;
	}

}
