package io.libmc.internal.client;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;

import io.libmc.AsyncMemcachedClient;
import io.libmc.CasResult;
import io.libmc.CasValue;
import io.libmc.LoadException;
import io.libmc.LoadPolicy;
import io.libmc.MemcachedClient;
import io.libmc.MemcachedListener.ListOutcome;
import io.libmc.MetaArithmetic;
import io.libmc.MetaCommands;
import io.libmc.MetaDelete;
import io.libmc.MetaGet;
import io.libmc.MetaReply;
import io.libmc.MetaSet;
import io.libmc.MultiGetResult;
import io.libmc.MultiResult;
import io.libmc.RawValue;
import io.libmc.ServerSnapshot;
import io.libmc.codec.Transcoder;
import io.libmc.internal.call.Changes;
import io.libmc.internal.call.KeyEncoder;
import io.libmc.internal.call.MetaScriptFactory;
import io.libmc.internal.call.Script;
import io.libmc.internal.call.ScriptFactory;
import io.libmc.internal.call.ValueCodec;
import io.libmc.internal.discovery.Refresher;
import io.libmc.internal.load.LoadScripts;
import io.libmc.internal.load.Loader;
import io.libmc.internal.load.SharedLoads;
import io.libmc.internal.protocol.Command;
import org.jspecify.annotations.Nullable;

/**
 * The blocking client: each call is performed on the caller's thread.
 */
// the caller says what the values are
@SuppressWarnings("unchecked")
final class BlockingClient implements MemcachedClient {

	private final Servers servers;

	private final BlockingRunner runner;

	private final ScriptFactory scripts;

	private final SharedLoads shared;

	private final LoadScripts loads;

	private final MetaScriptFactory metaScripts;

	private final MetaCommands meta = new Meta();

	private final AsyncClient async;

	/** Whether it is a view of another client, which it must not close. */
	private final boolean view;

	/** Finds the servers, or null if they are named. */
	private final @Nullable Refresher refresher;

	BlockingClient(ClientOptions options) {
		this.servers = new Servers(options);
		this.shared = new SharedLoads();
		this.runner = new BlockingRunner(this.servers.events());
		this.scripts = new ScriptFactory(this.servers::cluster, new KeyEncoder(options.prefix),
				new ValueCodec(options.transcoder, options.compressionThreshold, options.maxValueBytes),
				options.pollTimeout.toNanos(), options.splitLargeValues, options.noReply, options.flushAllEnabled);
		this.metaScripts = this.scripts.meta();
		this.loads = new LoadScripts(this.scripts.awaitingReplies(this.scripts.values()), this.servers.events(),
				this.shared);
		this.async = new AsyncClient(new AsyncRunner(options, this.servers.events(), this.servers.watchdog()),
				this.scripts, this.loads, this.shared, this.servers);
		this.view = false;
		this.refresher = (options.discovery != null)
				? new Refresher(options.discovery.apply(this.servers.settings()), options.refreshInterval, new Found())
				: null;
		if (this.refresher != null) {
			this.servers.events().whenDown(this.refresher::hurry);
			this.refresher.start();
		}
	}

	private BlockingClient(BlockingClient viewed, ScriptFactory scripts) {
		this.servers = viewed.servers;
		this.shared = new SharedLoads(viewed.shared);
		this.runner = viewed.runner;
		this.scripts = scripts;
		this.metaScripts = this.scripts.meta();
		this.loads = new LoadScripts(this.scripts, this.servers.events(), this.shared);
		this.async = new AsyncClient(viewed.async.runner(), this.scripts, this.loads, this.shared, this.servers);
		this.refresher = viewed.refresher;
		this.view = true;
	}

	@Override
	public MemcachedClient withTranscoder(Transcoder transcoder) {
		this.servers.cluster();
		return view(this.scripts.values().with(Objects.requireNonNull(transcoder, "transcoder")));
	}

	@Override
	public MemcachedClient withCompressionThreshold(int compressionThreshold) {
		this.servers.cluster();
		return view(this.scripts.values().with(ClientOptions.checkCompressionThreshold(compressionThreshold)));
	}

	private MemcachedClient view(ValueCodec values) {
		return new BlockingClient(this, this.scripts.awaitingReplies(values));
	}

