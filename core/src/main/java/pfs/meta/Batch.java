package pfs.meta;

import java.util.ArrayList;
import java.util.List;

/** Conditions and changes that {@link MetaStore#commit} applies as one. Not thread-safe. */
public final class Batch {
    /** The version of a key that is not there. */
    public static final long ABSENT = 0;

    /** The key must have this version ({@link #ABSENT}: must not be there). */
    public record Condition(Key key, long version) {}

    /** A change of one key. */
    public sealed interface Change {
        Key key();

        record Put(Key key, Bytes value) implements Change {}

        record Delete(Key key) implements Change {}
    }

    private final List<Condition> conditions = new ArrayList<>();
    private final List<MetaStore.Lease> leases = new ArrayList<>();
    private final List<Change> changes = new ArrayList<>();

    public Batch require(Key key, long version) {
        conditions.add(new Condition(key, version));
        return this;
    }

    /**
     * The lease must be held, under this token, when the batch is applied: so nothing that a holder
     * began can end after another has taken over, however long its thread was stopped.
     */
    public Batch require(MetaStore.Lease lease) {
        leases.add(lease);
        return this;
    }

    public Batch put(Key key, Bytes value) {
        changes.add(new Change.Put(key, value));
        return this;
    }

    public Batch delete(Key key) {
        changes.add(new Change.Delete(key));
        return this;
    }

    /** Bytes of the keys and values to be changed. */
    public int bytes() {
        int bytes = 0;
        for (Change change : changes) {
            bytes += change.key().array().length;
            if (change instanceof Change.Put(_, Bytes value)) {
                bytes += value.length();
            }
        }
        return bytes;
    }

    public List<Condition> conditions() {
        return conditions;
    }

    /** Leases that must be held. */
    public List<MetaStore.Lease> leases() {
        return leases;
    }

    public List<Change> changes() {
        return changes;
    }
}
