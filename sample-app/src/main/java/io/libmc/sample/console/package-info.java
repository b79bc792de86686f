/**
 * What the page shows of memcached: the ring, the servers, what they do just now, and
 * what becomes of many callers where a cache protects its database and where it does not.
 */
@NullMarked
package io.libmc.sample.console;

import org.jspecify.annotations.NullMarked;
