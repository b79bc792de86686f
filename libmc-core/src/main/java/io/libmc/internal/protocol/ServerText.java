package io.libmc.internal.protocol;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/**
 * What a server wrote, or who poses as one, on its way to people: in a message or a log
 * it must neither begin lines of its own nor steer a terminal nor turn the direction of
 * what is around it.
 */
public final class ServerText {

	/** How many causes are looked at. */
	private static final int CAUSES = 16;

	private ServerText() {
	}

	/** The text with all that is not to be seen written as it is in Java. */
	public static String escaped(@Nullable String text) {
		String shown = String.valueOf(text);
		return shown.codePoints().allMatch(ServerText::isVisible) ? shown : escape(shown);
	}

	private static String escape(String text) {
		StringBuilder escaped = new StringBuilder(text.length() + 16);
		text.codePoints().forEach((c) -> {
			if (isVisible(c)) {
				escaped.appendCodePoint(c);
				return;
			}
			switch (c) {
				case '\r' -> escaped.append("\\r");
				case '\n' -> escaped.append("\\n");
				case '\t' -> escaped.append("\\t");
				default -> {
					for (char unit : Character.toChars(c)) {
						escaped.append(String.format("\\u%04x", (int) unit));
					}
				}
			}
		});
		return escaped.toString();
	}

	private static boolean isVisible(int c) {
		return switch (Character.getType(c)) {
			case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
					Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED ->
				false;
			default -> true;
		};
	}

	/**
	 * An exception to give as a cause, which is printed with its own: the same, or one
	 * that says the same escaped.
	 */
	public static <T extends Throwable> Throwable escaped(T thrown) {
		Throwable each = thrown;
		for (int i = 0; each != null && i < CAUSES; i++) {
			String message = each.getMessage();
			if (message != null && !message.equals(escaped(message))) {
				return copy(thrown, CAUSES);
			}
			each = each.getCause();
		}
		return thrown;
	}

	private static Throwable copy(Throwable thrown, int depth) {
		Throwable cause = thrown.getCause();
		IOException copy = new IOException(escaped(thrown.toString()),
				(cause != null && depth > 0) ? copy(cause, depth - 1) : null);
		copy.setStackTrace(thrown.getStackTrace());
		return copy;
	}

}
