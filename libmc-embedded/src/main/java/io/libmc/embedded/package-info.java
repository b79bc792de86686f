/**
 * A memcached server in the JVM, for development and tests: start at
 * {@link io.libmc.embedded.EmbeddedMemcached}.
 */
@NullMarked
package io.libmc.embedded;

import org.jspecify.annotations.NullMarked;
