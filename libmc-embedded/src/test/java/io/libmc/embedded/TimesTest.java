package io.libmc.embedded;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** When items are over. */
class TimesTest {

	private static final int MONTH = 60 * 60 * 24 * 30;

	private final SetClock clock = new SetClock();

	private final Session session = new Session(new Engine(new Settings(MemcachedVersion.V1_6_45, null, 64L << 20,
			1 << 20, 1024, true, null, false, Map.of(), 0, false), this.clock));

	private final Input in = new Input();

	private final Output out = new Output();

	private String ask(String text) {
		this.in.add(text.getBytes(StandardCharsets.ISO_8859_1));
		this.session.process(this.in, this.out);
		return new String(this.out.takeAll(), StandardCharsets.ISO_8859_1);
	}

	@Test
	void relativeTimesEndWithTheirSecond() {
		ask("set k 0 10 1\r\nx\r\n");
		this.clock.advance(9);
		assertThat(ask("mg k t\r\n")).isEqualTo("HD t1\r\n");
		this.clock.advance(1);
		assertThat(ask("mg k t\r\n")).isEqualTo("EN\r\n");
		assertThat(ask("add k 0 0 1\r\ny\r\n")).isEqualTo("STORED\r\n");
	}

	@Test
	void timesOfMoreThanThirtyDaysAreAbsolute() {
		ask("set relative 0 " + MONTH + " 1\r\nx\r\n");
		ask("set past 0 " + (MONTH + 1) + " 1\r\nx\r\n");
		ask("set absolute 0 " + (this.clock.epochSecond() + 100) + " 1\r\nx\r\n");
		assertThat(ask("mg relative t\r\n")).isEqualTo("HD t" + MONTH + "\r\n");
		assertThat(ask("mg past t\r\n")).isEqualTo("EN\r\n");
		assertThat(ask("mg absolute t\r\n")).isEqualTo("HD t100\r\n");
		this.clock.advance(100);
		assertThat(ask("mg absolute t\r\n")).isEqualTo("EN\r\n");
	}

	@Test
	void negativeTimesAreOver() {
		assertThat(ask("set k 0 -1 1\r\nx\r\n")).isEqualTo("STORED\r\n");
		assertThat(ask("get k\r\n")).isEqualTo("END\r\n");
	}

	@Test
	void touchingProlongs() {
		ask("set k 0 10 1\r\nx\r\n");
		assertThat(ask("touch k 100\r\n")).isEqualTo("TOUCHED\r\n");
		this.clock.advance(50);
		assertThat(ask("gat 10 k\r\n")).isEqualTo("VALUE k 0 1\r\nx\r\nEND\r\n");
		this.clock.advance(10);
		assertThat(ask("touch k 100\r\n")).isEqualTo("NOT_FOUND\r\n");
	}

	@Test
	void onlyOneIsToldToRenewAndEarlyEnough() {
		ask("set k 0 100 1\r\nx\r\n");
		assertThat(ask("mg k R30\r\n")).isEqualTo("HD\r\n");
		this.clock.advance(71);
		assertThat(ask("mg k R30\r\n")).isEqualTo("HD W\r\n");
		assertThat(ask("mg k R30\r\n")).isEqualTo("HD Z\r\n");
	}

	@Test
	void lastAccessIsTold() {
		ask("set k 0 0 1\r\nx\r\n");
		this.clock.advance(7);
		assertThat(ask("mg k l h u\r\n")).isEqualTo("HD l7 h0\r\n");
		assertThat(ask("mg k l h\r\n")).isEqualTo("HD l7 h0\r\n");
		assertThat(ask("me k\r\n")).contains(" la=7 ").contains(" fetch=yes ");
		assertThat(ask("mg k l h\r\n")).isEqualTo("HD l7 h1\r\n");
		assertThat(ask("me k\r\n")).contains(" la=0 ");
		assertThat(ask("mg k l h\r\n")).isEqualTo("HD l0 h1\r\n");
	}

	/** memcached changes an item's time at its second read, and then once a minute. */
	@ParameterizedTest
	@ValueSource(strings = { "get k", "touch k 0", "gat 0 k", "mg k", "mg k T0" })
	void lastAccessIsNotTakenDownEachTime(String command) {
		ask("set k 0 0 1\r\nx\r\n");
		this.clock.advance(3);
		ask(command + "\r\n");
		assertThat(ask("mg k l h u\r\n")).isEqualTo("HD l3 h1\r\n");
		ask(command + "\r\n");
		assertThat(ask("mg k l u\r\n")).isEqualTo("HD l0\r\n");
		this.clock.advance(59);
		ask(command + "\r\n");
		assertThat(ask("mg k l u\r\n")).isEqualTo("HD l59\r\n");
		this.clock.advance(1);
		ask(command + "\r\n");
		assertThat(ask("mg k l u\r\n")).isEqualTo("HD l0\r\n");
	}

	@Test
	void delayedFlushComesInItsTime() {
		ask("set k 0 0 1\r\nx\r\n");
		assertThat(ask("flush_all 10\r\n")).isEqualTo("OK\r\n");
		assertThat(ask("mg k\r\n")).isEqualTo("HD\r\n");
		this.clock.advance(10);
		assertThat(ask("mg k\r\n")).isEqualTo("EN\r\n");
		ask("set k 0 0 1\r\nx\r\n");
		assertThat(ask("mg k\r\n")).isEqualTo("HD\r\n");
	}

}
