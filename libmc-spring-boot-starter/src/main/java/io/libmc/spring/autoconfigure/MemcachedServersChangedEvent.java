package io.libmc.spring.autoconfigure;

import java.util.List;

/**
 * A client whose servers come and go has taken another list of them. Published as an
 * application event once the application's beans are there, on the thread that has
 * brought the list.
 *
 * @param cluster the cluster's name below {@code libmc.clusters}, or {@code default}
 * @param servers the names of the servers of now
 * @since 0.1.0
 */
public record MemcachedServersChangedEvent(String cluster, List<String> servers) {

}
