package io.libmc.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

import org.jspecify.annotations.Nullable;

/**
 * Keys and certificates in files, as memcached takes them.
 */
final class Pem {

	private Pem() {
	}

	/**
	 * What a server uses.
	 * @param authority whose clients are trusted; null for nobody's
	 */
	static SSLContext context(Path chain, Path key, @Nullable Path authority)
			throws IOException, GeneralSecurityException {
		Certificate[] certificates = certificates(chain).toArray(Certificate[]::new);
		if (certificates.length == 0) {
			throw new GeneralSecurityException("there is no certificate in " + chain);
		}
		KeyStore own = emptyStore();
		own.setKeyEntry("server", key(key, certificates[0].getPublicKey().getAlgorithm()), new char[0], certificates);
		KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
		keys.init(own, new char[0]);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(keys.getKeyManagers(), (authority != null) ? trust(authority) : null, null);
		return context;
	}

	private static TrustManager[] trust(Path authority) throws IOException, GeneralSecurityException {
		KeyStore trusted = emptyStore();
		int number = 0;
		for (Certificate certificate : certificates(authority)) {
			trusted.setCertificateEntry("authority-" + number++, certificate);
		}
		TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trust.init(trusted);
		return trust.getTrustManagers();
	}

	private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
		KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
		store.load(null, null);
		return store;
	}

	private static Collection<? extends Certificate> certificates(Path file)
			throws IOException, GeneralSecurityException {
		try (InputStream pem = Files.newInputStream(file)) {
			return CertificateFactory.getInstance("X.509").generateCertificates(pem);
		}
	}

	private static PrivateKey key(Path file, String algorithm) throws IOException, GeneralSecurityException {
		String encoded = Files.readString(file).replaceAll("-----[A-Z ]+-----", "");
		return KeyFactory.getInstance(algorithm)
			.generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(encoded)));
	}

}
