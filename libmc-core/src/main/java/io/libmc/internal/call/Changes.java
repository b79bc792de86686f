package io.libmc.internal.call;

import java.util.List;

import io.libmc.MultiResult;

/**
 * A call that changes many keys.
 *
 * @param keys those that it changes, whatever becomes of the collection that named them
 * @param script the call
 */
public record Changes(List<String> keys, Script<MultiResult> script) {

}
