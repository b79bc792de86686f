package io.libmc;

/**
 * A value and the number that tells its version.
 *
 * @param <T> the value's type
 * @param value the value
 * @param cas changes with every change of the item; 64 bits, to be read as unsigned
 * @since 0.1.0
 */
public record CasValue<T>(T value, long cas) {

}
