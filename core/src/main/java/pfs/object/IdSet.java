package pfs.object;

/** A set of ids that only grows. Thread-safe. */
public interface IdSet extends AutoCloseable {
    /** Adds an id; false if it was there. */
    boolean add(ObjectId id);

    boolean contains(ObjectId id);

    /** Ids in it. */
    long size();

    /** Forgets all. */
    @Override
    void close();
}
