package io.libmc.embedded;

import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;

import com.sun.management.ThreadMXBean;
import io.libmc.embedded.Session.Need;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What a conversation costs in memory. */
class SessionTest {

	private final Engine engine = new Engine(EmbeddedMemcached.builder().settings(), new Clock());

	private final Session session = new Session(this.engine);

	private final Input in = new Input();

	private final Output out = new Output();

	private String say(String text) {
		this.in.add(text.getBytes(StandardCharsets.ISO_8859_1));
		StringBuilder answer = new StringBuilder();
		Need need;
		do {
			need = this.session.process(this.in, this.out);
			answer.append(new String(this.out.takeAll(), StandardCharsets.ISO_8859_1));
		}
		while (need == Need.ROOM);
		return answer.toString();
	}

	@ParameterizedTest
	@CsvSource({ "lru_crawler metadump all, key=k99", "stats cachedump 1 0, ITEM k99 [1 b; 0 s]" })
	void listsOfItemsTakeNoMoreThanABuffer(String command, String line) {
		for (int i = 0; i < 50_000; i++) {
			assertThat(say("set k" + i + " 0 0 1\r\nx\r\n")).isEqualTo("STORED\r\n");
		}
		this.in.add((command + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long before = threads.getCurrentThreadAllocatedBytes();
		assertThat(this.session.process(this.in, this.out)).isEqualTo(Need.ROOM);
		assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1_000_000);
		assertThat(say("")).contains(line).endsWith("END\r\n");
		assertThat(say("mn\r\n")).isEqualTo("MN\r\n");
	}

	@Test
	void longLineIsForgottenAlsoWhenAnotherHasBegun() {
		String line = "get" + " absent".repeat(200_000) + "\r\n";
		this.in.add(line.getBytes(StandardCharsets.ISO_8859_1));
		WeakReference<byte[]> large = new WeakReference<>(this.in.bytes());
		assertThat(large.get()).hasSizeGreaterThan(1_000_000);
		assertThat(say("g")).isEqualTo("END\r\n");
		assertThat(this.in.room().remaining()).isPositive();
		Awaitility.await().until(() -> {
			System.gc();
			return large.get() == null;
		});
		assertThat(say("et absent\r\n")).isEqualTo("END\r\n");
	}

	@Test
	void longLineForWhichThereIsNoMemoryEndsTheConversation() {
		assertThat(this.engine.lines.take((64 << 20) - 150_000, () -> 0)).isTrue();
		assertThat(say("get" + " absent".repeat(10_000))).isEmpty();
		this.session.close();
		Session next = new Session(this.engine);
		this.in.add(" absent".repeat(20_000).getBytes(StandardCharsets.ISO_8859_1));
		assertThat(next.process(this.in, this.out)).isEqualTo(Need.END);
		assertThat(this.out).hasToString("SERVER_ERROR out of memory reading request\r\n");
	}

}
