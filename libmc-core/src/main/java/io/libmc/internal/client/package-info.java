/**
 * The two clients that users get, and what runs their scripts: one runner waits, the
 * other is called back.
 */
@NullMarked
package io.libmc.internal.client;

import org.jspecify.annotations.NullMarked;
