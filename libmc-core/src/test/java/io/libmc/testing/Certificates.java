package io.libmc.testing;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
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
		try {
			SSLContext context = SSLContext.getInstance("TLS");
			context.init(null, trust(authority), null);
			return context;
		}
		catch (IOException | GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * The arguments with which memcached speaks TLS with clients of {@code client-ca}
	 * only.
	 * @param name the certificate's, such as {@code localhost}
	 * @return arguments for {@link MemcachedServer#start}
	 */
	public static String[] memcachedForKnownClients(String name) {
		String[] arguments = memcached(name);
		arguments[2] += ",ssl_verify_mode=2,ssl_ca_cert=" + file("client-ca.pem");
		return arguments;
	}

	/**
	 * What a client uses that trusts an authority and shows a certificate that
	 * {@code client-ca} has signed.
	 * @param authority {@code ca} or {@code other-ca}
	 * @return a new context
	 */
	public static SSLContext presenting(String authority) {
		char[] password = "changeit".toCharArray();
		try (InputStream p12 = Files.newInputStream(file("client.p12"))) {
			KeyStore own = KeyStore.getInstance("PKCS12");
			own.load(p12, password);
			KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
			keys.init(own, password);
			SSLContext context = SSLContext.getInstance("TLS");
			context.init(keys.getKeyManagers(), trust(authority), null);
			return context;
		}
		catch (IOException | GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * What a server in Java shows.
	 * @param name the certificate's, such as {@code localhost}
	 * @return a new context
	 */
	public static SSLContext serving(String name) {
		try (InputStream pem = Files.newInputStream(file(name + ".pem"))) {
			String encoded = Files.readString(file(name + ".key")).replaceAll("-----[A-Z ]+-----", "");
			KeyStore own = KeyStore.getInstance(KeyStore.getDefaultType());
			own.load(null, null);
			own.setKeyEntry(name,
					KeyFactory.getInstance("EC")
						.generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(encoded))),
					new char[0],
					CertificateFactory.getInstance("X.509").generateCertificates(pem).toArray(Certificate[]::new));
			KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
			keys.init(own, new char[0]);
			SSLContext context = SSLContext.getInstance("TLS");
			context.init(keys.getKeyManagers(), null, null);
			return context;
		}
		catch (IOException | GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static TrustManager[] trust(String authority) throws IOException, GeneralSecurityException {
		try (InputStream pem = Files.newInputStream(file(authority + ".pem"))) {
			KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
			trusted.load(null, null);
			trusted.setCertificateEntry(authority, CertificateFactory.getInstance("X.509").generateCertificate(pem));
			TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
			trust.init(trusted);
			return trust.getTrustManagers();
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
