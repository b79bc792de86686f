package io.libmc.testing;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * The certificates that lie in {@code tls/}, as memcached and as Java takes them.
 */
public final class Certificates {

	private Certificates() {
	}

	/**
	 * The arguments with which memcached speaks TLS.
	 * @param name the certificate's, such as {@code localhost}
	 * @return arguments for {@link MemcachedServer#start}
	 */
	public static String[] memcached(String name) {
		return new String[] { "-Z", "-o", "ssl_chain_cert=" + file(name + ".pem") + ",ssl_key=" + file(name + ".key") };
	}

	/**
	 * What a client that trusts an authority uses.
	 * @param authority {@code ca} or {@code other-ca}
	 * @return a new context
	 */
	public static SSLContext trusting(String authority) {
		try (InputStream pem = Files.newInputStream(file(authority + ".pem"))) {
			KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
			trusted.load(null, null);
			trusted.setCertificateEntry(authority, CertificateFactory.getInstance("X.509").generateCertificate(pem));
			TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
			trust.init(trusted);
			SSLContext context = SSLContext.getInstance("TLS");
			context.init(null, trust.getTrustManagers(), null);
			return context;
		}
		catch (IOException | GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Path file(String name) {
		try {
			return Path.of(Certificates.class.getResource("/tls/" + name).toURI());
		}
		catch (URISyntaxException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
