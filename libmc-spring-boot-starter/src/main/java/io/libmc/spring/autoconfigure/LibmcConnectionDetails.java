package io.libmc.spring.autoconfigure;

import java.util.List;

import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Where memcached is. A bean of this type replaces the connection's properties.
 */
public interface LibmcConnectionDetails extends ConnectionDetails {

	/**
	 * The servers.
	 * @return at least one, each as
	 * {@link io.libmc.MemcachedClientBuilder#servers(String...)} takes it
	 */
	List<String> getServers();

}
