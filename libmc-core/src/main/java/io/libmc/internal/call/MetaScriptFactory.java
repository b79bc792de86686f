package io.libmc.internal.call;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.libmc.MetaArithmetic;
import io.libmc.MetaDelete;
import io.libmc.MetaFlags;
import io.libmc.MetaGet;
import io.libmc.MetaReply.Status;
import io.libmc.MetaSet;
import io.libmc.RawValue;
import io.libmc.codec.EncodedValue;
import io.libmc.codec.Transcoder;
import io.libmc.internal.connection.Operation;
import io.libmc.internal.protocol.Command;
import io.libmc.internal.protocol.Exchange.Answer;
import io.libmc.internal.protocol.Exptime;
import org.jspecify.annotations.Nullable;

/**
 * Makes the scripts of memcached's meta commands, which are always awaited.
 */
public final class MetaScriptFactory {

	private final ScriptFactory scripts;

	private final Supplier<Cluster> cluster;

	private final KeyEncoder keys;

	private final long pollNanos;

	MetaScriptFactory(ScriptFactory scripts, Supplier<Cluster> cluster, KeyEncoder keys, long pollNanos) {
		this.scripts = scripts;
		this.cluster = cluster;
		this.keys = keys;
		this.pollNanos = pollNanos;
	}

	public Script<MetaAnswer> get(String key, MetaGet request) {
		return dialogue(Command.MG, this.keys.encode(key), null, request.flags(), "");
	}

	public Script<MetaAnswer> delete(String key, MetaDelete request) {
		return dialogue(Command.MD, this.keys.encode(key), null, request.flags(), "");
	}

	public Script<MetaAnswer> arithmetic(String key, MetaArithmetic request) {
		return dialogue(Command.MA, this.keys.encode(key), null, request.flags(), "");
	}

	public Script<MetaAnswer> set(String key, RawValue value, MetaSet request) {
		byte[] encodedKey = this.keys.encode(key);
		this.scripts.values().check(key, value);
		return set(encodedKey, value.bytes(), value.flags(), request);
	}

	private MetaDialogue set(byte[] key, byte[] data, int flags, MetaSet request) {
		return dialogue(Command.MS, key, data, request.flags(), " F" + Integer.toUnsignedString(flags));
	}

	private MetaDialogue dialogue(Command command, byte[] key, byte @Nullable [] data, MetaFlags flags, String more) {
		long now = System.nanoTime();
		return new MetaDialogue(this.cluster.get(), key,
				Operation.meta(command, now, now + this.pollNanos, key, data,
						more.isEmpty() ? flags.text() : flags.text() + more, exptime(flags.timeToLive()),
						exptime(flags.vivify())));
	}

	private static long exptime(@Nullable Duration ttl) {
		return (ttl != null) ? Exptime.of(ttl) : 0;
	}

	/**
	 * Stores a loaded value, in chunks of its own if need be, unless its item has
	 * changed: the chunks first, and if all are stored the item that stands for them,
	 * which is guarded.
	 */
	public Script<MetaAnswer> storeLoaded(String key, EncodedValue value, Duration ttl, long cas) {
		byte[] encodedKey = this.keys.encode(key);
		MetaSet request = MetaSet.SET.ttl(ttl).compare(cas);
		if (!this.scripts.isSplit(key, encodedKey, value)) {
			return set(encodedKey, value.bytes(), value.flags(), request);
		}
		byte[][] chunks = Chunks.split(value.bytes());
		String checksum = Chunks.checksumOf(value.bytes());
		byte[][] chunkKeys = Chunks.keys(encodedKey, chunks.length, checksum);
		long exptime = Exptime.of(ttl);
		long now = System.nanoTime();
		List<KeyCommand<Boolean>> commands = new ArrayList<>();
		for (int i = 0; i < chunks.length; i++) {
			commands.add(new KeyCommand<>(
					this.cluster.get(), chunkKeys[i], Operation.store(Command.SET, now, now + this.pollNanos,
							chunkKeys[i], chunks[i], value.flags(), exptime, 0),
					(answered, node) -> answered.answer() == Answer.STORED));
		}
		MetaDialogue master = set(encodedKey, Chunks.master(chunks.length, checksum),
				value.flags() | Transcoder.CHUNKED, request);
		return new Together<>(commands).then((done) -> {
			Failed failed = Together.failure(done);
			return (failed == null && done.stream().allMatch(KeyCommand::result)) ? master
					: new Done<>(failed, MetaAnswer.NOT_STORED);
		});
	}

	public Script<MetaAnswer> noop(String key) {
		return new MetaDialogue(this.cluster.get(), this.keys.encode(key), this.scripts.admin(Command.MN, ""));
	}

	public Script<@Nullable Map<String, String>> debug(String key) {
		long now = System.nanoTime();
		byte[] encodedKey = this.keys.encode(key);
		MetaDialogue asked = new MetaDialogue(this.cluster.get(), encodedKey,
				Operation.meta(Command.ME, now, now + this.pollNanos, encodedKey, null, "", 0, 0));
		return asked.map((answer) -> (answer.status() == Status.DONE && asked.operation.text() != null)
				? MetaAnswer.facts(asked.operation.text()) : null);
	}

}
