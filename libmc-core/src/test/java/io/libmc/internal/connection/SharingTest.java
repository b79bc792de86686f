package io.libmc.internal.connection;

import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import io.libmc.internal.protocol.Command;
import io.libmc.internal.protocol.OutBuffer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SharingTest {

	@Test
	void whatIsStoppedStaysSoWhateverIsLostAtTheSameTime() throws Exception {
		Operation unanswered = shared();
		ExecutorService threads = Executors.newFixedThreadPool(2);
		try {
			for (int i = 0; i < 2_000; i++) {
				Sharing sharing = new Sharing(0);
				CyclicBarrier start = new CyclicBarrier(2);
				Future<?> losing = threads.submit(() -> {
					start.await();
					sharing.lost(unanswered);
					return null;
				});
				Future<?> stopping = threads.submit(() -> {
					start.await();
					sharing.stop();
					return null;
				});
				losing.get();
				stopping.get();
				assertThat(sharing.isOn()).isFalse();
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	@Test
	void aLossPausesItForAsLongAsACallMayTake() {
		Sharing sharing = new Sharing(60_000_000_000L);
		assertThat(sharing.isOn()).isTrue();
		sharing.lost(Operation.of(Command.GET, 0, 0, new byte[] { 'k' }));
		assertThat(sharing.isOn()).as("it was alone").isTrue();
		sharing.lost(shared());
		assertThat(sharing.isOn()).isFalse();
	}

	private static Operation shared() {
		Operation first = Operation.of(Command.GET, 0, 0, new byte[] { 'a' });
		Operation second = Operation.of(Command.GET, 0, 0, new byte[] { 'b' });
		OutBuffer out = new OutBuffer();
		first.encode(out);
		second.encodeBehind(first, out);
		return second;
	}

}
