/**
 * How Java values become the flags and bytes that lie on the server, and come back.
 */
@NullMarked
package io.libmc.codec;

import org.jspecify.annotations.NullMarked;
