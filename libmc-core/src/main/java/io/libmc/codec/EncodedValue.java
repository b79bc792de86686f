package io.libmc.codec;

/**
 * A value as memcached stores it.
 *
 * @param flags the item's 32-bit client flags, which say how to read {@code bytes}
 * @param bytes the item's data; not copied, so do not change it afterwards
 * @since 0.1.0
 */
@SuppressWarnings("ArrayRecordComponent")
public record EncodedValue(int flags, byte[] bytes) {

}
