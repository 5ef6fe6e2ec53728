package pfs.jobs.split;

/** Where records of text end. */
final class RecordEnds {
    /** Bytes in front of a position that decide whether a record ends there. */
    static final int LOOK_BEHIND = 3;

    private RecordEnds() {}

    /** The first position from {@code from} on that is behind a line feed; -1 if none. */
    static int line(byte[] bytes, int from) {
        for (int end = from; end <= bytes.length; end++) {
            if (bytes[end - 1] == '\n') {
                return end;
            }
        }
        return -1;
    }

    /** The first position from {@code from} on that is behind an empty line; -1 if none. */
    static int blankLine(byte[] bytes, int from) {
        for (int end = from; end <= bytes.length; end++) {
            if (bytes[end - 1] == '\n'
                    && (bytes[end - 2] == '\n'
                            || bytes[end - 2] == '\r' && bytes[end - 3] == '\n')) {
                return end;
            }
        }
        return -1;
    }
}
