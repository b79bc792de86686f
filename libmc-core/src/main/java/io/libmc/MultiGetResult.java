package io.libmc;

import java.util.Map;
import java.util.Set;

/**
 * What a multi-get found. Every key asked for is in exactly one of the three.
 *
 * @param <T> the values' type
 * @param values the hits, in the order the keys were asked for
 * @param missing the keys that their servers do not have
 * @param failures the keys whose server failed, or whose value cannot be decoded
 * @since 0.1.0
 */
public record MultiGetResult<T>(Map<String, T> values, Set<String> missing, Map<String, MemcachedException> failures) {

}
