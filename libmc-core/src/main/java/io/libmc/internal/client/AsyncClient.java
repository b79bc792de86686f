package io.libmc.internal.client;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import io.libmc.AsyncMemcachedClient;
import io.libmc.AsyncMetaCommands;
import io.libmc.CasResult;
import io.libmc.CasValue;
import io.libmc.LoadPolicy;
import io.libmc.MetaArithmetic;
import io.libmc.MetaDelete;
import io.libmc.MetaGet;
import io.libmc.MetaReply;
import io.libmc.MetaSet;
import io.libmc.MultiGetResult;
import io.libmc.MultiResult;
import io.libmc.RawValue;
import io.libmc.internal.call.Changes;
import io.libmc.internal.call.MetaScriptFactory;
import io.libmc.internal.call.Script;
import io.libmc.internal.call.ScriptFactory;
import io.libmc.internal.load.LoadScripts;
import io.libmc.internal.load.Loader;
import io.libmc.internal.load.SharedLoads;
import io.libmc.internal.protocol.Command;
import org.jspecify.annotations.Nullable;

/**
 * The asynchronous client: each call is started on the caller's thread and carried on by
 * the replies.
 */
// the caller says what the values are
@SuppressWarnings("unchecked")
final class AsyncClient implements AsyncMemcachedClient {

	private final AsyncRunner runner;

	private final ScriptFactory scripts;

	private final LoadScripts loads;

	private final SharedLoads shared;

	private final Servers servers;

	private final MetaScriptFactory metaScripts;

	private final AsyncMetaCommands meta = new Meta();

	AsyncClient(AsyncRunner runner, ScriptFactory scripts, LoadScripts loads, SharedLoads shared, Servers servers) {
		this.runner = runner;
		this.scripts = scripts;
		this.loads = loads;
		this.shared = shared;
		this.servers = servers;
		this.metaScripts = scripts.meta();
	}

	@Override
	public String toString() {
		return "AsyncMemcachedClient" + this.servers;
	}

	AsyncRunner runner() {
		return this.runner;
	}

	private <T extends @Nullable Object> CompletableFuture<T> start(Script<? extends T> script) {
		return this.runner.start(script, () -> {
		});
	}

	/** Overtakes the loads of what it changes, before and after. */
	private <T extends @Nullable Object> CompletableFuture<T> change(String key, Script<? extends T> script) {
		this.shared.overtake(key);
		return this.runner.start(script, () -> this.shared.overtake(key));
	}

	private CompletableFuture<MultiResult> changeAll(Changes changes) {
		this.shared.overtake(changes.keys());
		return this.runner.start(changes.script(), () -> this.shared.overtake(changes.keys()));
	}

	@Override
	public <T> CompletableFuture<@Nullable T> get(String key) {
		return (CompletableFuture<@Nullable T>) start(this.scripts.get(key));
	}

	@Override
	public <T> CompletableFuture<@Nullable T> get(String key, Class<T> type) {
		return start(this.scripts.get(key, type));
	}

	@Override
	public <T> CompletableFuture<@Nullable CasValue<T>> gets(String key) {
		return (CompletableFuture<@Nullable CasValue<T>>) (CompletableFuture<?>) start(this.scripts.gets(key));
	}

	@Override
	public <T> CompletableFuture<MultiGetResult<T>> getMulti(Collection<String> keys) {
		return (CompletableFuture<MultiGetResult<T>>) (CompletableFuture<?>) start(this.scripts.getMulti(keys));
	}

	@Override
	public <T> CompletableFuture<List<@Nullable T>> getList(List<String> keys) {
		return (CompletableFuture<List<@Nullable T>>) (CompletableFuture<?>) start(this.scripts.getList(keys));
	}

	@Override
	public <T> CompletableFuture<@Nullable T> getAndTouch(String key, Duration ttl) {
		return (CompletableFuture<@Nullable T>) start(this.scripts.getAndTouch(key, ttl));
	}

	@Override
	public CompletableFuture<Boolean> set(String key, Object value, Duration ttl) {
		return change(key, this.scripts.set(key, value, ttl));
	}

	@Override
	public CompletableFuture<Boolean> add(String key, Object value, Duration ttl) {
		return change(key, this.scripts.store(Command.ADD, key, value, ttl));
	}

	@Override
	public CompletableFuture<Boolean> replace(String key, Object value, Duration ttl) {
		return change(key, this.scripts.store(Command.REPLACE, key, value, ttl));
	}

	@Override
	public CompletableFuture<Boolean> append(String key, byte[] data) {
		return change(key, this.scripts.concat(Command.APPEND, key, data));
	}

