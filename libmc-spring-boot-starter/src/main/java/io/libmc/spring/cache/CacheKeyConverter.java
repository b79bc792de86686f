package io.libmc.spring.cache;

import java.util.Objects;
import java.util.function.Function;

/**
 * Gives the keys of a type their text, where their {@code toString()} does not identify
 * them, or is not to. Beans of this type count for every cache, and for keys that are
 * parts of others, too. Must be thread-safe.
 *
 * @param <K> the keys' type
 * @since 0.1.0
 */
public interface CacheKeyConverter<K> {

	/**
	 * Which keys it is for: those of this type and of its subtypes. Of several converters
	 * for a key that of the most special type is asked.
	 * @return a type of the application's own, or of a library's
	 */
	Class<K> keyType();

	/**
	 * What identifies a key: equal keys have equal texts, in every process, and different
	 * keys of one class have different ones. Keys of different classes share no entry
	 * whatever their texts are.
	 * @param key the key
	 * @return its text, which is not empty and holds no identity such as
	 * {@code Foo@1b2c3d}; any other is an {@link IllegalArgumentException} for the
	 * cache's caller, as is what this throws
	 */
	String text(K key);

	/**
	 * A converter.
	 * @param <K> the keys' type
	 * @param keyType which keys it is for
	 * @param text gives a key its text
	 * @return the converter
	 */
	static <K> CacheKeyConverter<K> of(Class<K> keyType, Function<? super K, String> text) {
		Objects.requireNonNull(keyType, "keyType");
		Objects.requireNonNull(text, "text");
		return new CacheKeyConverter<>() {

			@Override
			public Class<K> keyType() {
				return keyType;
			}

			@Override
			public String text(K key) {
				return text.apply(key);
			}

			@Override
			public String toString() {
				return "CacheKeyConverter[" + keyType.getName() + "]";
			}

		};
	}

}
