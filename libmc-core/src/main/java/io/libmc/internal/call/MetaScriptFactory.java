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
import io.libmc.internal.protocol.Answer;
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

	/** Whether items that are put there, stored or marked are to bear numbers of ours. */
	private final boolean numbered;

	MetaScriptFactory(ScriptFactory scripts, Supplier<Cluster> cluster, KeyEncoder keys, long pollNanos,
			boolean numbered) {
		this.numbered = numbered;
		this.scripts = scripts;
		this.cluster = cluster;
		this.keys = keys;
		this.pollNanos = pollNanos;
	}

	/**
	 * One whose commands, where they put an item there, store or mark it, have it bear a
	 * {@linkplain ItemNumbers number} that recurs nowhere, if the server can.
	 */
	public MetaScriptFactory numbered() {
		return new MetaScriptFactory(this.scripts, this.cluster, this.keys, this.pollNanos, true);
	}

	/** Whether the server of a key sends values although they have not changed. */
	public boolean ignoresComparison(String key) {
		return this.cluster.get().nodeFor(this.keys.encode(key)).ignoresComparison();
	}

	public MetaDialogue get(String key, MetaGet request) {
		return dialogue(Command.MG, this.keys.encode(key), null, request.flags(), "");
	}

	public Script<MetaAnswer> delete(String key, MetaDelete request) {
		return dialogue(Command.MD, this.keys.encode(key), null, request.flags(), "");
	}

	/**
	 * Removes what an election has found or put there, where that took place. Should the
	 * number be another item's now that goes instead, which makes it a miss.
	 * @return whether it was there, surely the same
	 */
	public Script<Boolean> remove(String key, MetaDelete request, MetaDialogue elected) {
		byte[] encodedKey = this.keys.encode(key);
		MetaDialogue removal = new MetaDialogue(this.cluster.get(), encodedKey, elected.node,
				operation(Command.MD, encodedKey, null, request.flags(), ""), false);
		return removal.map((answer) -> answer.status() == Status.DONE && removal.isWhere(elected));
	}

	public Script<MetaAnswer> arithmetic(String key, MetaArithmetic request) {
		return dialogue(Command.MA, this.keys.encode(key), null, request.flags(), "");
	}

	public Script<MetaAnswer> set(String key, RawValue value, MetaSet request) {
		byte[] encodedKey = this.keys.encode(key);
		this.scripts.values().check(key, value);
		return dialogue(Command.MS, encodedKey, value.bytes(), request.flags(), clientFlags(value.flags()));
	}

	private static String clientFlags(int flags) {
		return " F" + Integer.toUnsignedString(flags);
	}

	private MetaDialogue dialogue(Command command, byte[] key, byte @Nullable [] data, MetaFlags flags, String more) {
		return new MetaDialogue(this.cluster.get(), key, operation(command, key, data, flags, more),
				this.numbered && (flags.vivify() != null || flags.timeToLive() != null));
	}

	private Operation operation(Command command, byte[] key, byte @Nullable [] data, MetaFlags flags, String more) {
		long now = System.nanoTime();
		return Operation.meta(command, now, now + this.pollNanos, key, data,
				more.isEmpty() ? flags.text() : flags.text() + more, exptime(flags.timeToLive()),
				exptime(flags.vivify()));
	}

	private static long exptime(@Nullable Duration ttl) {
		return (ttl != null) ? Exptime.of(ttl) : 0;
	}

	/**
	 * Stores a loaded value, in chunks of its own if need be, unless its item has
	 * changed: the chunks first, and if all are stored the item that stands for them,
	 * which is guarded.
	 * @param elected what has read the item
	 * @param cas the number that it had then
	 */
	public Script<GuardedStore.End> storeLoaded(String key, EncodedValue value, Duration ttl, MetaDialogue elected,
			long cas) {
		byte[] encodedKey = this.keys.encode(key);
		MetaSet request = MetaSet.SET.ttl(ttl).compare(cas);
		if (!this.scripts.isSplit(key, encodedKey, value)) {
			return guarded(encodedKey, value.bytes(), value.flags(), request, elected, cas);
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
		GuardedStore master = guarded(encodedKey, Chunks.master(chunks.length, checksum),
				value.flags() | Transcoder.CHUNKED, request, elected, cas);
		return new Together<>(commands).then((done) -> {
			Failed failed = Together.failure(done);
			return (failed == null && done.stream().allMatch(KeyCommand::result)) ? master
					: new Done<>(failed, GuardedStore.End.VOID);
		});
	}

	private GuardedStore guarded(byte[] key, byte[] data, int flags, MetaSet request, MetaDialogue elected, long cas) {
		return new GuardedStore(this.cluster.get(), key,
				operation(Command.MS, key, data, request.flags(), clientFlags(flags)), elected, cas);
	}

	public Script<MetaAnswer> noop(String key) {
		long now = System.nanoTime();
		byte[] encodedKey = this.keys.encode(key);
		return new MetaDialogue(this.cluster.get(), encodedKey,
				Operation.of(Command.MN, now, now + this.pollNanos, encodedKey), false);
	}

	public Script<@Nullable Map<String, String>> debug(String key) {
		long now = System.nanoTime();
		byte[] encodedKey = this.keys.encode(key);
		MetaDialogue asked = new MetaDialogue(this.cluster.get(), encodedKey,
				Operation.meta(Command.ME, now, now + this.pollNanos, encodedKey, null, "", 0, 0), false);
		return asked.map((answer) -> (answer.status() == Status.DONE && asked.answered().text() != null)
				? MetaAnswer.facts(asked.answered().text()) : null);
	}

}
