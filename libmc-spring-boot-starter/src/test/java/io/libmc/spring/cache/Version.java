package io.libmc.spring.cache;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A version of an application: classes of the package {@code acme} that are compiled when
 * they are needed, behind a class loader of their own.
 */
final class Version implements AutoCloseable {

	private static final Pattern NAME = Pattern.compile("(?:class|record|enum|interface) (\\w+)");

	private static final String IMPORTS = "package acme; import com.fasterxml.jackson.annotation.*; import java.io.Serializable; import java.math.*; import java.time.*; import java.util.*;\n";

	private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

	/** One for all, as to open it takes longer than to compile. */
	private static final StandardJavaFileManager FILES = COMPILER.getStandardFileManager(null, null, null);

	private final URLClassLoader classLoader;

	private Version(URLClassLoader classLoader) {
		this.classLoader = classLoader;
	}

	/**
	 * Compiles a version.
	 * @param directory an empty one
	 * @param sources of top-level classes, one each, without imports
	 */
	static Version of(Path directory, List<String> sources) {
		return of(directory, sources, "-parameters");
	}

	/** The same, without the names of parameters, as javac has it by itself. */
	static Version withoutParameterNames(Path directory, List<String> sources) {
		return of(directory, sources, "-nowarn");
	}

	private static Version of(Path directory, List<String> sources, String option) {
		StringWriter messages = new StringWriter();
		try {
			List<Path> paths = new ArrayList<>();
			for (String source : sources) {
				Matcher name = NAME.matcher(source);
				if (!name.find()) {
					throw new IllegalArgumentException(source);
				}
				paths.add(Files.writeString(directory.resolve(name.group(1) + ".java"), IMPORTS + source));
			}
			Iterable<? extends JavaFileObject> units = FILES.getJavaFileObjectsFromPaths(paths);
			List<String> options = List.of("-d", directory.toString(), "-proc:none", option, "-cp",
					JsonProperty.class.getProtectionDomain().getCodeSource().getLocation().getPath());
			if (!COMPILER.getTask(messages, FILES, null, options, null, units).call()) {
				throw new IllegalArgumentException(messages.toString());
			}
			return new Version(new URLClassLoader(new URL[] { url(directory) }, Version.class.getClassLoader()));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static URL url(Path directory) throws MalformedURLException {
		return directory.toUri().toURL();
	}

	ClassLoader classLoader() {
		return this.classLoader;
	}

	/** What {@code acme.Sample.value()} returns. */
	Object sample() throws ReflectiveOperationException {
		return Class.forName("acme.Sample", true, this.classLoader).getMethod("value").invoke(null);
	}

	@Override
	public void close() throws IOException {
		this.classLoader.close();
	}

}
