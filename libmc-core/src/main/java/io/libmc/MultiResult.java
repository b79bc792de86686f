package io.libmc;

import java.util.Map;
import java.util.Set;

/**
 * How an operation that changes many keys went. Keys that are in neither collection went
 * well.
 *
 * @param notStored the keys whose servers declined: {@code NOT_STORED}
 * @param failures the keys whose servers failed
 * @since 0.1.0
 */
public record MultiResult(Set<String> notStored, Map<String, MemcachedException> failures) {

	/**
	 * Whether all keys went well.
	 * @return whether none was declined and none failed
	 */
	public boolean succeeded() {
		return this.notStored.isEmpty() && this.failures.isEmpty();
	}

}
