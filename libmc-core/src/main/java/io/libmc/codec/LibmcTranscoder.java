package io.libmc.codec;

import java.io.ObjectInputFilter;
import java.io.Serializable;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * libmc's own value format, which Python reads and writes as well.
 *
 * <table border="1">
 * <caption>What Java stores, and what it gets back</caption>
 * <tr>
 * <th>stored by Java</th>
 * <th>read by Python</th>
 * <th>read by Java</th>
 * <th>flags</th>
 * </tr>
 * <tr>
 * <td>{@code byte[]}</td>
 * <td>{@code bytes}</td>
 * <td>{@code byte[]}</td>
 * <td>0</td>
 * </tr>
 * <tr>
 * <td>{@code Byte}, {@code Short}, {@code Integer}, {@code Long}, {@code BigInteger}</td>
 * <td>{@code int}</td>
 * <td>{@code Long}, or {@code BigInteger} if it does not fit</td>
 * <td>4; 2 is read, too</td>
 * </tr>
 * <tr>
 * <td>{@code Boolean}</td>
 * <td>{@code bool}</td>
 * <td>{@code Boolean}</td>
 * <td>8</td>
 * </tr>
 * <tr>
 * <td>{@code String}</td>
 * <td>{@code str}</td>
 * <td>{@code String}</td>
 * <td>32</td>
 * </tr>
 * <tr>
 * <td>{@code Double}, {@code Float}</td>
 * <td>{@code float}</td>
 * <td>{@code Double}</td>
 * <td>32</td>
 * </tr>
 * <tr>
 * <td>{@code List}</td>
 * <td>{@code list}</td>
 * <td>{@code ArrayList}</td>
 * <td>32</td>
 * </tr>
 * <tr>
 * <td>{@code Map}</td>
 * <td>{@code dict}</td>
 * <td>{@code LinkedHashMap}</td>
 * <td>32</td>
 * </tr>
 * <tr>
 * <td>{@code Set}</td>
 * <td>{@code set}</td>
 * <td>{@code LinkedHashSet}</td>
 * <td>32</td>
 * </tr>
 * <tr>
 * <td>any other {@link Serializable}, see {@link #create(ObjectInputFilter)}</td>
 * <td>unreadable</td>
 * <td>the same class</td>
 * <td>256</td>
 * </tr>
 * </table>
 *
 * <p>
 * Containers hold any of these but the last, nested up to 500 levels, and {@code null},
 * which is Python's {@code None}. Python's {@code tuple} is read as a {@code List} and
 * its {@code frozenset} as a {@code Set}; in turn, a list or set that is a map's key or a
 * set's element is written as a tuple or frozenset, as Python takes no other there. A
 * {@code byte[]} in such a place is found by identity only, as arrays are in Java.
 * <p>
 * Keys of a map and elements of a set that differ in Java but would be one once they are
 * read are refused, or go by Java serialization where that is on: {@code 1} and
 * {@code 1L}, {@code 0.5f} and {@code 0.5}, lists or sets of such, and equal ones of a
 * collection that compares by identity or by a comparator. Python, moreover, takes
 * {@code 1}, {@code 1.0} and {@code True} for one, and equal {@code bytes}.
 * <p>
 * Refused with an {@link IllegalArgumentException} are values of any other class when
 * written, and when read Python's pickles (flag 1), complex numbers, code objects and
 * {@code Ellipsis}. Whatever the bytes, reading them costs no more than a
 * {@link DecodingBudget}, and a value that costs more is refused when it is written.
 *
 * @since 0.1.0
 */
public final class LibmcTranscoder implements Transcoder {

	/** For values that need none, so that they share it. */
	private static final DecodingBudget UNSPENT = DecodingBudget.of(0);

	private static final int BYTES = 0;

	private static final int PICKLE = 1;

	private static final int INTEGER = 2;

	private static final int LONG = 4;

	private static final int BOOLEAN = 8;

	private static final int MARSHAL = 32;

	private static final int SERIALIZED = 256;

	/** Python, too, refuses longer numbers: reading them takes quadratic time. */
	private static final int MAX_DIGITS = 4300;

	/** So many have the longest of them; to count the digits of more may take minutes. */
	private static final int MAX_BITS = BigInteger.TEN.pow(MAX_DIGITS).bitLength();

	private static final int MAX_BYTES = Integer.MAX_VALUE - 8;

	/** So few cannot hold keys enough to take long. */
	private static final int FEW_BYTES = 4096;

	private final @Nullable JavaSerialization serialization;

	private LibmcTranscoder(@Nullable JavaSerialization serialization) {
		this.serialization = serialization;
	}

	/**
	 * Creates a transcoder for the values that Java and Python share. It neither writes
	 * nor reads Java serialization.
	 * @return a transcoder
	 */
	public static LibmcTranscoder create() {
		return new LibmcTranscoder(null);
	}

	/**
	 * Creates a transcoder that stores every other {@link Serializable} by Java
	 * serialization, which other languages cannot read. A list, map or set goes that way
	 * as a whole when something in it does.
	 * @param filter asked for every class that is read, and for what an array holds
	 * before the array's class is made; one that it does not allow is refused, undecided
	 * or not. For example
	 * {@code ObjectInputFilter.Config.createFilter("com.example.model.*;java.base/*;!*")}
	 * @return a transcoder
	 */
	public static LibmcTranscoder create(ObjectInputFilter filter) {
		return new LibmcTranscoder(new JavaSerialization(filter));
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * The value may take up to 2 GiB.
	 */
	@Override
	public EncodedValue encode(Object value) {
		return encodeUpTo(MAX_BYTES, value);
	}

	@Override
	public @Nullable EncodedValue encode(Object value, int maxBytes) {
		try {
			return encodeUpTo(maxBytes, value);
		}
		catch (ValueTooLongException ex) {
			return null;
		}
	}

	private EncodedValue encodeUpTo(int maxBytes, Object value) {
		Objects.requireNonNull(value, "value");
		if (value instanceof byte[] bytes) {
			return new EncodedValue(BYTES, bytes);
		}
		if (value instanceof Boolean bool) {
			return new EncodedValue(BOOLEAN, new byte[] { (byte) (bool ? '1' : '0') });
		}
		if (value instanceof BigInteger integer && integer.bitLength() > MAX_BITS) {
			throw new IllegalArgumentException("an integer of " + integer.bitLength() + " bits is too long, "
					+ MAX_DIGITS + " digits are allowed; store its bytes instead");
		}
		if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte
				|| value instanceof BigInteger) {
			return new EncodedValue(LONG, decimal(value.toString()));
		}
		if (this.serialization != null && value instanceof Serializable serializable) {
			return encodeUpTo(maxBytes, serializable, this.serialization);
		}
		return new EncodedValue(MARSHAL, MarshalWriter.write(value, maxBytes));
	}

	private static EncodedValue encodeUpTo(int maxBytes, Serializable value, JavaSerialization serialization) {
		if (value instanceof String || value instanceof Number || value instanceof Collection || value instanceof Map) {
			try {
				return new EncodedValue(MARSHAL, MarshalWriter.write(value, maxBytes));
			}
			catch (IllegalArgumentException ex) {
				return new EncodedValue(SERIALIZED, serialization.write(value, maxBytes));
			}
		}
		return new EncodedValue(SERIALIZED, serialization.write(value, maxBytes));
	}

	/**
	 * Whether these are the flags of bytes, an integer or a boolean: decoding such a
	 * value needs no budget.
	 * @param flags the item's flags
	 * @return {@code false} for all others, compressed ones among them
	 */
	public static boolean isSimple(int flags) {
		return flags == BYTES || flags == INTEGER || flags == LONG || flags == BOOLEAN;
	}

	/**
	 * {@inheritDoc}
	 * <p>
	 * The budget is that of a client which takes values of up to 10,000,000 bytes.
	 */
	@Override
	public @Nullable Object decode(int flags, byte[] bytes) {
		return decode(flags, bytes, isSimple(flags) ? UNSPENT : DecodingBudget.of(bytes.length));
	}

	@Override
	public @Nullable Object decode(int flags, byte[] bytes, DecodingBudget budget) {
		return switch (flags) {
			case BYTES -> bytes;
			case INTEGER, LONG -> integer(bytes);
			case BOOLEAN -> !integer(bytes).equals(0L);
			case MARSHAL -> MarshalReader.read(bytes, budget);
			case SERIALIZED -> deserialize(bytes, budget);
			case PICKLE ->
				throw new IllegalArgumentException("the value is a Python pickle, which only Python can read; "
						+ "have Python store bytes, str, int, float, bool, list, tuple, dict or set instead");
			default -> throw new IllegalArgumentException("the value has the flags " + Integer.toUnsignedString(flags)
					+ ", which libmc does not know: another client wrote it; read it with getRaw, or give the client a "
					+ "Transcoder that knows them");
		};
	}

	@Override
	public void check(EncodedValue encoded, DecodingBudget budget) {
		if (encoded.flags() == SERIALIZED) {
			budget.judgeSerialized(encoded.bytes(), 0);
		}
		else if (encoded.flags() == MARSHAL && mayBeCostly(encoded.bytes(), budget)) {
			MarshalReader.read(encoded.bytes(), budget);
		}
	}

	/** Few values are, and those are read to see. */
	private static boolean mayBeCostly(byte[] marshal, DecodingBudget budget) {
		return !budget.isAmpleFor(marshal.length)
				|| (marshal.length > FEW_BYTES && MarshalWriter.holdsContainersAsKeys(marshal));
	}

	private @Nullable Object deserialize(byte[] bytes, DecodingBudget budget) {
		if (this.serialization == null) {
			throw new IllegalArgumentException("the value was written by Java serialization, which is off; "
					+ "allow its class with LibmcTranscoder.create(ObjectInputFilter)");
		}
		return this.serialization.read(bytes, budget);
	}

	private static byte[] decimal(String digits) {
		if (digits.length() > MAX_DIGITS) {
			throw new IllegalArgumentException("an integer of " + digits.length() + " digits is too long, " + MAX_DIGITS
					+ " are allowed; store its bytes instead");
		}
		return digits.getBytes(StandardCharsets.ISO_8859_1);
	}

	/** memcached pads what it decrements to fewer digits: 10 less 1 is {@code "9 "}. */
	private static Number integer(byte[] bytes) {
		String text = new String(bytes, StandardCharsets.ISO_8859_1).strip();
		int start = (text.startsWith("-") || text.startsWith("+")) ? 1 : 0;
		if (text.length() == start || text.length() > MAX_DIGITS
				|| !text.chars().skip(start).allMatch((c) -> c >= '0' && c <= '9')) {
			throw new IllegalArgumentException("the value is no decimal number although its flags say so");
		}
		return (text.length() <= 18) ? (Number) Long.valueOf(text) : MarshalReader.narrow(new BigInteger(text));
	}

}
