/**
 * The comparison of clients in processes of their own: {@code ./benchmarks/compare}.
 */
@NullMarked
package io.libmc.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
