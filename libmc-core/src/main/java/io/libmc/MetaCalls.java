package io.libmc;

import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

import io.libmc.codec.EncodedValue;
import io.libmc.codec.Transcoder;
import io.libmc.internal.connection.Operation;
import io.libmc.internal.protocol.Command;
import org.jspecify.annotations.Nullable;

/**
 * Makes the calls of memcached's meta commands, which are always awaited.
 */
final class MetaCalls {

	private final Calls calls;

	private final Supplier<Cluster> cluster;

	private final Keys keys;

	private final long pollNanos;

	MetaCalls(Calls calls, Supplier<Cluster> cluster, Keys keys, long pollNanos) {
		this.calls = calls;
		this.cluster = cluster;
		this.keys = keys;
		this.pollNanos = pollNanos;
	}

	Call<MetaReply> get(String key, MetaGet request) {
		return call(Command.MG, key, request.flags());
	}

	Call<MetaReply> delete(String key, MetaDelete request) {
		return call(Command.MD, key, request.flags());
	}

	Call<MetaReply> arithmetic(String key, MetaArithmetic request) {
		return call(Command.MA, key, request.flags());
	}

	Call<MetaReply> noop(String key) {
		return new MetaCall(this.cluster.get(), this.keys.encode(key), this.calls.admin(Command.MN, ""));
	}

	private Call<MetaReply> call(Command command, String key, String flags) {
		byte[] encodedKey = this.keys.encode(key);
		long now = System.nanoTime();
		return new MetaCall(this.cluster.get(), encodedKey,
				Operation.meta(command, now, now + this.pollNanos, encodedKey, flags));
	}

	Call<MetaReply> set(String key, RawValue value, MetaSet request) {
		byte[] encodedKey = this.keys.encode(key);
		this.calls.checkNotChunked(key, value);
		String flags = request.flags() + " F" + Integer.toUnsignedString(value.flags());
		long now = System.nanoTime();
		return new MetaCall(this.cluster.get(), encodedKey,
				Operation.metaSet(now, now + this.pollNanos, encodedKey, value.bytes(), flags));
	}

	/**
	 * Stores a loaded value, in chunks of its own if need be, unless its item has
	 * changed.
	 */
	Call<MetaReply> storeLoaded(String key, EncodedValue value, Duration ttl, long cas) {
		byte[] encodedKey = this.keys.encode(key);
		MetaSet request = MetaSet.SET.ttl(ttl).compare(cas);
		if (!this.calls.isSplit(key, encodedKey, value)) {
			return set(key, new RawValue(value.flags(), value.bytes()), request);
		}
		byte[][] chunks = Chunks.split(value.bytes());
		String checksum = Chunks.checksumOf(value.bytes());
		byte[][] chunkKeys = Chunks.keys(encodedKey, chunks.length, checksum);
		long exptime = Ttl.toExptime(ttl);
		long now = System.nanoTime();
		long deadline = now + this.pollNanos;
		String flags = request.flags() + " F" + Integer.toUnsignedString(value.flags() | Transcoder.CHUNKED);
		return new StoreLoadedCall(
				new ManyOperations(this.cluster.get(), chunkKeys,
						(i) -> Operation.store(Command.SET, now, deadline, chunkKeys[i], chunks[i], value.flags(),
								exptime, 0)),
				chunks.length, new MetaCall(this.cluster.get(), encodedKey,
						Operation.metaSet(now, deadline, encodedKey, Chunks.master(chunks.length, checksum), flags)));
	}

	Call<@Nullable Map<String, String>> debug(String key) {
		return new MappedCall<>(call(Command.ME, key, ""), MetaReply::facts);
	}

}
