/**
 * Operations of the memcached client as Micrometer observations.
 */
@NullMarked
package io.libmc.spring.observation;

import org.jspecify.annotations.NullMarked;
