package io.libmc.spring.cache;

import java.util.Collection;
import java.util.List;

import org.springframework.cache.support.NullValue;
import org.springframework.util.ClassUtils;

import io.libmc.codec.DecodingBudget;
import io.libmc.codec.EncodedValue;
import io.libmc.codec.LibmcTranscoder;
import io.libmc.codec.Transcoder;

/**
 * How a cache's values become entries, and come back. An entry also bears the generation
 * of the cache it belongs to, at the place that {@link Stamp} knows. It is never empty,
 * as memcached's own placeholders are.
 *
 * @since 0.1.0
 */
public abstract sealed class EntryFormat permits BytesFormat, LibmcFormat, AlsoReadingFormat {

	private static final FormatAdvice IN_CODE = new FormatAdvice(null);

	EntryFormat() {
	}

	/**
	 * {@link #json(ClassLoader, Collection)} where Jackson 3 is on the class path, else
	 * {@link #jdk(ClassLoader, Collection)}.
	 * @param classLoader where the values' classes are found
	 * @param allowedClasses as for {@link #jdk(ClassLoader, Collection)}
	 * @return the format, whose name {@link #toString()} tells
	 * @throws IllegalArgumentException if one of {@code allowedClasses} is no pattern
	 */
	public static EntryFormat auto(ClassLoader classLoader, Collection<String> allowedClasses) {
		return isJacksonPresent() ? json(classLoader, allowedClasses) : jdk(classLoader, allowedClasses);
	}

	/**
	 * Java serialization. Only classes that are allowed are written and read: the JDK's
	 * value types and collections, and those named here. An entry that another version of
	 * a class wrote is absent.
	 * @param classLoader where the values' classes are found
	 * @param allowedClasses {@code com.acme.Order} for a class and those nested in it,
	 * {@code com.acme.*} for a package, {@code com.acme.**} for a package and all below,
	 * {@code spring-data}, {@code hibernate}, {@code kotlin} or {@code java-records} for
	 * a group
	 * @return the format
	 * @throws IllegalArgumentException if one of {@code allowedClasses} is none of these
	 * patterns
	 */
	public static EntryFormat jdk(ClassLoader classLoader, Collection<String> allowedClasses) {
		return jdk(classLoader, allowedClasses, ClassChanges.MISS);
	}

	/**
	 * Java serialization, as {@link #jdk(ClassLoader, Collection)}.
	 * @param classLoader where the values' classes are found
	 * @param allowedClasses as above
	 * @param classChanges what becomes of entries whose classes have changed
	 * @return the format
	 * @throws IllegalArgumentException if one of {@code allowedClasses} is no pattern
	 */
	public static EntryFormat jdk(ClassLoader classLoader, Collection<String> allowedClasses,
			ClassChanges classChanges) {
		return new JdkFormat(classLoader, new AllowedClasses(allowedClasses, IN_CODE), classChanges);
	}

	/**
	 * As {@link #jdk(ClassLoader, Collection, ClassChanges)}, with messages of its own.
	 * @param classLoader where the values' classes are found
	 * @param allowedClasses the classes that are allowed
	 * @param classChanges what becomes of entries whose classes have changed
	 * @param properties what messages name that has to be changed
	 * @return the format
	 */
	public static EntryFormat jdk(ClassLoader classLoader, Collection<String> allowedClasses, ClassChanges classChanges,
			FormatProperties properties) {
		return new JdkFormat(classLoader, new AllowedClasses(allowedClasses, new FormatAdvice(properties)),
				classChanges);
	}

	/**
	 * JSON by Jackson 3, with the classes of values wherever they cannot be told from the
	 * declaration of a field. What is written is an object's fields, as with Java
	 * serialization; Jackson's annotations apply. Only classes that are allowed are
	 * written and read, as with {@link #jdk(ClassLoader, Collection)}. An entry that
	 * another version of a class wrote is absent.
	 * @param classLoader where the values' classes are found
	 * @param allowedClasses as for {@link #jdk(ClassLoader, Collection)}
	 * @return the format
	 * @throws IllegalArgumentException if one of {@code allowedClasses} is no pattern
	 * @throws IllegalStateException if Jackson 3 is not on the class path
	 */
	public static EntryFormat json(ClassLoader classLoader, Collection<String> allowedClasses) {
		return json(classLoader, allowedClasses, ClassChanges.MISS);
	}

	/**
	 * JSON, as {@link #json(ClassLoader, Collection)}.
	 * @param classLoader where the values' classes are found
	 * @param allowedClasses as for {@link #jdk}
	 * @param classChanges what becomes of entries whose classes have changed
	 * @return the format
	 * @throws IllegalArgumentException if one of {@code allowedClasses} is no pattern
	 * @throws IllegalStateException if Jackson 3 is not on the class path
	 */
	public static EntryFormat json(ClassLoader classLoader, Collection<String> allowedClasses,
			ClassChanges classChanges) {
		return json(classLoader, new AllowedClasses(allowedClasses, IN_CODE), classChanges);
	}

