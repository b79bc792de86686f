package io.libmc.spring.autoconfigure;

import java.io.IOException;

import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;

/**
 * Docker, for the tests that need it; they are skipped where it is missing. The image is
 * {@code memcached:1.6}, or what the environment variable {@code LIBMC_TEST_IMAGE} names;
 * {@code none} there means that there is no image.
 */
final class Docker {

	private Docker() {
	}

	static String image() {
		return System.getenv().getOrDefault("LIBMC_TEST_IMAGE", "memcached:1.6");
	}

	static boolean isThere() {
		return !image().equals("none") && DockerClientFactory.instance().isDockerAvailable();
	}

	static boolean isThereWithCompose() throws InterruptedException {
		try {
			return isThere() && new ProcessBuilder("docker", "compose", "version").redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start()
				.waitFor() == 0;
		}
		catch (IOException ex) {
			return false;
		}
	}

	@SuppressWarnings("resource") // the caller's
	static GenericContainer<?> memcached() {
		return new GenericContainer<>(image()).withExposedPorts(11211);
	}

}
