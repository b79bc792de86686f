package io.libmc.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The recorded output of the real libmc that lies in {@code vectors/}.
 */
public final class Vectors {

	private Vectors() {
	}

	/**
	 * Reads a file whole.
	 * @param file such as {@code server-lists.json}
	 * @return its text
	 */
	public static String text(String file) {
		try (InputStream in = Vectors.class.getResourceAsStream("/vectors/" + file)) {
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Reads a table.
	 * @param file such as {@code routing.tsv}
	 * @return its rows with its head, each split into columns
	 */
	public static List<String[]> rows(String file) {
		return text(file).lines().map((line) -> line.split("\t", -1)).toList();
	}

}
