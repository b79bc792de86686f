package io.libmc.spring.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Base64;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * TLS with Boot's SSL bundles, against a memcached that speaks it.
 */
class SslBundleTest {

	@TempDir
	static Path directory;

	@TempDir
	Path own;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class, LibmcAutoConfiguration.class))
		.withPropertyValues("libmc.poll-timeout=5s", "libmc.connect-timeout=2s", "libmc.retry-timeout=50ms",
				"libmc.ssl.bundle=memcached");

	@BeforeAll
	static void createCertificates() throws Exception {
		createCertificate("first");
		createCertificate("second");
	}

	@Test
	void theBundlesCertificateIsTrusted() {
		try (MemcachedServer server = start("first")) {
			trusting("first", server).run((context) -> {
				MemcachedClient client = context.getBean(MemcachedClient.class);
				client.set("k", "v");
				assertThat(client.<String>get("k")).isEqualTo("v");
			});
			trusting("second", server).run((context) -> assertThatExceptionOfType(MemcachedException.class)
				.isThrownBy(() -> context.getBean(MemcachedClient.class).get("k"))
				.withMessageContaining("TLS handshake failed"));
		}
	}

	@Test
	void aClusterHasABundleOfItsOwn() {
		try (MemcachedServer server = start("second")) {
			trusting("first", server)
				.withPropertyValues("libmc.clusters.sessions.servers=" + server.address(),
						"libmc.clusters.sessions.poll-timeout=5s", "libmc.clusters.sessions.connect-timeout=2s",
						"libmc.clusters.sessions.ssl.bundle=sessions",
						"spring.ssl.bundle.pem.sessions.truststore.certificate=" + certificate("second").toUri())
				.run((context) -> {
					assertThat(context.getBean("sessionsMemcachedClient", MemcachedClient.class).set("k", "v"))
						.isTrue();
					assertThatExceptionOfType(MemcachedException.class)
						.isThrownBy(() -> context.getBean(MemcachedClient.class).get("k"));
				});
		}
	}

	@Test
	void withoutABundleTheJdksCertificatesAreTrusted() {
		try (MemcachedServer server = start("first")) {
			this.runner
				.withPropertyValues("libmc.servers=" + server.address(), "libmc.ssl.enabled=true", "libmc.ssl.bundle=")
				.run((context) -> assertThatExceptionOfType(MemcachedException.class)
					.isThrownBy(() -> context.getBean(MemcachedClient.class).get("k"))
					.withMessageContaining("TLS handshake failed"));
		}
	}

	@Test
	void tlsCanBeSwitchedOffDespiteABundle() {
		try (MemcachedServer server = MemcachedServer.start()) {
			trusting("first", server).withPropertyValues("libmc.ssl.enabled=false")
				.run((context) -> assertThat(context.getBean(MemcachedClient.class).version()).hasSize(1));
		}
	}

	@Test
	void aReloadedBundleTakesEffectWithTheNextConnection() throws IOException {
		Path trusted = Files.copy(certificate("first"), this.own.resolve("trusted.crt"));
		try (MemcachedServer server = start("second")) {
			this.runner
				.withPropertyValues("libmc.servers=" + server.address(),
						"spring.ssl.bundle.pem.memcached.truststore.certificate=" + trusted.toUri(),
						"spring.ssl.bundle.pem.memcached.reload-on-update=true",
						"spring.ssl.bundle.watch.file.quiet-period=50ms")
				.run((context) -> {
					MemcachedClient client = context.getBean(MemcachedClient.class);
					assertThatExceptionOfType(MemcachedException.class).isThrownBy(() -> client.get("k"));
					Files.copy(certificate("second"), trusted, StandardCopyOption.REPLACE_EXISTING);
					await().atMost(Duration.ofSeconds(30))
						.ignoreExceptionsInstanceOf(MemcachedException.class)
						.until(() -> client.set("k", "v"));
				});
		}
	}

	@Test
	void aBundleThatAsksForWhatIsNotDoneIsRefused() {
		this.runner
			.withPropertyValues(
					"spring.ssl.bundle.pem.memcached.truststore.certificate=" + certificate("first").toUri(),
					"spring.ssl.bundle.pem.memcached.options.ciphers=TLS_AES_128_GCM_SHA256")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.hasMessageContaining("ciphers and enabled-protocols cannot be applied"));
	}

	private ApplicationContextRunner trusting(String name, MemcachedServer server) {
		return this.runner.withPropertyValues("libmc.servers=" + server.address(),
				"spring.ssl.bundle.pem.memcached.truststore.certificate=" + certificate(name).toUri());
	}

	private static MemcachedServer start(String name) {
		return MemcachedServer.start("-Z", "-o",
				"ssl_chain_cert=" + certificate(name) + ",ssl_key=" + directory.resolve(name + ".key"));
	}

	private static Path certificate(String name) {
		return directory.resolve(name + ".crt");
	}

	/** A key, and its self-signed certificate for 127.0.0.1, both in PEM. */
	private static void createCertificate(String name) throws Exception {
		Path store = directory.resolve(name + ".p12");
		Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
		Process process = new ProcessBuilder(keytool.toString(), "-genkeypair", "-alias", name, "-keyalg", "EC",
				"-dname", "CN=" + name, "-ext", "SAN=IP:127.0.0.1", "-validity", "2", "-keystore", store.toString(),
				"-storepass", "changeit")
			.redirectErrorStream(true)
			.redirectOutput(directory.resolve(name + ".log").toFile())
			.start();
		assertThat(process.waitFor()).as("exit status of keytool").isZero();
		write(store, name);
	}

	private static void write(Path store, String name) throws IOException, GeneralSecurityException {
		char[] password = "changeit".toCharArray();
		KeyStore keyStore = KeyStore.getInstance(store.toFile(), password);
		Key key = keyStore.getKey(name, password);
		Certificate certificate = keyStore.getCertificate(name);
		Files.writeString(directory.resolve(name + ".key"), pem("PRIVATE KEY", key.getEncoded()));
		Files.writeString(certificate(name), pem("CERTIFICATE", certificate.getEncoded()));
	}

	private static String pem(String type, byte[] content) {
		return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(content)
				+ "\n-----END " + type + "-----\n";
	}

}