	@Override
	public MemcachedClient onServer(String server) {
		Objects.requireNonNull(server, "server");
		this.servers.cluster();
		return new BlockingClient(this, this.scripts.on(() -> this.servers.clusterOf(server)));
	}

	@Override
	public Map<String, Instant> absences() {
		this.servers.cluster();
		return this.servers.absences();
	}

	@Override
	public Map<String, Instant> departures() {
		this.servers.cluster();
		return this.servers.departures();
	}

	@Override
	public String nearer(String key, String one, String other) {
		Objects.requireNonNull(one, "one");
		Objects.requireNonNull(other, "other");
		this.servers.cluster();
		return this.servers.nearer(this.scripts.encode(key), one, other);
	}

	@Override
	public String toString() {
		return "MemcachedClient" + this.servers;
	}

	private <T extends @Nullable Object> T run(Script<T> script) {
		return this.runner.run(script);
	}

	/** Overtakes the loads of what it changes, before and after. */
	private <T extends @Nullable Object> T change(String key, Script<T> script) {
		this.shared.overtake(key);
		try {
			return this.runner.run(script);
		}
		finally {
			this.shared.overtake(key);
		}
	}

	private MultiResult changeAll(Changes changes) {
		this.shared.overtake(changes.keys());
		try {
			return this.runner.run(changes.script());
		}
		finally {
			this.shared.overtake(changes.keys());
		}
	}

	@Override
	public <T> @Nullable T get(String key) {
		return (T) this.scripts.get(key, this.runner);
	}

	@Override
	public <T> @Nullable T get(String key, Class<T> type) {
		Objects.requireNonNull(type, "type");
		return ScriptFactory.convert(key, this.scripts.get(key, this.runner), type);
	}

	@Override
	public <T> @Nullable CasValue<T> gets(String key) {
		return (CasValue<T>) run(this.scripts.gets(key));
	}

	@Override
	public <T> MultiGetResult<T> getMulti(Collection<String> keys) {
		return (MultiGetResult<T>) run(this.scripts.getMulti(keys));
	}

	@Override
	public <T> List<@Nullable T> getList(List<String> keys) {
		return (List<@Nullable T>) run(this.scripts.getList(keys));
	}

	@Override
	public <T> @Nullable T getAndTouch(String key, Duration ttl) {
		return (T) run(this.scripts.getAndTouch(key, ttl));
	}

	@Override
	public boolean set(String key, Object value, Duration ttl) {
		return change(key, this.scripts.set(key, value, ttl));
	}

	@Override
	public boolean add(String key, Object value, Duration ttl) {
		return change(key, this.scripts.store(Command.ADD, key, value, ttl));
	}

	@Override
	public boolean replace(String key, Object value, Duration ttl) {
		return change(key, this.scripts.store(Command.REPLACE, key, value, ttl));
	}

	@Override
	public boolean append(String key, byte[] data) {
		return change(key, this.scripts.concat(Command.APPEND, key, data));
	}

	@Override
	public boolean prepend(String key, byte[] data) {
		return change(key, this.scripts.concat(Command.PREPEND, key, data));
	}

	@Override
	public CasResult cas(String key, Object value, Duration ttl, long cas) {
		return change(key, this.scripts.cas(key, value, ttl, cas));
	}

	@Override
	public MultiResult setMulti(Map<String, ?> entries, Duration ttl) {
		return changeAll(this.scripts.setMulti(entries, ttl));
	}

	@Override
	public MultiResult deleteMulti(Collection<String> keys) {
		return changeAll(this.scripts.deleteMulti(keys));
	}

	@Override
	public MultiResult appendMulti(Collection<String> keys, byte[] data) {
		return changeAll(this.scripts.concatMulti(Command.APPEND, keys, data));
	}

	@Override
	public MultiResult prependMulti(Collection<String> keys, byte[] data) {
		return changeAll(this.scripts.concatMulti(Command.PREPEND, keys, data));
	}

	@Override
	public boolean delete(String key) {
		return change(key, this.scripts.delete(key));
	}

	@Override
	public boolean touch(String key, Duration ttl) {
		return change(key, this.scripts.touch(key, ttl));
	}

	@Override
	public OptionalLong incr(String key, long delta) {
		return change(key, this.scripts.count(Command.INCR, key, delta));
	}

