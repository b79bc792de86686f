package io.libmc;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.Callable;

import io.libmc.codec.Transcoder;
import io.libmc.internal.protocol.Command;
import org.jspecify.annotations.Nullable;

/**
 * The blocking client: each call is performed on the caller's thread.
 */
@SuppressWarnings("unchecked") // the caller says what the values are
final class ClusterClient implements MemcachedClient {

	private final Servers servers;

	private final Calls calls;

	private final AsyncClusterClient async;

	private final Flights flights = new Flights();

	private final Loads loads;

	private final MetaCommands meta = new Meta();

	/** Whether it is a view of another client, which it must not close. */
	private final boolean view;

	ClusterClient(MemcachedClientBuilder options) {
		this.servers = new Servers(options);
		this.calls = new Calls(options, this.servers::cluster);
		LoadCalls loadCalls = new LoadCalls(this.calls.awaitingReplies(), this.servers.events());
		this.loads = new Loads(loadCalls, this.flights, this.servers::cluster);
		this.async = new AsyncClusterClient(this.servers, this.calls, this.flights, loadCalls, options);
		this.view = false;
	}

	private ClusterClient(ClusterClient viewed, Transcoder transcoder) {
		this.servers = viewed.servers;
		this.calls = viewed.calls.withTranscoder(transcoder);
		LoadCalls loadCalls = new LoadCalls(this.calls, this.servers.events());
		this.loads = new Loads(loadCalls, this.flights, this.servers::cluster);
		this.async = new AsyncClusterClient(viewed.async, this.calls, this.flights, loadCalls);
		this.view = true;
	}

	@Override
	public MemcachedClient withTranscoder(Transcoder transcoder) {
		this.servers.cluster();
		return new ClusterClient(this, Objects.requireNonNull(transcoder, "transcoder"));
	}

	private <T extends @Nullable Object> T perform(Call<T> call) {
		return call.perform(this.servers.cluster());
	}

	private <T extends @Nullable Object> T change(String key, Call<T> call) {
		this.flights.overtake(key);
		try {
			return perform(call);
		}
		finally {
			this.flights.overtake(key);
		}
	}

	private MultiResult changeAll(Collection<String> keys, Call<MultiResult> call) {
		this.flights.overtake(keys);
		try {
			return perform(call);
		}
		finally {
			this.flights.overtake(keys);
		}
	}

	@Override
	public <T> @Nullable T get(String key) {
		return (T) this.calls.getNow(key);
	}

	@Override
	public <T> @Nullable T get(String key, Class<T> type) {
		return this.calls.getNow(key, type);
	}

	@Override
	public <T> @Nullable CasValue<T> gets(String key) {
		return (CasValue<T>) perform(this.calls.gets(key));
	}

	@Override
	public <T> MultiGetResult<T> getMulti(Collection<String> keys) {
		return (MultiGetResult<T>) perform(this.calls.getMulti(keys));
	}

	@Override
	public <T> List<@Nullable T> getList(List<String> keys) {
		return (List<@Nullable T>) perform(this.calls.getList(keys));
	}

	@Override
	public <T> @Nullable T getAndTouch(String key, Duration ttl) {
		return (T) perform(this.calls.getAndTouch(key, ttl));
	}

	@Override
	public boolean set(String key, Object value, Duration ttl) {
		return change(key, this.calls.set(key, value, ttl));
	}

	@Override
	public boolean add(String key, Object value, Duration ttl) {
		return change(key, this.calls.store(Command.ADD, key, value, ttl));
	}

	@Override
	public boolean replace(String key, Object value, Duration ttl) {
		return change(key, this.calls.store(Command.REPLACE, key, value, ttl));
	}

	@Override
	public boolean append(String key, byte[] data) {
		return change(key, this.calls.concat(Command.APPEND, key, data));
	}

	@Override
	public boolean prepend(String key, byte[] data) {
		return change(key, this.calls.concat(Command.PREPEND, key, data));
	}

	@Override
	public CasResult cas(String key, Object value, Duration ttl, long cas) {
		return change(key, this.calls.cas(key, value, ttl, cas));
	}

