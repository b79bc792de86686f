/**
 * Where servers come and go: who is asked for them, and when they are taken.
 */
@NullMarked
package io.libmc.internal.discovery;

import org.jspecify.annotations.NullMarked;
