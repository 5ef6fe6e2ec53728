package pfs.object;

/**
 * Says that an answer needs a disk, to a caller that must not wait for one. There is one of it,
 * without a stack trace, since it is no mistake.
 */
public final class NotInMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public static final NotInMemoryException INSTANCE = new NotInMemoryException();

    private NotInMemoryException() {
        super("not in memory", null, false, false);
    }

    /** A reader that has nothing: what is asked of it is not in any cache. */
    public static ObjectReader reader() {
        return new ObjectReader() {
            @Override
            public byte[] read(ObjectId id, ObjectKind kind) {
                throw INSTANCE;
            }

            @Override
            public boolean contains(ObjectId id) {
                throw INSTANCE;
            }
        };
    }
}
