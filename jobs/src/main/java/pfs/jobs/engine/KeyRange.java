package pfs.jobs.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import pfs.object.ObjectId;

/**
 * The records of a range of keys, in the form in which they are sent: a whole batch, or the values
 * of each group.
 *
 * @param identity determines its records: equal identities are equal records
 * @param groups the groups with their places in the body; empty for a batch
 */
record KeyRange(
        ObjectId identity,
        Spool body,
        List<Group> groups,
        byte[] firstKey,
        byte[] lastKey,
        long records,
        boolean endsPart) {
    /** The values of one key are the bytes of the body from {@code from} to {@code to}. */
    record Group(byte[] key, long from, long to) {}

    KeyRange {
        groups = new ArrayList<>(groups);
    }

    void close() throws IOException {
        body.close();
    }

    /** For messages: {@code keys 'a' to 'b'}. */
    String shown() {
        return "keys '" + shown(firstKey) + "' to '" + shown(lastKey) + "'";
    }

    static String shown(byte[] key) {
        String text =
                new String(
                        key, 0, Math.min(key.length, 60), java.nio.charset.StandardCharsets.UTF_8);
        return key.length > 60 ? text + "…" : text;
    }
}
