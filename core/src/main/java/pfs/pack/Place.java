package pfs.pack;

/**
 * Where a record is.
 *
 * @param kind the record's kind, see {@link RecordFormat}
 * @param pack the pack's number
 * @param offset bytes from the pack's beginning to the record's
 * @param length bytes of the whole record, its header among them
 */
public record Place(int kind, long pack, int offset, int length) {
    public Place {
        if (kind < 0 || kind > 255 || offset < 0 || length < 0) {
            throw new IllegalArgumentException(
                    "kind " + kind + ", offset " + offset + ", length " + length);
        }
    }
}
