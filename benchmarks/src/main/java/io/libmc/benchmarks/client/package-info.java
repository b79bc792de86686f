/**
 * The clients that are compared, each behind the same few methods and with the settings
 * that are best for it.
 */
@NullMarked
package io.libmc.benchmarks.client;

import org.jspecify.annotations.NullMarked;
