/**
 * The bytes of the memcached text protocol.
 */
@NullMarked
package io.libmc.internal.protocol;

import org.jspecify.annotations.NullMarked;
