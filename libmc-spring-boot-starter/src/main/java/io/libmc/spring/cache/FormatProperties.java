package io.libmc.spring.cache;

/**
 * The properties that configure a format, as messages name them: those with an effect on
 * the cache that the message is about.
 *
 * @param allowedClasses the property that allows more classes
 * @param serializer the property that chooses another format
 */
public record FormatProperties(String allowedClasses, String serializer) {

}
