package io.libmc.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate that keytool makes, for servers and for clients. */
final class SelfSigned {

	private static final char[] PASSWORD = "changeit".toCharArray();

	private final KeyStore store;

	SelfSigned(Path directory) throws IOException, GeneralSecurityException, InterruptedException {
		Path file = directory.resolve("own.p12");
		String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
		Process made = new ProcessBuilder(keytool, "-genkeypair", "-keystore", file.toString(), "-storetype", "PKCS12",
				"-storepass", "changeit", "-alias", "own", "-keyalg", "EC", "-dname", "CN=localhost", "-ext",
				"san=ip:127.0.0.1,dns:localhost", "-validity", "2")
			.inheritIO()
			.start();
		if (made.waitFor() != 0) {
			throw new IllegalStateException("keytool failed");
		}
		this.store = KeyStore.getInstance("PKCS12");
		try (InputStream in = Files.newInputStream(file)) {
			this.store.load(in, PASSWORD);
		}
	}

	/** For both sides: shows the certificate and trusts it. */
	SSLContext context() throws GeneralSecurityException {
		KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
		keys.init(this.store, PASSWORD);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(keys.getKeyManagers(), trust().getTrustManagers(), null);
		return context;
	}

	/** For clients without a certificate. */
	SSLContext trusting() throws GeneralSecurityException, IOException {
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, trust().getTrustManagers(), null);
		return context;
	}

	private TrustManagerFactory trust() throws GeneralSecurityException {
		try {
			KeyStore trusted = KeyStore.getInstance("PKCS12");
			trusted.load(null, null);
			trusted.setCertificateEntry("own", this.store.getCertificate("own"));
			TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
			trust.init(trusted);
			return trust;
		}
		catch (IOException ex) {
			throw new GeneralSecurityException(ex);
		}
	}

	Path certificate(Path directory) throws IOException, GeneralSecurityException {
		return pem(directory.resolve("own.pem"), "CERTIFICATE", this.store.getCertificate("own").getEncoded());
	}

	Path key(Path directory) throws IOException, GeneralSecurityException {
		Key key = this.store.getKey("own", PASSWORD);
		return pem(directory.resolve("own.key"), "PRIVATE KEY", key.getEncoded());
	}

	private static Path pem(Path file, String kind, byte[] content) throws IOException {
		return Files.writeString(file, "-----BEGIN " + kind + "-----\n"
				+ Base64.getMimeEncoder().encodeToString(content) + "\n-----END " + kind + "-----\n");
	}

}