	@Override
	public MultiResult setMulti(Map<String, ?> entries, Duration ttl) {
		return changeAll(entries.keySet(), this.calls.setMulti(entries, ttl));
	}

	@Override
	public MultiResult deleteMulti(Collection<String> keys) {
		return changeAll(keys, this.calls.deleteMulti(keys));
	}

	@Override
	public MultiResult appendMulti(Collection<String> keys, byte[] data) {
		return changeAll(keys, this.calls.concatMulti(Command.APPEND, keys, data));
	}

	@Override
	public MultiResult prependMulti(Collection<String> keys, byte[] data) {
		return changeAll(keys, this.calls.concatMulti(Command.PREPEND, keys, data));
	}

	@Override
	public boolean delete(String key) {
		return change(key, this.calls.delete(key));
	}

	@Override
	public boolean touch(String key, Duration ttl) {
		return change(key, this.calls.touch(key, ttl));
	}

	@Override
	public OptionalLong incr(String key, long delta) {
		return change(key, this.calls.count(Command.INCR, key, delta));
	}

	@Override
	public OptionalLong decr(String key, long delta) {
		return change(key, this.calls.count(Command.DECR, key, delta));
	}

	@Override
	public @Nullable RawValue getRaw(String key) {
		return perform(this.calls.getRaw(key));
	}

	@Override
	public boolean setRaw(String key, RawValue value, Duration ttl) {
		return change(key, this.calls.setRaw(key, value, ttl));
	}

	@Override
	public Map<String, String> version() {
		return perform(this.calls.version());
	}

	@Override
	public Map<String, Map<String, String>> stats(String... arguments) {
		return perform(this.calls.stats(arguments));
	}

	@Override
	public List<String> flushAll() {
		return perform(this.calls.flushAll());
	}

	@Override
	public String serverFor(String key) {
		return this.calls.serverFor(key);
	}

	@Override
	public @Nullable String liveServerFor(String key) {
		return perform(this.calls.liveServerFor(key));
	}

	@Override
	public List<ServerSnapshot> servers() {
		return this.servers.cluster().snapshots();
	}

	@Override
	public void updateServers(List<String> servers) {
		this.servers.update(servers);
	}

	@Override
	public <T> @Nullable T getOrLoad(String key, LoadPolicy policy, Callable<? extends @Nullable T> loader) {
		return (T) this.loads.getOrLoad(key, policy, loader);
	}

	@Override
	public <T> @Nullable T get(String key, LoadPolicy policy) {
		return (T) this.loads.get(key, policy);
	}

	@Override
	public boolean invalidate(String key, Duration staleFor) {
		return this.loads.invalidate(key, staleFor);
	}

	@Override
	public MetaCommands meta() {
		return this.meta;
	}

	/** The meta commands of this client. */
	private final class Meta implements MetaCommands {

		@Override
		public MetaReply get(String key, MetaGet request) {
			return perform(ClusterClient.this.calls.meta().get(key, request));
		}

		@Override
		public MetaReply set(String key, RawValue value, MetaSet request) {
			return change(key, ClusterClient.this.calls.meta().set(key, value, request));
		}

		@Override
		public MetaReply delete(String key, MetaDelete request) {
			return change(key, ClusterClient.this.calls.meta().delete(key, request));
		}

		@Override
		public MetaReply arithmetic(String key, MetaArithmetic request) {
			return change(key, ClusterClient.this.calls.meta().arithmetic(key, request));
		}

		@Override
		public MetaReply noop(String key) {
			return perform(ClusterClient.this.calls.meta().noop(key));
		}

		@Override
		public @Nullable Map<String, String> debug(String key) {
			return perform(ClusterClient.this.calls.meta().debug(key));
		}

	}

	@Override
	public AsyncMemcachedClient async() {
		return this.async;
	}

	@Override
	public void quit() {
		this.servers.quit();
	}

	@Override
	public void close() {
		if (!this.view) {
			this.servers.close();
			this.async.close();
		}
	}

}
