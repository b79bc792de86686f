package io.libmc.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Fails a test whose clients have left something behind: a thread, or a socket. For tests
 * that close everything they open.
 */
final class Leaks implements BeforeEachCallback, AfterEachCallback {

	private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(Leaks.class);

	@Override
	public void beforeEach(ExtensionContext context) {
		context.getStore(NAMESPACE).put("before", new Before(threads(), sockets()));
	}

	@Override
	public void afterEach(ExtensionContext context) {
		Before before = context.getStore(NAMESPACE).get("before", Before.class);
		Awaitility.await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
			assertThat(threads()).as("threads").isSubsetOf(before.threads());
			assertThat(sockets()).as("sockets").isSubsetOf(before.sockets());
		});
	}

	/** Those of clients. */
	private static Set<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("libmc-"))
			.collect(Collectors.toSet());
	}

	/** This process's, by inode. */
	static Set<String> sockets() {
		Path descriptors = Path.of("/proc/self/fd");
		if (!Files.isDirectory(descriptors)) {
			return Set.of();
		}
		try (Stream<Path> all = Files.list(descriptors)) {
			return all.map(Leaks::target).filter((target) -> target.startsWith("socket:")).collect(Collectors.toSet());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String target(Path descriptor) {
		try {
			return Files.readSymbolicLink(descriptor).toString();
		}
		catch (IOException ex) {
			return "closed meanwhile";
		}
	}

	private record Before(Set<Thread> threads, Set<String> sockets) {

	}

}
