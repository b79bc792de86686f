package io.libmc.embedded;

import io.libmc.embedded.Stats.Count;
import org.jspecify.annotations.Nullable;

/**
 * Why an item cannot be stored, whatever its data.
 */
final class Refusals {

	private Refusals() {
	}

	/**
	 * What is answered.
	 * @return null if it can be stored; then the store has reserved room for it
	 */
	static @Nullable String of(Storing command, Engine engine) {
		if (command.itemSize() > engine.settings.maxItemSize()) {
			engine.stats.count(Count.STORE_TOO_LARGE);
			return "SERVER_ERROR object too large for cache";
		}
		if (!engine.store.reserve(command.itemSize())) {
			engine.stats.count(Count.STORE_NO_MEMORY);
			return "SERVER_ERROR out of memory storing object";
		}
		return null;
	}

}
