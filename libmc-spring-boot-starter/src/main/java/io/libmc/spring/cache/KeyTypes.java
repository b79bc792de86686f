package io.libmc.spring.cache;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.Buffer;
import java.nio.charset.Charset;
import java.util.Calendar;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SimpleTimeZone;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.util.MimeType;

/**
 * What identifies keys of the JDK's and Spring's types whose {@code toString()} does not:
 * it leaves out what their {@code equals} sees, says what that does not see, or depends
 * on the JDK and the time zone. Of those that are equal to their {@code toString()} most
 * often the text is that.
 */
@SuppressWarnings("JavaUtilDate")
final class KeyTypes {

	private static final Pattern ESCAPE = Pattern.compile("%[0-9a-fA-F]{2}");

	private KeyTypes() {
	}

	/**
	 * The texts that identify a key together, or {@code null} if its {@code toString()}
	 * does.
	 * @throws IllegalArgumentException if nothing that lasts does
	 */
	static @Nullable List<String> textsOf(Object key) {
		if (key instanceof Date date) {
			return List.of(isTimestamp(date.getClass()) ? date.toInstant().toString() : Long.toString(date.getTime()));
		}
		if (key instanceof Class<?> type) {
			return List.of(type.getName());
		}
		if (key instanceof URI uri) {
			return List.of(uri(uri));
		}
		if (key instanceof Locale locale) {
			return locale(locale);
		}
		if (key instanceof InetAddress address) {
			return List.of(address(address));
		}
		if (key instanceof InetSocketAddress address) {
			return List.of(socket(address));
		}
		if (key instanceof MimeType type) {
			return List.of(mimeType(type));
		}
		if (key instanceof Pattern pattern) {
			return (pattern.flags() == 0) ? List.of(pattern.pattern())
					: List.of(pattern.pattern(), Integer.toString(pattern.flags()));
		}
		if (key instanceof Calendar calendar) {
			return calendar(calendar);
		}
		if (key instanceof Buffer) {
			throw new IllegalArgumentException("A key of type " + key.getClass().getName()
					+ " changes when it is read: use an array, or a String, of what it holds");
		}
		return null;
	}

	/** Whether a text is that of one object in one process. */
	static boolean isOfOneProcess(Object key, String text) {
		return key instanceof Throwable || key instanceof Thread
				|| (text.indexOf('@') >= 0 && text.contains("@" + Integer.toHexString(System.identityHashCode(key))));
	}

	/** The milliseconds are not all of it. Not every application has the class. */
	private static boolean isTimestamp(Class<?> type) {
		return type.getName().equals("java.sql.Timestamp")
				|| (type.getSuperclass() != null && isTimestamp(type.getSuperclass()));
	}

	/** In schemes, hosts and escapes upper and lower case are the same. */
	private static String uri(URI uri) {
		StringBuilder text = new StringBuilder();
		if (uri.getScheme() != null) {
			text.append(uri.getScheme().toLowerCase(Locale.ROOT)).append(':');
		}
		if (uri.isOpaque()) {
			text.append(uri.getRawSchemeSpecificPart());
		}
		else {
			if (uri.getHost() != null) {
				text.append("//").append((uri.getRawUserInfo() != null) ? uri.getRawUserInfo() + "@" : "");
				text.append(uri.getHost().toLowerCase(Locale.ROOT));
				text.append((uri.getPort() >= 0) ? ":" + uri.getPort() : "");
			}
			else if (uri.getRawAuthority() != null) {
				text.append("//").append(uri.getRawAuthority());
			}
			text.append(uri.getRawPath()).append((uri.getRawQuery() != null) ? "?" + uri.getRawQuery() : "");
		}
		text.append((uri.getRawFragment() != null) ? "#" + uri.getRawFragment() : "");
		return (text.indexOf("%") < 0) ? text.toString()
				: ESCAPE.matcher(text).replaceAll((MatchResult escape) -> escape.group().toUpperCase(Locale.ROOT));
	}

	/** A text without language and country, or with odd ones, does not say all. */
	private static List<String> locale(Locale locale) {
		String places = locale.getLanguage() + locale.getCountry();
		boolean plain = (!places.isEmpty() && locale.getVariant().indexOf('#') < 0
				&& places.chars().allMatch(Character::isLetterOrDigit)) || locale.equals(Locale.ROOT);
		if (plain) {
			return List.of(locale.toString());
		}
		StringBuilder extensions = new StringBuilder();
		locale.getExtensionKeys().forEach((each) -> extensions.append(each).append(locale.getExtension(each)));
		return List.of(locale.getLanguage(), locale.getScript(), locale.getCountry(), locale.getVariant(),
				extensions.toString());
	}

	/** The same with a name and without one, and in whatever scope. */
	private static String address(InetAddress address) {
		String text = address.getHostAddress();
		int scope = text.indexOf('%');
		return "/" + ((scope < 0) ? text : text.substring(0, scope));
	}

	private static String socket(InetSocketAddress socket) {
		InetAddress address = socket.getAddress();
		String host = (address == null) ? socket.getHostString().toLowerCase(Locale.ROOT) + "/<unresolved>"
				: (address instanceof Inet6Address) ? "/[" + address(address).substring(1) + "]" : address(address);
		return host + ":" + socket.getPort();
	}

	/** In whatever order its parameters are, and however its character set is called. */
	private static String mimeType(MimeType type) {
		Map<String, String> parameters = new TreeMap<>();
		type.getParameters().forEach((name, value) -> parameters.put(name.toLowerCase(Locale.ROOT), value));
		Charset charset = type.getCharset();
		if (charset != null) {
			parameters.put("charset", charset.name());
		}
		StringBuilder text = new StringBuilder().append(type.getType()).append('/').append(type.getSubtype());
		parameters.forEach((name, value) -> text.append(';').append(name).append('=').append(value));
		return text.toString();
	}

	private static List<String> calendar(Calendar calendar) {
		TimeZone zone = calendar.getTimeZone();
		String weeks = calendar.getFirstDayOfWeek() + "," + calendar.getMinimalDaysInFirstWeek() + ","
				+ calendar.isLenient();
		return List.of(calendar.getTimeInMillis() + ((zone instanceof SimpleTimeZone) ? zone.toString() : zone.getID()),
				(calendar instanceof GregorianCalendar gregorian)
						? weeks + "," + gregorian.getGregorianChange().getTime() : weeks);
	}

}
