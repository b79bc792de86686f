/**
 * What JMH is good at: {@code ./benchmarks/jmh}.
 */
@NullMarked
package io.libmc.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
