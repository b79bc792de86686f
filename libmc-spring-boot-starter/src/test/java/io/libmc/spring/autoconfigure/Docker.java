package io.libmc.spring.autoconfigure;

import java.io.IOException;
import java.lang.System.Logger.Level;

import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.RemoteDockerImage;
import org.testcontainers.utility.DockerImageName;

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

	/**
	 * Whether containers of the image can be had: a daemon that can pull nothing cannot.
	 */
	static boolean isThere() {
		if (image().equals("none")) {
			return false;
		}
		try {
			if (DockerClientFactory.instance().isDockerAvailable()) {
				return !new RemoteDockerImage(DockerImageName.parse(image())).get().isEmpty();
			}
		}
		catch (RuntimeException ex) {
			System.getLogger(Docker.class.getName()).log(Level.INFO, "no container can be had here", ex);
		}
		return false;
	}

	/** Boot takes Compose as a plugin, or else as a program of its own. */
	static boolean isThereWithCompose() throws InterruptedException {
		return isThere() && (runs("docker", "compose", "version") || runs("docker-compose", "version"));
	}

	private static boolean runs(String... command) throws InterruptedException {
		try {
			return new ProcessBuilder(command).redirectErrorStream(true)
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
