package io.libmc.codec;

import java.io.ObjectInputFilter;
import java.io.ObjectInputFilter.Status;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class JavaSerializationTest {

	private static final ObjectInputFilter OURS = ObjectInputFilter.Config
		.createFilter("io.libmc.codec.*;java.base/java.util.*;java.base/java.lang.*");

	private final LibmcTranscoder transcoder = LibmcTranscoder.create(OURS);

	@Test
	void serializableObjectComesBack() {
		EncodedValue encoded = this.transcoder.encode(new Book("Ulysses", 1922));
		assertThat(encoded.flags()).isEqualTo(256);
		assertThat(this.transcoder.decode(256, encoded.bytes())).isEqualTo(new Book("Ulysses", 1922));
	}

	@Test
	void valuesThatPythonKnowsStayReadableToIt() {
		for (Object value : List.of("text", 1.5, List.of(1), Map.of("k", "v"), new byte[0], 5, true)) {
			EncodedValue plain = LibmcTranscoder.create().encode(value);
			EncodedValue encoded = this.transcoder.encode(value);
			assertThat(encoded.flags()).isEqualTo(plain.flags());
			assertThat(encoded.bytes()).isEqualTo(plain.bytes());
		}
	}

	@Test
	void containerOfASerializableObjectIsSerializedWhole() {
		List<Object> books = new ArrayList<>(List.of(new Book("Ulysses", 1922), 7));
		EncodedValue encoded = this.transcoder.encode(books);
		assertThat(encoded.flags()).isEqualTo(256);
		assertThat(this.transcoder.decode(256, encoded.bytes())).isEqualTo(books);
	}

	@Test
	void classThatTheFilterDoesNotAllowIsRefused() {
		byte[] bytes = this.transcoder.encode(new Book("Ulysses", 1922)).bytes();
		for (ObjectInputFilter filter : List.<ObjectInputFilter>of((info) -> Status.REJECTED,
				(info) -> Status.UNDECIDED, ObjectInputFilter.Config.createFilter("java.base/*"))) {
			assertThatIllegalArgumentException().isThrownBy(() -> LibmcTranscoder.create(filter).decode(256, bytes))
				.withMessageContaining("allowed by the ObjectInputFilter");
		}
	}

	@Test
	void withoutAFilterNothingIsDeserialized() {
		byte[] bytes = this.transcoder.encode(new Book("Ulysses", 1922)).bytes();
		assertThatIllegalArgumentException().isThrownBy(() -> LibmcTranscoder.create().decode(256, bytes))
			.withMessageContaining("LibmcTranscoder.create(ObjectInputFilter)");
	}

	@Test
	void objectThatCannotBeSerializedIsRefusedByName() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.encode(new Object()))
			.withMessageContaining("java.lang.Object");
		assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.encode(List.of(new Object())))
			.withMessageContaining("java.lang.Object");
	}

	@Test
	void damagedBytesAreRefused() {
		byte[] bytes = this.transcoder.encode(new Book("Ulysses", 1922)).bytes();
		for (int length = 0; length < bytes.length; length++) {
			byte[] cut = Arrays.copyOf(bytes, length);
			assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.decode(256, cut));
		}
		byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
		assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.decode(256, longer))
			.withMessageContaining("1 bytes follow the value");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.transcoder.decode(256, "text".getBytes(StandardCharsets.US_ASCII)));
	}

	@Test
	void arrayThatClaimsMoreThanTheBytesHoldIsRefused() {
		byte[] hugeArray = HexFormat.of().parseHex("aced0005757200025b42acf317f8060854e00200007870" + "7fffffff");
		LibmcTranscoder lenient = LibmcTranscoder.create((info) -> Status.ALLOWED);
		assertThatIllegalArgumentException().isThrownBy(() -> lenient.decode(256, hugeArray))
			.withMessageContaining("REJECTED");
	}

	@Test
	void recordThatClaimsToWriteMoreThanItsFieldsIsRefused() {
		ForgedStream stream = new ForgedStream().object(Book.class.getName(), ForgedStream.WRITING, "I year",
				"L title Ljava/lang/String;");
		byte[] bytes = stream.number(1922).string("Ulysses").string("x").end().toByteArray();
		assertThatIllegalArgumentException().isThrownBy(() -> this.transcoder.decode(256, bytes))
			.withMessageContaining("REJECTED");
	}

	@Test
	void listAsOneJdkOrTheOtherWritesItIsRead() {
		LibmcTranscoder lenient = LibmcTranscoder.create((info) -> Status.ALLOWED);
		for (int flags : new int[] { ForgedStream.SERIALIZABLE, ForgedStream.WRITING }) {
			ForgedStream stream = new ForgedStream();
			stream.object("java.util.Collections$SynchronizedList", flags,
					() -> stream.describe("java.util.Collections$SynchronizedCollection", ForgedStream.WRITING,
							stream::nothing, "L c Ljava/util/Collection;", "L mutex Ljava/lang/Object;"),
					"L list Ljava/util/List;");
			int list = stream.list(1).last();
			stream.integer(7).end().string("mutex").end().reference(list);
			byte[] bytes = ((flags == ForgedStream.WRITING) ? stream.end() : stream).toByteArray();
			assertThat(lenient.decode(256, bytes)).isEqualTo(List.of(7));
		}
	}

	@Test
	void sparseCollectionsFitTheirBytes() {
		LibmcTranscoder lenient = LibmcTranscoder.create((info) -> Status.ALLOWED);
		IdentityHashMap<Object, Object> map = new IdentityHashMap<>();
		for (int i = 0; i < 1000; i++) {
			map.put(new Book("", i), null);
		}
		for (Serializable value : List.of(map, new HashMap<>(map))) {
			byte[] bytes = lenient.encode(new Shelf(value)).bytes();
			assertThat(((Map<?, ?>) ((Shelf) lenient.decode(256, bytes)).books())).hasSize(1000);
		}
	}

	record Book(String title, int year) implements Serializable {

	}

	record Shelf(Serializable books) implements Serializable {

	}

}
