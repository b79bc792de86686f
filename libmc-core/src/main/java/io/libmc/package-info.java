/**
 * The client's API. Start at {@link io.libmc.MemcachedClient#builder()}.
 */
@NullMarked
package io.libmc;

import org.jspecify.annotations.NullMarked;
