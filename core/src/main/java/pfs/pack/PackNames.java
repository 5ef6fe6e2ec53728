package pfs.pack;

import pfs.error.ErrorCode;
import pfs.error.PfsException;

/** The rule of blob names. */
public final class PackNames {
    /** Characters of a name. */
    public static final int MAX = 200;

    private PackNames() {}

    /** The name, if it is one: segments of {@code [a-z0-9][a-z0-9.-]*} joined by slashes. */
    public static String verify(String name) {
        if (name.length() > MAX) {
            throw new PfsException(
                    ErrorCode.INVALID_NAME,
                    "the blob's name has " + name.length() + " characters, limit " + MAX,
                    name);
        }
        if (!isName(name)) {
            throw new PfsException(
                    ErrorCode.INVALID_NAME, "'" + name + "' is not a blob's name", name);
        }
        return name;
    }

    /** The name up to its first slash, with it; a name without one as it is. */
    public static String top(String name) {
        return name.substring(0, name.indexOf('/') < 0 ? name.length() : name.indexOf('/') + 1);
    }

    /** What comes before all names that have another top, and not before those of this one. */
    public static String behind(String top) {
        return top.endsWith("/") ? top + "~" : top;
    }

    /** Asked for each read of a pack. */
    private static boolean isName(String name) {
        boolean begins = true;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            if (!plain && (begins || (c != '.' && c != '-' && c != '/'))) {
                return false;
            }
            begins = c == '/';
        }
        return !begins;
    }
}
