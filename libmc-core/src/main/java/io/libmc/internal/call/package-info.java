/**
 * Calls of the API as scripts: what is asked of which server, and what becomes of the
 * answers. Nothing here waits.
 */
@NullMarked
package io.libmc.internal.call;

import org.jspecify.annotations.NullMarked;