	@Override
	public CompletableFuture<Boolean> prepend(String key, byte[] data) {
		return change(key, this.scripts.concat(Command.PREPEND, key, data));
	}

	@Override
	public CompletableFuture<CasResult> cas(String key, Object value, Duration ttl, long cas) {
		return change(key, this.scripts.cas(key, value, ttl, cas));
	}

	@Override
	public CompletableFuture<MultiResult> setMulti(Map<String, ?> entries, Duration ttl) {
		return changeAll(this.scripts.setMulti(entries, ttl));
	}

	@Override
	public CompletableFuture<MultiResult> deleteMulti(Collection<String> keys) {
		return changeAll(this.scripts.deleteMulti(keys));
	}

	@Override
	public CompletableFuture<MultiResult> appendMulti(Collection<String> keys, byte[] data) {
		return changeAll(this.scripts.concatMulti(Command.APPEND, keys, data));
	}

	@Override
	public CompletableFuture<MultiResult> prependMulti(Collection<String> keys, byte[] data) {
		return changeAll(this.scripts.concatMulti(Command.PREPEND, keys, data));
	}

	@Override
	public CompletableFuture<Boolean> delete(String key) {
		return change(key, this.scripts.delete(key));
	}

	@Override
	public CompletableFuture<Boolean> touch(String key, Duration ttl) {
		return change(key, this.scripts.touch(key, ttl));
	}

	@Override
	public CompletableFuture<OptionalLong> incr(String key, long delta) {
		return change(key, this.scripts.count(Command.INCR, key, delta));
	}

	@Override
	public CompletableFuture<OptionalLong> decr(String key, long delta) {
		return change(key, this.scripts.count(Command.DECR, key, delta));
	}

	@Override
	public CompletableFuture<@Nullable RawValue> getRaw(String key) {
		return start(this.scripts.getRaw(key));
	}

	@Override
	public CompletableFuture<Boolean> setRaw(String key, RawValue value, Duration ttl) {
		return change(key, this.scripts.setRaw(key, value, ttl));
	}

	@Override
	public CompletableFuture<Map<String, String>> version() {
		return start(this.scripts.servers().version());
	}

	@Override
	public CompletableFuture<Map<String, Map<String, String>>> stats(String... arguments) {
		return start(this.scripts.servers().stats(arguments));
	}

	@Override
	public CompletableFuture<List<String>> flushAll() {
		this.shared.overtakeAll();
		return this.runner.start(this.scripts.servers().flushAll(), this.shared::overtakeAll);
	}

	@Override
	public CompletableFuture<@Nullable String> liveServerFor(String key) {
		return start(this.scripts.servers().liveServerFor(key));
	}

	@Override
	public <T> CompletableFuture<@Nullable T> getOrLoad(String key, LoadPolicy policy,
			Supplier<? extends CompletionStage<? extends @Nullable T>> loader) {
		Objects.requireNonNull(loader, "loader");
		return (CompletableFuture<@Nullable T>) this.runner
			.startLoad(this.loads.getOrLoad(key, policy, Loader.of(key, loader)));
	}

	@Override
	public <T> CompletableFuture<@Nullable T> get(String key, LoadPolicy policy) {
		return (CompletableFuture<@Nullable T>) start(this.loads.get(key, policy));
	}

	@Override
	public CompletableFuture<Boolean> invalidate(String key, Duration staleFor) {
		return change(key, this.loads.invalidate(key, staleFor));
	}

	@Override
	public AsyncMetaCommands meta() {
		return this.meta;
	}

	/** The meta commands of this client. */
	private final class Meta implements AsyncMetaCommands {

		@Override
		public CompletableFuture<MetaReply> get(String key, MetaGet request) {
			return start(AsyncClient.this.metaScripts.get(key, request));
		}

		@Override
		public CompletableFuture<MetaReply> set(String key, RawValue value, MetaSet request) {
			return change(key, AsyncClient.this.metaScripts.set(key, value, request));
		}

		@Override
		public CompletableFuture<MetaReply> delete(String key, MetaDelete request) {
			return change(key, AsyncClient.this.metaScripts.delete(key, request));
		}

		@Override
		public CompletableFuture<MetaReply> arithmetic(String key, MetaArithmetic request) {
			return change(key, AsyncClient.this.metaScripts.arithmetic(key, request));
		}

		@Override
		public CompletableFuture<MetaReply> noop(String key) {
			return start(AsyncClient.this.metaScripts.noop(key));
		}

		@Override
		public CompletableFuture<@Nullable Map<String, String>> debug(String key) {
			return start(AsyncClient.this.metaScripts.debug(key));
		}

	}

}
