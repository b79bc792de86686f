/**
 * Which server a key lives on.
 */
@NullMarked
package io.libmc.internal.routing;

import org.jspecify.annotations.NullMarked;
