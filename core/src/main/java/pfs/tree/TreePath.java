package pfs.tree;

import java.nio.charset.StandardCharsets;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/** The rules and the order of paths: UTF-8 names separated by slashes, with none at either end. */
public final class TreePath {
    /** Bytes of one name. */
    public static final int MAX_NAME = 255;

    /** Bytes of a path. */
    public static final int MAX_PATH = 4096;

    private TreePath() {}

    /**
     * Checks a path that a user gave; the root, "", is not a path of a file and is refused.
     *
     * @return the path
     * @throws PfsException INVALID_NAME, or OVER_LIMIT for a name or path too long
     */
    public static String verify(String path) {
        if (path.isEmpty()) {
            throw new PfsException(ErrorCode.INVALID_NAME, "the path is empty", path);
        }
        if (utf8Length(path) > MAX_PATH) {
            throw new PfsException(
                    ErrorCode.OVER_LIMIT,
                    "the path is " + utf8Length(path) + " bytes, limit " + MAX_PATH,
                    path);
        }
        int start = 0;
        while (start <= path.length()) {
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            verifyName(path, path.substring(start, end));
            start = end + 1;
        }
        return path;
    }

    private static void verifyName(String path, String name) {
        if (name.isEmpty()) {
            throw new PfsException(
                    ErrorCode.INVALID_NAME, "the path '" + path + "' has an empty segment", path);
        }
        if (name.equals(".") || name.equals("..")) {
            throw new PfsException(
                    ErrorCode.INVALID_NAME,
                    "the path '" + path + "' has the segment " + name,
                    path);
        }
        if (utf8Length(name) > MAX_NAME) {
            throw new PfsException(
                    ErrorCode.OVER_LIMIT,
                    "the segment '"
                            + name
                            + "' is "
                            + utf8Length(name)
                            + " bytes, limit "
                            + MAX_NAME,
                    path);
        }
        verifyCharacters(path, name);
    }

    private static void verifyCharacters(String path, String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (Character.isISOControl(c)) {
                throw new PfsException(
                        ErrorCode.INVALID_NAME,
                        String.format("the path has the control character U+%04X", (int) c),
                        path);
            }
            if (Character.isSurrogate(c)) {
                boolean pair =
                        Character.isHighSurrogate(c)
                                && i + 1 < name.length()
                                && Character.isLowSurrogate(name.charAt(i + 1));
                if (!pair) {
                    throw new PfsException(
                            ErrorCode.INVALID_NAME,
                            "the path is not Unicode: a lone surrogate",
                            path);
                }
                i++;
            }
        }
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** The path's directory; "" for a name in the root. */
    public static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    public static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** {@code directory/name}, or just the name in the root. */
    public static String join(String directory, String name) {
        return directory.isEmpty() ? name : directory + "/" + name;
    }

    /**
     * The order of all paths and keys: by unsigned UTF-8 bytes, which is by code points; Java's own
     * order differs where surrogates are.
     */
    public static int order(String a, String b) {
        int end = Math.min(a.length(), b.length());
        for (int i = 0; i < end; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean sx = Character.isSurrogate(x);
                boolean sy = Character.isSurrogate(y);
                return sx == sy ? x - y : sx ? 1 : -1;
            }
        }
        return a.length() - b.length();
    }
}
