package pfs.meta;

import java.util.List;
import java.util.Optional;

/**
 * Small ordered keys and values: refs, repos, runs, members. Never file data. Keys are up to 4 KiB
 * and ordered as unsigned bytes; values are up to 1 MiB. Thread-safe and linearizable; what {@link
 * #commit} answered is durable. Failures of the engine are a PfsException with STOPPED (its fate is
 * unknown: read it back).
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
     * Takes or renews a lease: true if {@code holder} has it from now on for {@code millis}. A
     * lease that ran out can be taken by anyone. The fencing token grows with each new holder.
     */
    Optional<Lease> lease(Key name, String holder, long millis);

    /** Gives a lease back; nothing happens if the holder has lost it. */
    void release(Lease lease);

    @Override
    void close();

    /** A held lease. */
    record Lease(Key name, String holder, long token) {}

    /** A value and a number that is another one after every change of that key; never 0. */
    record Versioned(Bytes value, long version) {}

    record Pair(Key key, Versioned value) {}
}
