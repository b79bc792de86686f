package io.libmc.spring.cache;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.cache.interceptor.SimpleKey;

/**
 * The application's converters of keys.
 */
final class KeyConverters {

	static final KeyConverters NONE = new KeyConverters(List.of());

	/** What {@link Object#toString()} returns, of arrays, too. */
	private static final Pattern IDENTITY = Pattern
		.compile("(^|(?<![\\w$.])([\\w$]+\\.)+)[A-Z][\\w$]*@[0-9a-f]{6,8}(?![\\w.-])"
				+ "|\\[([ZBCSIJFD]|L[\\w$.]+;)@[0-9a-f]{1,8}(?![\\w.-])");

	private final List<CacheKeyConverter<?>> converters;

	/**
	 * Takes converters.
	 * @throws IllegalArgumentException if two are for one type, or one for a type whose
	 * keys have a text that never changes
	 */
	KeyConverters(Collection<? extends CacheKeyConverter<?>> converters) {
		this.converters = List.copyOf(converters);
		for (CacheKeyConverter<?> converter : this.converters) {
			check(converter.keyType());
		}
	}

	private void check(Class<?> type) {
		if (KeyText.isSimple(type) || type.isArray() || type.isAssignableFrom(SimpleKey.class)) {
			throw new IllegalArgumentException("keyConverters: keys of type " + type.getTypeName()
					+ " have a text of their own, which no converter changes; give converters for types of your own");
		}
		if (this.converters.stream().filter((other) -> other.keyType() == type).count() > 1) {
			throw new IllegalArgumentException(
					"keyConverters: there are two for keys of type " + type.getName() + "; give one");
		}
	}

	/**
	 * The text that a converter gives a key, or {@code null} if there is none for it.
	 * @throws IllegalArgumentException if the text identifies no key
	 */
	@Nullable String textOf(Object key) {
		CacheKeyConverter<?> converter = find(key);
		return (converter != null) ? text(converter, key) : null;
	}

	private @Nullable CacheKeyConverter<?> find(Object key) {
		CacheKeyConverter<?> found = null;
		for (CacheKeyConverter<?> each : this.converters) {
			if (each.keyType().isInstance(key) && (found == null || found.keyType().isAssignableFrom(each.keyType()))) {
				found = each;
			}
		}
		for (CacheKeyConverter<?> each : this.converters) {
			if (found != null && each.keyType().isInstance(key) && !each.keyType().isAssignableFrom(found.keyType())) {
				throw new IllegalArgumentException("A key of type " + key.getClass().getName()
						+ " has two converters, for " + found.keyType().getName() + " and " + each.keyType().getName()
						+ ": give one for its own type");
			}
		}
		return found;
	}

	private static <K> String text(CacheKeyConverter<K> converter, Object key) {
		String text;
		try {
			text = converter.text(converter.keyType().cast(key));
		}
		catch (Exception ex) {
			throw new IllegalArgumentException(
					"A key of type " + key.getClass().getName() + " cannot be written: its converter failed with " + ex,
					ex);
		}
		if (text == null || text.isEmpty() || isOfOneObject(key, text)) {
			throw new IllegalArgumentException(
					"A key of type " + key.getClass().getName() + " cannot be written: its converter gave "
							+ ((text != null) ? "\"" + text + "\"" : "null") + ", which identifies no key");
		}
		return text;
	}

	private static boolean isOfOneObject(Object key, String text) {
		return text.indexOf('@') >= 0 && (text.contains("@" + Integer.toHexString(System.identityHashCode(key)))
				|| text.contains(key.getClass().getName() + "@") || IDENTITY.matcher(text).find());
	}

}
