package io.libmc.spring.cache;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.libmc.MemcachedClient;
import io.libmc.codec.DecodingBudget;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.cache.Cache;
import org.springframework.cache.support.NullValue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Every entry tells its format, and only those that a cache lists are read.
 */
@Memcached
class AlsoReadingTest {

	private static final List<String> OWN = List.of("io.libmc.spring.cache.*");

	private static final ClassLoader LOADER = AlsoReadingTest.class.getClassLoader();

	private static final EntryFormat JDK = EntryFormat.jdk(LOADER, OWN);

	private static final EntryFormat JSON = EntryFormat.json(LOADER, OWN);

	private static final EntryFormat LIBMC = EntryFormat.libmc();

	private static final EntryFormat OWN_FORMAT = EntryFormat.of("text", new Text());

	private static final List<EntryFormat> ALL = List.of(JDK, JSON, LIBMC, OWN_FORMAT);

	@Test
	void noFormatReadsWhatAnotherWrote() throws Exception {
		for (EntryFormat writer : ALL) {
			Object entry = Stamp.put(writer.encode("a text"), 42);
			for (EntryFormat reader : ALL) {
				if (reader == writer) {
					assertThat(reader.decode(entry)).isEqualTo("a text");
				}
				else {
					assertThatExceptionOfType(UndecodableEntryException.class).as(writer + " by " + reader)
						.isThrownBy(() -> reader.decode(entry));
				}
			}
		}
	}

	@Test
	void twoSerializersOfOneNameAreRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> OWN_FORMAT.alsoReading(JDK, EntryFormat.of("text", new Text())))
			.withMessageContaining("\"text\"");
		OWN_FORMAT.alsoReading(OWN_FORMAT, EntryFormat.of("other", new Text()));
	}

	@Test
	void whatIsListedIsReadWhateverItsLength() throws Exception {
		for (EntryFormat writer : ALL) {
			for (EntryFormat own : ALL) {
				EntryFormat reader = own.alsoReading(ALL.toArray(EntryFormat[]::new));
				for (Object value : List.of("a text", "x".repeat(1_500_000), NullValue.INSTANCE)) {
					Object entry = Stamp.put(writer.encode(value), 42);
					assertThat(reader.decode(entry)).isEqualTo(value);
					assertThat(Stamp.of(entry)).isEqualTo(42);
				}
				assertThat(reader.encode("a text")).isEqualTo(own.encode("a text"));
			}
		}
		assertThat(JSON.alsoReading(JDK).alsoReading(LIBMC)).hasToString("json, also reading jdk and libmc");
	}

	@Test
	void whatNobodyWroteIsReadByNone() {
		byte[] noFormat = new byte[20];
		noFormat[0] = (byte) 0xfe;
		EntryFormat reader = JSON.alsoReading(JDK, LIBMC, OWN_FORMAT);
		for (Object entry : List.of(noFormat, new byte[0], new byte[] { Stamp.JDK }, "text", List.of(1L), 5L,
				Stamp.header(Stamp.CUSTOM))) {
			assertThatExceptionOfType(UndecodableEntryException.class).isThrownBy(() -> reader.decode(entry));
		}
	}

	@Test
	void anotherApplicationsFormatIsKnownByItsName() {
		Object entry = EntryFormat.of("text2", new Text()).encode("a text");
		assertThatExceptionOfType(UndecodableEntryException.class).isThrownBy(() -> OWN_FORMAT.decode(entry))
			.withMessageContaining("not in the format \"text\"");
	}

	@Test
	void aSerializersFailureIsAMissAndItsRefusalIsOne() {
		Object entry = OWN_FORMAT.encode("fails");
		assertThatExceptionOfType(UndecodableEntryException.class).isThrownBy(() -> OWN_FORMAT.decode(entry))
			.withMessageContaining("no text of ours");
		assertThatIllegalArgumentException().isThrownBy(() -> OWN_FORMAT.encode(5L)).withMessageContaining("a Long");
		byte[] hostile = Stamp.header(Stamp.CUSTOM);
		hostile = ByteBuffer.allocate(100)
			.put(hostile)
			.put((byte) 4)
			.put("text".getBytes(StandardCharsets.US_ASCII))
			.putInt(Integer.MAX_VALUE)
			.array();
		byte[] bytes = hostile;
		assertThatExceptionOfType(UndecodableEntryException.class).isThrownBy(() -> OWN_FORMAT.decode(bytes))
			.withMessageContaining("more than");
	}

	@Test
	void aNameHasToBeOne() {
		for (String name : List.of("", "two words", "\u00e9", "x".repeat(65))) {
			assertThatIllegalArgumentException().isThrownBy(() -> EntryFormat.of(name, new Text()))
				.withMessageContaining("name: \"" + name + "\"");
		}
	}

	/** Both steps of a change of serializers, with old and new instances side by side. */
	@Test
	void aChangeInTwoStepsCostsNoLoad(MemcachedServer server) {
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(5))
			.build()) {
			AtomicInteger loads = new AtomicInteger();
			Cache before = cache(client, JDK.alsoReading(JSON));
			Cache after = cache(client, JSON.alsoReading(JDK));
			Version one = new Version("one");
			assertThat(before.get("old", () -> load(loads, one))).isEqualTo(one);
			assertThat(after.get("old", () -> load(loads, one))).isEqualTo(one);
			assertThat(after.get("new", () -> load(loads, one))).isEqualTo(one);
			assertThat(before.get("new", () -> load(loads, one))).isEqualTo(one);
			assertThat(loads).hasValue(2);
			after.evict("old");
			assertThat(before.get("old")).isNull();
			before.clear();
			Awaitility.await().until(() -> after.get("new") == null);
		}
	}

	private static Version load(AtomicInteger loads, Version value) {
		loads.incrementAndGet();
		return value;
	}

	private static Cache cache(MemcachedClient client, EntryFormat format) {
		LibmcCacheManager manager = new LibmcCacheManager(client, new LibmcCacheSettings().format(format));
		manager.initializeCaches();
		return manager.getCache("books");
	}

	/** Something that an application caches. */
	record Version(String name) implements java.io.Serializable {

	}

	/** Texts behind their length. */
	private static final class Text implements CacheValueSerializer {

		@Override
		public byte[] serialize(Object value) {
			if (!(value instanceof String text)) {
				throw new IllegalArgumentException("a " + value.getClass().getSimpleName() + " is no text");
			}
			byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
			return ByteBuffer.allocate(4 + bytes.length).putInt(bytes.length).put(bytes).array();
		}

		@Override
		public Object deserialize(byte[] bytes, DecodingBudget budget) {
			int length = ByteBuffer.wrap(bytes).getInt();
			budget.allocate(length);
			String text = new String(bytes, 4, length, StandardCharsets.UTF_8);
			if (text.equals("fails")) {
				throw new IllegalStateException("no text of ours: " + new HashMap<>());
			}
			return text;
		}

	}

}
