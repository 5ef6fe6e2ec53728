package pfs.server.shared;

import java.util.List;
import java.util.Locale;
import pfs.meta.Bytes;

/**
 * A server of the cluster, as it describes itself.
 *
 * @param id of this start of it
 * @param url where the others reach it
 * @param since when it started, ms since 1970 by its own clock
 * @param load the machine's load average
 * @param role leader or follower
 */
record Member(String id, String url, String version, long since, double load, String role) {
    private static final int FIELDS = 6;

    /** One line of fields, which hold no tabs. */
    Bytes encode() {
        return Bytes.of(
                String.join(
                        "\t",
                        List.of(
                                id,
                                url,
                                version,
                                Long.toString(since),
                                String.format(Locale.ROOT, "%.2f", load),
                                role)));
    }

    /**
     * @throws IllegalArgumentException if it is none
     */
    static Member decode(Bytes bytes) {
        String[] fields = bytes.text().split("\t", -1);
        if (fields.length != FIELDS) {
            throw new IllegalArgumentException(fields.length + " fields of a member");
        }
        return new Member(
                fields[0],
                fields[1],
                fields[2],
                Long.parseLong(fields[3]),
                Double.parseDouble(fields[4]),
                fields[5]);
    }
}
