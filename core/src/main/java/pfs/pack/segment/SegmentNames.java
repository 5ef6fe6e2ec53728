package pfs.pack.segment;

import java.util.OptionalLong;

/**
 * Names of the blobs that a pack consists of.
 *
 * <pre>
 * NAME/begun      the pack is there
 * NAME/HEX8       a segment; its name is the place in the pack at which it begins
 * NAME/finished   how many bytes of the segments are the pack's
 * </pre>
 */
final class SegmentNames {
    private static final int DIGITS = 8;
    private static final String BEGUN = "/begun";

    private SegmentNames() {}

    static String begun(String name) {
        return name + BEGUN;
    }

    static String finished(String name) {
        return name + "/finished";
    }

    static String segment(String name, long offset) {
        return String.format("%s/%08x", name, offset);
    }

    /** Where a segment of the pack begins; empty if the blob is none. */
    static OptionalLong offset(String name, String blob) {
        int digits = name.length() + 1;
        if (blob.length() != digits + DIGITS) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(blob, digits, blob.length(), 16));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** True if the blob says that a pack was begun. */
    static boolean isBegun(String blob) {
        return blob.endsWith(BEGUN);
    }

    /** The pack of a blob; the blob's own name if it is no part of one. */
    static String pack(String blob) {
        int slash = blob.lastIndexOf('/');
        if (slash < 0) {
            return blob;
        }
        String name = blob.substring(0, slash);
        boolean part =
                isBegun(blob) || blob.equals(finished(name)) || offset(name, blob).isPresent();
        return part ? name : blob;
    }
}
