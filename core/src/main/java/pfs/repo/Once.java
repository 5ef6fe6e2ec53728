package pfs.repo;

import java.security.MessageDigest;
import pfs.object.ObjectId;

/**
 * An idempotency key, by which a caller asks that a change be made once however often he asks for
 * it: whoever comes again with the key and the same request gets the first one's answer, also after
 * a crash; with another request he is refused (KEY_REUSED). Kept for {@link #KEPT_HOURS} and as one
 * of the store's newest {@link #MOST_KEPT}. A request that was refused is not kept, for it has
 * changed nothing.
 *
 * @param key who asks, and the key that he gave, hashed
 * @param request all that the request says beside what is written, hashed
 */
public record Once(ObjectId key, ObjectId request) {
    /** Hours for which an answer is kept. */
    public static final int KEPT_HOURS = 24;

    /** Answers that are kept at most: the oldest goes first. About 300 bytes of memory each. */
    public static final int MOST_KEPT = 65_536;

    /** The same key in one repo: keys of different repos have nothing to do with each other. */
    Once in(long repo) {
        return new Once(hash(key, Long.toString(repo)), request);
    }

    /** The same key with a request that says more. */
    Once with(String detail) {
        return new Once(key, hash(request, detail));
    }

    private static ObjectId hash(ObjectId first, String second) {
        MessageDigest digest = ObjectId.sha256();
        digest.update(first.toBytes());
        digest.update(second.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return ObjectId.decode(digest.digest(), 0);
    }
}
