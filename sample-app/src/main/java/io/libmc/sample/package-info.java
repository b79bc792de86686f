/**
 * A book catalogue: a slow database behind cached methods, and a counter that talks to
 * memcached directly.
 */
@NullMarked
package io.libmc.sample;

import org.jspecify.annotations.NullMarked;
