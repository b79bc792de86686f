package io.libmc.spring.cache;

/**
 * The properties that configure a format, as messages name them: those with an effect on
 * the cache that the message is about.
 *
 * @param allowedClasses the property that allows more classes
 * @param serializer the property that chooses another format
 * @since 0.1.0
 */
public record FormatProperties(String allowedClasses, String serializer) {

}
