package io.libmc.spring.autoconfigure;

import java.time.Duration;
import java.util.List;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import io.libmc.HashFunction;

/**
 * The client's properties.
 *
 * @param enabled Whether to configure a memcached client, and a cache manager on top of
 * it.
 * @param servers The servers, each "host[:port] [alias]", "[ipv6][:port] [alias]" or
 * "/unix/socket [alias]". Keys are spread over them by alias, if there is one, else by
 * address.
 * @param hashFn How a key is hashed to find its server. The same for all clients of a
 * cluster.
 * @param failover Whether the keys of a dead server go to the next one, instead of
 * failing.
 * @param connectTimeout How long one TCP connect may take.
 * @param pollTimeout How long one operation may take altogether.
 * @param retryTimeout How long a dead server is left alone before the next attempt to
 * connect.
 * @param maxRetries How often an operation may be sent again after its connection was
 * lost. Only reads, and what had not been sent at all, within the poll timeout.
 * @param connectionsPerServer Connections to each server. One is best below about eight
 * busy threads.
 * @param prefix What every key on the servers starts with.
 */
@ConfigurationProperties("libmc")
record LibmcProperties(@DefaultValue("true") boolean enabled, @DefaultValue("localhost:11211") List<String> servers,
		@DefaultValue("md5") HashFunction hashFn, @DefaultValue("false") boolean failover,
		@DefaultValue("100ms") Duration connectTimeout, @DefaultValue("300ms") Duration pollTimeout,
		@DefaultValue("5s") Duration retryTimeout, @DefaultValue("0") int maxRetries,
		@DefaultValue("1") int connectionsPerServer, @DefaultValue("") String prefix) {

}
