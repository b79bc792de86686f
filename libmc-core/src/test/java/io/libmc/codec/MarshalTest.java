package io.libmc.codec;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class MarshalTest {

	@Test
	void whatPythonWritesInAnyVersionIsRead() throws IOException {
		for (String[] sample : samples()) {
			byte[] bytes = HexFormat.of().parseHex(sample[1]);
			if (sample[2].equals("refused")) {
				assertThatIllegalArgumentException().as(sample[1]).isThrownBy(() -> MarshalReader.read(bytes));
			}
			else {
				assertThat(render(MarshalReader.read(bytes))).as(sample[1]).isEqualTo(sample[2]);
			}
		}
	}

	@Test
	void whatPythonWritesInVersion2IsWrittenAlike() throws IOException {
		int same = 0;
		for (String[] sample : samples()) {
			if (sample[3].equals("same") && !sample[2].equals("None")) {
				Object value = MarshalReader.read(HexFormat.of().parseHex(sample[1]));
				assertThat(HexFormat.of().formatHex(MarshalWriter.write(value, 1 << 30))).isEqualTo(sample[1]);
				same++;
			}
		}
		assertThat(same).isGreaterThan(100);
	}

	@Test
	void bytesCutShortAreRefusedWhereverTheyEnd() throws IOException {
		for (String[] sample : samples()) {
			byte[] bytes = HexFormat.of().parseHex(sample[1]);
			for (int length = 0; length < Math.min(bytes.length, 500); length++) {
				byte[] cut = new byte[length];
				System.arraycopy(bytes, 0, cut, 0, length);
				assertThatIllegalArgumentException().isThrownBy(() -> MarshalReader.read(cut));
			}
		}
	}

	@ParameterizedTest
	@CsvSource(textBlock = """
			bytes after the value,              4e4e,                            bytes follow the value
			nothing at all,                     '',                              it ends too early
			unknown type,                       3f,                              there is no type 63
			dict's end without a dict,          30,                              there is no type 48
			dict's end in a list,               5b0100000030,                    there is no type 48
			dict's end as a value,              7b4e3030,                        there is no type 48
			dict without an end,                7b4e4e,                          it ends too early
			huge bytes,                         73ffffff7f,                      it claims a length of 2147483647
			huge text,                          75ffffff7f61,                    it claims a length of 2147483647
			huge list,                          5bffffff7f4e,                    it claims a length of 2147483647
			huge tuple,                         28ffffff7f4e,                    it claims a length of 2147483647
			huge set,                           3cffffff7f4e,                    it claims a length of 2147483647
			negative length,                    73ffffffff,                      it claims a length of 4294967295
			huge integer,                       6cffffff7f0100,                  it ends within an integer
			huge negative integer,              6c000000800100,                  it ends within an integer
			digit of 16 bits,                   6c010000000080,                  out of range
			short text beyond the end,          7a0561,                          it ends too early
			text that is not UTF-8,             7501000000ff,                    a string is not UTF-8
			half a surrogate,                   7502000000eda0,                  a string is not UTF-8
			float that is none,                 660161,                          a float is no number
			float in hex,                       6605307831703030,                a float is no number
			empty float,                        6600,                            a float is no number
			reference to nothing,               7200000000,                      a reference leads nowhere
			reference to the future,            7201000000,                      a reference leads nowhere
			negative reference,                 db0100000072ffffffff,            a reference leads nowhere
			interned reference to nothing,      5200000000,                      a reference leads nowhere
			list within itself,                 db010000007200000000,            an object contains itself
			set within itself,                  be010000007200000000,            an object contains itself
			""")
	void malformedBytesAreRefused(String what, String hex, String why) {
		byte[] bytes = HexFormat.of().parseHex(hex);
		assertThatIllegalArgumentException().as(what)
			.isThrownBy(() -> MarshalReader.read(bytes))
			.withMessageContaining(why);
	}

	@ParameterizedTest
	@CsvSource({ "2e, Ellipsis", "53, StopIteration", "7801310132, complex number",
			"790000000000000000000000000000f03f, complex number", "6300000000, code object" })
	void whatJavaLacksIsNamed(String hex, String what) {
		assertThatIllegalArgumentException().isThrownBy(() -> MarshalReader.read(HexFormat.of().parseHex(hex)))
			.withMessageContaining("a Python " + what);
	}

	@Test
	void stringsThatPython2InternedAreRead() {
		assertThat(read("5b0300000074030000006162635200000000" + "5200000000")).isEqualTo(List.of("abc", "abc", "abc"));
	}

	@Test
	void integersOf64BitsAreRead() {
		assertThat(read("49feffffffffffffff")).isEqualTo(-2L);
		assertThat(read("49ffffffffffffff7f")).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void byteArraysOfEqualContentAreDistinctInASet() {
		assertThat((Set<?>) read("3c02000000" + "730100000061" + "730100000061")).hasSize(2);
	}

	@Test
	void fewBytesCannotStandForATreeThatTakesForEverToHash() {
		int levels = 60;
		StringBuilder tree = new StringBuilder("28").append(littleEndian(levels + 1)).append("a800000000");
		for (int i = 0; i < levels; i++) {
			tree.append("a802000000").append("72").append(littleEndian(i)).append("72").append(littleEndian(i));
		}
		assertThatIllegalArgumentException().isThrownBy(() -> read("3c01000000" + tree))
			.withMessageContaining("stand for more than 1000000 objects");
	}

	@Test
	void referencesCannotNestDeeperThanBytesMay() {
		int levels = 600;
		StringBuilder chain = new StringBuilder("28").append(littleEndian(levels + 1)).append("a800000000");
		for (int i = 0; i < levels; i++) {
			chain.append("a801000000").append("72").append(littleEndian(i));
		}
		assertThatIllegalArgumentException().isThrownBy(() -> read(chain.toString()))
			.withMessageContaining("nests deeper than 500 levels");
	}

	@Test
	void nestingIsLimited() {
		assertThatIllegalArgumentException().isThrownBy(() -> read("2901".repeat(100_000) + "4e"))
			.withMessageContaining("nests deeper than 500 levels");
		assertThatIllegalArgumentException().isThrownBy(() -> read("7b".repeat(100_000)))
			.withMessageContaining("nests deeper than 500 levels");
	}

	private static Object read(String hex) {
		return MarshalReader.read(HexFormat.of().parseHex(hex));
	}

	private static String littleEndian(int value) {
		return HexFormat.of().toHexDigits(Integer.reverseBytes(value));
	}

	private static List<String[]> samples() throws IOException {
		try (InputStream in = MarshalTest.class.getResourceAsStream("/marshal/samples.tsv")) {
			List<String[]> samples = new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines()
				.map((line) -> line.split("\t", -1))
				.toList();
			assertThat(samples).hasSize(597);
			return samples;
		}
	}

	/** As {@code samples.py} does. */
	static String render(Object value) {
		if (value instanceof Boolean bool) {
			return bool ? "True" : "False";
		}
		if (value instanceof Integer || value instanceof Long || value instanceof BigInteger) {
			return "i" + value;
		}
		if (value instanceof Number number) {
			return "d" + HexFormat.of().toHexDigits(Double.doubleToLongBits(number.doubleValue()));
		}
		if (value instanceof String text) {
			return "s"
					+ text.chars().mapToObj((c) -> HexFormat.of().toHexDigits((char) c)).collect(Collectors.joining());
		}
		if (value instanceof byte[] bytes) {
			return "b" + HexFormat.of().formatHex(bytes);
		}
		if (value instanceof Set<?> set) {
			return "<" + set.stream().map(MarshalTest::render).sorted().collect(Collectors.joining(",")) + ">";
		}
		if (value instanceof Collection<?> list) {
			return "[" + list.stream().map(MarshalTest::render).collect(Collectors.joining(",")) + "]";
		}
		if (value instanceof Map<?, ?> map) {
			return "{" + map.entrySet()
				.stream()
				.map((entry) -> render(entry.getKey()) + ":" + render(entry.getValue()))
				.collect(Collectors.joining(",")) + "}";
		}
		return (value != null) ? value.getClass().getName() : "None";
	}

}
