package io.libmc.benchmarks.client;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import com.spotify.folsom.AsciiMemcacheClient;
import com.spotify.folsom.ConnectFuture;
import com.spotify.folsom.MemcacheClientBuilder;
import com.spotify.folsom.MemcacheStatus;
import org.jspecify.annotations.Nullable;

/**
 * Folsom in the ASCII protocol, which its documentation calls the more efficient one;
 * replies complete on the event loop, which spares the hand-off to another pool.
 */
final class FolsomClient implements Client {

	private static final int MAX_OUTSTANDING = 100_000;

	private final AsciiMemcacheClient<byte[]> client;

	// null is folsom's word for its event loop
	@SuppressWarnings("NullAway")
	FolsomClient(ClientSettings settings) throws Exception {
		if (settings.compressionThreshold() > 0) {
			throw new UnsupportedOperationException("folsom does not compress");
		}
		MemcacheClientBuilder<byte[]> builder = MemcacheClientBuilder.newByteArrayClient();
		for (InetSocketAddress address : settings.addresses()) {
			builder.withAddress(address.getHostString(), address.getPort());
		}
		this.client = builder.withConnections(settings.connections())
			.withMaxOutstandingRequests(MAX_OUTSTANDING)
			.withConnectionTimeoutMillis(ClientSettings.TIMEOUT_MILLIS)
			.withReplyExecutor(null)
			.connectAscii();
		ConnectFuture.connectFuture(this.client)
			.toCompletableFuture()
			.get(ClientSettings.TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
	}

	@Override
	public byte @Nullable [] get(String key) throws Exception {
		return await(this.client.get(key));
	}

	@Override
	public void set(String key, Object value) throws Exception {
		check(await(this.client.set(key, (byte[]) value, 0)));
	}

	@Override
	public Map<String, ?> getMulti(List<String> keys) throws Exception {
		List<byte[]> values = await(this.client.get(keys));
		Map<String, byte[]> found = new HashMap<>();
		for (int i = 0; i < keys.size(); i++) {
			if (values.get(i) != null) {
				found.put(keys.get(i), values.get(i));
			}
		}
		return found;
	}

	@Override
	public void setMulti(Map<String, ?> entries) throws Exception {
		List<CompletionStage<MemcacheStatus>> stored = new ArrayList<>(entries.size());
		entries.forEach((key, value) -> stored.add(this.client.set(key, (byte[]) value, 0)));
		for (CompletionStage<MemcacheStatus> each : stored) {
			check(await(each));
		}
	}

	private static <T> T await(CompletionStage<T> stage) throws Exception {
		return stage.toCompletableFuture().get(ClientSettings.TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
	}

	private static void check(MemcacheStatus status) {
		if (status != MemcacheStatus.OK) {
			throw new IllegalStateException("not stored: " + status);
		}
	}

	@Override
	public void close() {
		this.client.shutdown();
	}

}