	/**
	 * As {@link #json(ClassLoader, Collection, ClassChanges)}, with messages of its own.
	 * @param classLoader where the values' classes are found
	 * @param allowedClasses the classes that are allowed
	 * @param classChanges what becomes of entries whose classes have changed
	 * @param properties what messages name that has to be changed
	 * @return the format
	 */
	public static EntryFormat json(ClassLoader classLoader, Collection<String> allowedClasses,
			ClassChanges classChanges, FormatProperties properties) {
		return json(classLoader, new AllowedClasses(allowedClasses, new FormatAdvice(properties)), classChanges);
	}

	private static EntryFormat json(ClassLoader classLoader, AllowedClasses allowed, ClassChanges classChanges) {
		if (!isJacksonPresent()) {
			throw new IllegalStateException("Jackson 3 is not on the class path");
		}
		return new JsonFormat(classLoader, allowed, classChanges, null);
	}

	private static boolean isJacksonPresent() {
		return ClassUtils.isPresent("tools.jackson.databind.json.JsonMapper", EntryFormat.class.getClassLoader());
	}

	/**
	 * libmc's own, which Python reads as a list of the generation and the value. Values
	 * are strings, {@code Long}, {@code Double}, {@code Boolean}, {@code byte[]}, and
	 * lists, maps and sets of these; others are refused, also those that would come back
	 * as another type, such as an {@code Integer}. The client's transcoder must be a
	 * {@link LibmcTranscoder}.
	 * @return the format
	 */
	public static EntryFormat libmc() {
		return new LibmcFormat(IN_CODE);
	}

	/**
	 * libmc's own, as {@link #libmc()} has it.
	 * @param properties what messages name that has to be changed
	 * @return the format
	 */
	public static EntryFormat libmc(FormatProperties properties) {
		return new LibmcFormat(new FormatAdvice(properties));
	}

	/**
	 * A format of the application's own.
	 * @param name what entries say they are in, 1 to 64 characters of ASCII from
	 * {@code !} to {@code ~}; another version whose bytes differ needs another name
	 * @param serializer turns values into bytes and back
	 * @return the format
	 * @throws IllegalArgumentException if the name is none
	 */
	public static EntryFormat of(String name, CacheValueSerializer serializer) {
		return new CustomFormat(name, serializer);
	}

	/**
	 * This format, which reads entries of others, too. Without it these are misses. From
	 * one format to another an application goes in two steps, so that instances with both
	 * settings read each other's entries: first each reads the new format beside the one
	 * that it writes, then it writes the new one and reads the old one.
	 * @param others the other formats, which are never written
	 * @return a format that writes as this one
	 */
	public final EntryFormat alsoReading(EntryFormat... others) {
		return AlsoReadingFormat.of(this, List.of(others));
	}

	/**
	 * Values in this format for a client that is used directly: text, bytes, numbers that
	 * memcached can count and whatever else a {@link LibmcTranscoder} returns as the same
	 * type is stored as it does, all other values in this format, without a generation.
	 * @return a transcoder for {@link io.libmc.MemcachedClientBuilder#transcoder}
	 */
	public Transcoder transcoder() {
		return new FormatTranscoder(this);
	}

	/**
	 * Whether an entry says that it is in this format.
	 * @param plain an entry, {@linkplain BytesFormat#plain without what may be around it}
	 */
	abstract boolean wrote(Object plain);

	/**
	 * Encodes a value, which is stamped afterwards.
	 * @param value a value, or {@link NullValue}
	 * @throws IllegalArgumentException if values of this class cannot be encoded
	 */
	abstract Object encode(Object value);

	/** Decodes an entry within the budget that it has where no client says another. */
	final Object decode(Object entry) throws UndecodableEntryException {
		return decode(entry, DecodingBudget.of((entry instanceof byte[] bytes) ? bytes.length : 0));
	}

	/**
	 * Decodes an entry.
	 * @param entry what lies on the server, whoever wrote it
	 * @param budget what decoding it may cost
	 * @return a value, or {@link NullValue}
	 * @throws UndecodableEntryException if it makes no sense, or costs more
	 */
	abstract Object decode(Object entry, DecodingBudget budget) throws UndecodableEntryException;

	/**
	 * Checks that an entry can be decoded within a budget.
	 * @param entry as it is to be stored, but for compression
	 * @throws IllegalArgumentException if that does not suffice
	 */
	abstract void check(EncodedValue entry, DecodingBudget budget);

}
