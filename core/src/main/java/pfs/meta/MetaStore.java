package pfs.meta;

import java.util.List;
import java.util.Optional;

/**
 * Small ordered keys and values: refs, repos, runs, members. Never file data. Keys are up to 4 KiB
 * and ordered as unsigned bytes; values are up to 1 MiB. Thread-safe and linearizable; what {@link
 * #commit} answered is durable. Failures of the engine are a PfsException with STOPPED, or with
 * ENGINE_UNAVAILABLE if it may come back; the fate of what was called is unknown: read it back.
 */
public interface MetaStore extends AutoCloseable {
    /** The value now, with its version; empty when there is none. */
    Optional<Versioned> get(Key key);

    /**
     * The next pairs of keys that begin with {@code prefix} and come after {@code after}, in order.
     */
    List<Pair> scan(Key prefix, Key after, int limit);

    /**
     * The greatest pair with a key that begins with {@code prefix} and is at most {@code atMost}.
     */
    Optional<Pair> floor(Key prefix, Key atMost);

    /** Applies the whole batch, or nothing when one of its conditions does not hold. */
    boolean commit(Batch batch);

    /**
     * Takes or renews a lease: {@code holder} has it from now on for at least {@code millis}; empty
     * if another holds it. A lease that ran out can be taken by anyone. A renewal keeps the fencing
     * token; whoever takes the lease after it ran out or was given back gets a greater one, the
     * same holder too. The engine's clock counts, not the caller's; {@link Candidacy} says until
     * when a holder may believe in it. When this fails the lease may have been taken: ask again,
     * under the same holder.
     */
    Optional<Lease> lease(Key name, String holder, long millis);

    /** The lease as somebody holds it now; empty if nobody does. */
    Optional<Lease> holder(Key name);

    /** Gives a lease back; nothing happens if the holder has lost it. */
    void release(Lease lease);

    /**
     * Reads all that the engine itself keeps, and compares checksums; an engine elsewhere sees to
     * that by itself. Beside everything else.
     *
     * @return what is damaged; empty if all is whole
     */
    default Optional<String> damage() {
        return Optional.empty();
    }

    @Override
    void close();

    /**
     * A held lease.
     *
     * @param holder who has it: a name that no two processes share, such as an address with a
     *     random part
     * @param token the fencing number, at least 1: greater than that of every earlier holder
     */
    record Lease(Key name, String holder, long token) {}

    /** A value and a number that is another one after every change of that key; never 0. */
    record Versioned(Bytes value, long version) {}

    record Pair(Key key, Versioned value) {}
}
