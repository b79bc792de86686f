/**
 * The two clients that users get, and who runs their scripts: one waits, the other is
 * called back.
 */
@NullMarked
package io.libmc.internal.client;

import org.jspecify.annotations.NullMarked;
