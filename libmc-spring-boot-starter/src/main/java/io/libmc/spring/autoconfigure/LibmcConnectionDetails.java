package io.libmc.spring.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.ssl.SslBundle;

/**
 * Where memcached is, and how it is connected to. A bean of this type replaces the
 * connection's properties.
 *
 * @since 0.1.0
 */
public interface LibmcConnectionDetails extends ConnectionDetails {

	/**
	 * The servers.
	 * @return at least one, each as
	 * {@link io.libmc.MemcachedClientBuilder#servers(String...)} takes it
	 */
	List<String> getServers();

	/**
	 * The servers that stand in for others that are dead.
	 * @return each as {@link io.libmc.MemcachedClientBuilder#spares(String...)} takes it;
	 * none unless overridden
	 */
	default List<String> getSpares() {
		return List.of();
	}

	/**
	 * The user that the client is, by memcached's ASCII authentication.
	 * @return the user name, or {@code null} for none
	 */
	default @Nullable String getUsername() {
		return null;
	}

	/**
	 * The password of the user.
	 * @return the password, or {@code null} without a user
	 */
	default @Nullable String getPassword() {
		return null;
	}

	/**
	 * The bundle that TLS is spoken with. This is asked again for each connection, unless
	 * it is null at first.
	 * @return the bundle, or {@code null} for no TLS
	 */
	default @Nullable SslBundle getSslBundle() {
		return null;
	}

}
