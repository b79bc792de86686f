package io.libmc.spring.cache;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * Tells a native image of what is read by reflection from keys of Spring's types.
 */
final class KeyHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.reflection().registerField(KeyText.SIMPLE_KEY_PARTS);
		KeyText.SPRING_DATA.forEach((type, methods) -> hints.reflection()
			.registerTypeIfPresent(classLoader, type,
					(hint) -> methods.forEach((method) -> hint.withMethod(method, List.of(), ExecutableMode.INVOKE))));
	}

}
