package io.libmc.spring.cache;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;

import io.libmc.codec.EncodedValue;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application without lz4-java, which another one's entries reach.
 */
class WithoutLz4Test {

	@Test
	void anEntryIsAMissAndTheSettingIsRefusedWithWhatToAdd() throws Exception {
		ClassLoader loader = new WithoutLz4(getClass().getClassLoader());
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		thread.setContextClassLoader(loader);
		try {
			Object reader = loader.loadClass(Reader.class.getName()).getConstructor().newInstance();
			assertThat(((Callable<?>) reader).call()).asInstanceOf(InstanceOfAssertFactories.list(String.class))
				.hasSize(2)
				.allSatisfy((problem) -> assertThat(problem).contains("at.yawk.lz4:lz4-java"));
		}
		finally {
			thread.setContextClassLoader(before);
		}
	}

	/** Loads the starter anew, and no LZ4. */
	private static final class WithoutLz4 extends ClassLoader {

		WithoutLz4(ClassLoader parent) {
			super(parent);
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (name.startsWith("net.jpountz.")) {
				throw new ClassNotFoundException(name);
			}
			if (!name.startsWith("io.libmc.spring.") || findLoadedClass(name) != null) {
				return super.loadClass(name, resolve);
			}
			try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
				byte[] bytes = Objects.requireNonNull(in, name).readAllBytes();
				return defineClass(name, bytes, 0, bytes.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

	}

	/** What happens there. */
	public static final class Reader implements Callable<List<String>> {

		public Reader() {
		}

		@Override
		public List<String> call() {
			EntryFormat format = EntryFormat.jdk(Reader.class.getClassLoader(), List.of());
			byte[] item = new EncodedValue(Lz4.FLAG, new byte[] { 0, 0, 0, 9, 0x10, 'a' }).bytes();
			Entry entry = (Entry) new EntryTranscoder(format, Integer.MAX_VALUE, false).decode(Lz4.FLAG, item);
			try {
				LibmcCacheSettings unused = new LibmcCacheSettings().compression(Compression.LZ4, 1000);
				return List.of("no failure");
			}
			catch (IllegalArgumentException ex) {
				return List.of(String.valueOf(entry.problem()), String.valueOf(ex.getMessage()));
			}
		}

	}

}