	@Override
	public OptionalLong decr(String key, long delta) {
		return change(key, this.scripts.count(Command.DECR, key, delta));
	}

	@Override
	public @Nullable RawValue getRaw(String key) {
		return run(this.scripts.getRaw(key));
	}

	@Override
	public boolean setRaw(String key, RawValue value, Duration ttl) {
		return change(key, this.scripts.setRaw(key, value, ttl));
	}

	@Override
	public Map<String, String> version() {
		return run(this.scripts.servers().version());
	}

	@Override
	public Map<String, Map<String, String>> stats(String... arguments) {
		return run(this.scripts.servers().stats(arguments));
	}

	@Override
	public List<String> flushAll() {
		this.shared.overtakeAll();
		try {
			return run(this.scripts.servers().flushAll());
		}
		finally {
			this.shared.overtakeAll();
		}
	}

	@Override
	public String serverFor(String key) {
		return this.scripts.servers().serverFor(key);
	}

	@Override
	public @Nullable String liveServerFor(String key) {
		return run(this.scripts.servers().liveServerFor(key));
	}

	@Override
	public List<ServerSnapshot> servers() {
		return this.servers.cluster().snapshots();
	}

	@Override
	public Set<String> downServers() {
		return this.servers.cluster().downServers();
	}

	@Override
	public long outages() {
		this.servers.cluster();
		return this.servers.events().outages();
	}

	@Override
	public List<ServerSnapshot> spares() {
		return this.servers.cluster().spareSnapshots();
	}

	@Override
	public void updateServers(List<String> servers) {
		update(servers, () -> {
			if (this.refresher != null) {
				this.refresher.close();
			}
			return true;
		});
	}

	private void update(List<String> servers, BooleanSupplier wanted) {
		this.servers.update(servers, wanted);
		this.async.runner().serve(this.servers.cluster().nodes().size());
	}

	/** The client as the one who finds its servers sees it. */
	private final class Found implements Refresher.Client {

		@Override
		public void take(List<String> servers, BooleanSupplier wanted) {
			update(servers, wanted);
		}

		@Override
		public boolean isAnswered() {
			return !version().isEmpty();
		}

		@Override
		public boolean isTroubled() {
			return BlockingClient.this.servers.isTroubled();
		}

		@Override
		public void told(ListOutcome outcome, Duration elapsed) {
			BlockingClient.this.servers.events().serversAsked(outcome, elapsed);
		}

	}

	@Override
	public <T> @Nullable T getOrLoad(String key, LoadPolicy policy, Callable<? extends @Nullable T> loader) {
		Objects.requireNonNull(loader, "loader");
		try {
			return (T) run(this.loads.getOrLoad(key, policy, Loader.of(key, loader)));
		}
		catch (RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			// an asynchronous caller's loader, whose value was waited for
			throw new LoadException(key, ex);
		}
	}

	@Override
	public <T> @Nullable T get(String key, LoadPolicy policy) {
		return (T) run(this.loads.get(key, policy));
	}

	@Override
	public boolean invalidate(String key, Duration staleFor) {
		return change(key, this.loads.invalidate(key, staleFor));
	}

	@Override
	public MetaCommands meta() {
		return this.meta;
	}

	/** The meta commands of this client. */
	private final class Meta implements MetaCommands {

		@Override
		public MetaReply get(String key, MetaGet request) {
			return run(BlockingClient.this.metaScripts.get(key, request));
		}

		@Override
		public MetaReply set(String key, RawValue value, MetaSet request) {
			return change(key, BlockingClient.this.metaScripts.set(key, value, request));
		}

		@Override
		public MetaReply delete(String key, MetaDelete request) {
			return change(key, BlockingClient.this.metaScripts.delete(key, request));
		}

		@Override
		public MetaReply arithmetic(String key, MetaArithmetic request) {
			return change(key, BlockingClient.this.metaScripts.arithmetic(key, request));
		}

		@Override
		public MetaReply noop(String key) {
			return run(BlockingClient.this.metaScripts.noop(key));
		}

		@Override
		public @Nullable Map<String, String> debug(String key) {
			return run(BlockingClient.this.metaScripts.debug(key));
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
			try {
				if (this.refresher != null) {
					this.refresher.close();
				}
				this.servers.close();
			}
			finally {
				this.runner.close();
				this.async.runner().close();
			}
		}
	}

}
