package io.libmc.spring.cache;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * Tells a native image of what is read by reflection from Hibernate's collections.
 */
final class StandInHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		StandIns.fieldsThatAreRead().forEach(hints.reflection()::registerField);
	}

}
