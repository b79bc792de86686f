/**
 * Values that are loaded on a miss, once in the whole cluster.
 */
@NullMarked
package io.libmc.internal.load;

import org.jspecify.annotations.NullMarked;
