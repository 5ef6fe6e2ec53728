package pfs.pack;

import java.util.regex.Pattern;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/** The rule of blob names. */
public final class PackNames {
    /** Characters of a name. */
    public static final int MAX = 200;

    private static final Pattern NAME =
            Pattern.compile("[a-z0-9][a-z0-9.-]*(?:/[a-z0-9][a-z0-9.-]*)*");

    private PackNames() {}

    /** The name, if it is one: segments of {@code [a-z0-9][a-z0-9.-]*} joined by slashes. */
    public static String verify(String name) {
        if (name.length() > MAX) {
            throw new PfsException(
                    ErrorCode.INVALID_NAME,
                    "the blob's name has " + name.length() + " characters, limit " + MAX,
                    name);
        }
        if (!NAME.matcher(name).matches()) {
            throw new PfsException(
                    ErrorCode.INVALID_NAME, "'" + name + "' is not a blob's name", name);
        }
        return name;
    }
}
