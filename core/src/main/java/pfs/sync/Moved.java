package pfs.sync;

/**
 * What became of one ref.
 *
 * @param what in one word: new, moved, same or deleted
 */
public record Moved(Ref ref, What what) {
    /** An outcome. */
    public enum What {
        NEW,
        MOVED,
        SAME,
        DELETED
    }
}
