package io.libmc.spring.autoconfigure;

import io.libmc.spring.observation.ClusterListener;

/**
 * A listener for those clusters alone whose servers come and go: for others it would only
 * cost each operation a call.
 */
interface DiscoveryListener extends ClusterListener {

}
