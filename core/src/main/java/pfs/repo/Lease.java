package pfs.repo;

/**
 * Held from before the first object is stored or looked for until a ref, an edit or a memo names
 * it: garbage collection takes nothing that its holder may be about to name.
 */
public interface Lease extends AutoCloseable {
    @Override
    void close();
}
