package io.libmc.embedded;

import java.util.ArrayList;
import java.util.List;

/**
 * What a meta command wants to hear again that its line says, in its order, for when the
 * line is gone.
 */
final class MetaEcho {

	private final List<String> wishes = new ArrayList<>();

	MetaEcho(CommandLine line, int from) {
		for (int i = from; i < line.count(); i++) {
			switch (line.first(i)) {
				case 'O', 'k', 'c', 's' -> this.wishes.add(line.text(i));
				default -> {
				}
			}
		}
	}

	/** Answers a command that stores. */
	void put(Output out, Storing storing, boolean tellsSize) {
		for (String wish : this.wishes) {
			switch (wish.charAt(0)) {
				case 'O' -> out.put(' ').put(wish);
				case 'k' -> putKey(out, storing.key, storing.binaryKey);
				case 'c' -> out.put(" c").putUnsigned(storing.storedCas());
				case 's' -> {
					if (tellsSize) {
						out.put(" s").put(storing.storedLength());
					}
				}
				default -> {
				}
			}
		}
	}

	static void putKey(Output out, String key, boolean binary) {
		out.put(" k");
		if (binary) {
			out.put(BinaryKey.encode(key)).put(" b");
		}
		else {
			out.put(key);
		}
	}

}
