package pfs.server.start;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;

/** Reads a certificate chain and a private key (PKCS #8, RFC 7468) into a key store in memory. */
final class Pem {
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    private Pem() {}

    /**
     * @throws IllegalArgumentException what is wrong with which file, and what to type
     */
    static KeyStore keyStore(Path certificate, Path key, char[] password) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, password);
            store.setKeyEntry("pfs", privateKey(key), password, chain(certificate));
            return store;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "--tls-cert " + certificate + " and --tls-key " + key + ": " + e.getMessage(),
                    e);
        }
    }

    private static Certificate[] chain(Path file) throws IOException, GeneralSecurityException {
        Collection<? extends Certificate> chain =
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("--tls-cert " + file + " holds no certificate");
        }
        return chain.toArray(Certificate[]::new);
    }

    private static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
        String text = Files.readString(file);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException(
                    "--tls-key "
                            + file
                            + " holds no key in PKCS #8; openssl pkcs8 -topk8 -nodes -in "
                            + file
                            + " makes one");
        }
        byte[] der = Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end));
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
        for (String algorithm : new String[] {"EC", "RSA", "EdDSA"}) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                // The next algorithm.
            }
        }
        throw new IllegalArgumentException("--tls-key " + file + " is neither EC, RSA nor EdDSA");
    }
}
