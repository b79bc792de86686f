package io.libmc.internal.connection;

import java.lang.System.Logger.Level;

import org.jspecify.annotations.Nullable;

/**
 * What the library logs, under its own name. Logging is the application's, and what it
 * throws is nobody's affair: it costs the line.
 */
public final class Log {

	private static final System.Logger LOGGER = System.getLogger("io.libmc");

	private Log() {
	}

	/** Logs a sentence that takes no thrown object along. */
	public static void log(Level level, String sentence) {
		log(level, sentence, null);
	}

	public static void log(Level level, String sentence, @Nullable Throwable thrown) {
		try {
			LOGGER.log(level, sentence, thrown);
		}
		catch (Throwable ex) {
			// there is nowhere left to tell it
		}
	}

}
