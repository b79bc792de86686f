/**
 * Sockets, and which thread writes and reads them when.
 */
@NullMarked
package io.libmc.internal.connection;

import org.jspecify.annotations.NullMarked;
