package pfs.server.files;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.eclipse.jetty.http.HttpFields;
import pfs.server.http.Refusal;

/**
 * The checksums that came with a body: Content-MD5 (RFC 1864) and Content-Digest (RFC 9530;
 * sha-256, sha-512 and md5, others are passed over). Not thread-safe.
 */
final class Digests {
    private final List<Expected> expected = new ArrayList<>(0);

    private record Expected(String name, MessageDigest digest, byte[] wanted) {}

    static Digests of(HttpFields headers) {
        Digests digests = new Digests();
        String md5 = headers.get("Content-MD5");
        if (md5 != null) {
            digests.expect("Content-MD5", "MD5", md5.strip());
        }
        String list = headers.get("Content-Digest");
        if (list != null) {
            digests.parse(String.join(",", headers.getValuesList("Content-Digest")));
        }
        return digests;
    }

    private void parse(String list) {
        for (String item : list.split(",")) {
            int equals = item.indexOf('=');
            String name = equals < 0 ? "" : item.substring(0, equals).strip();
            String value = equals < 0 ? "" : item.substring(equals + 1).strip();
            if (name.isEmpty()
                    || value.length() < 2
                    || !value.startsWith(":")
                    || !value.endsWith(":")) {
                throw Refusal.invalid(
                        "Content-Digest is '" + list + "'; it is written sha-256=:BASE64:");
            }
            String bytes = value.substring(1, value.length() - 1);
            switch (name.toLowerCase(Locale.ROOT)) {
                case "sha-256" -> expect("Content-Digest sha-256", "SHA-256", bytes);
                case "sha-512" -> expect("Content-Digest sha-512", "SHA-512", bytes);
                case "md5" -> expect("Content-Digest md5", "MD5", bytes);
                default -> {
                    // An algorithm that is not checked here, as RFC 9530 allows.
                }
            }
        }
    }

    private void expect(String name, String algorithm, String base64) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            byte[] wanted = Base64.getDecoder().decode(base64);
            if (wanted.length != digest.getDigestLength()) {
                throw Refusal.invalid(
                        name + " has " + wanted.length + " bytes, not " + digest.getDigestLength());
            }
            expected.add(new Expected(name, digest, wanted));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        } catch (IllegalArgumentException e) {
            throw Refusal.invalid(name + " is not base64: '" + base64 + "'");
        }
    }

    /** Takes a piece of the body; the buffer's position stays. */
    void update(ByteBuffer piece) {
        for (Expected one : expected) {
            one.digest.update(piece.duplicate());
        }
    }

    /** Refuses a body that is not what its sender meant: 400. */
    void verify() {
        for (Expected one : expected) {
            byte[] found = one.digest.digest();
            if (!MessageDigest.isEqual(found, one.wanted)) {
                throw Refusal.invalid(
                        "the body does not match its "
                                + one.name
                                + ": it is "
                                + Base64.getEncoder().encodeToString(found)
                                + ", announced was "
                                + Base64.getEncoder().encodeToString(one.wanted)
                                + "; nothing was stored");
            }
        }
    }
}
