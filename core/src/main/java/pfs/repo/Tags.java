package pfs.repo;

import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.MetaStore;
import pfs.object.ObjectId;

/** The tags of one repo: names for commits that never move. Thread-safe. */
final class Tags {
    private final long number;
    private final Store store;

    Tags(long number, Store store) {
        this.number = number;
        this.store = store;
    }

    /** NO_SUCH_REF. */
    Commit find(String tag) {
        return store.meta()
                .get(RefKeys.tag(number, tag))
                .map(v -> store.commits().read(ObjectId.decode(v.value().array(), 0)))
                .orElseThrow(() -> noTag(tag));
    }

    /** EXISTS, INVALID_NAME, NO_SUCH_REF for a commit that is garbage. */
    void create(String tag, Commit at) {
        RefName.verifyRef(tag);
        try (Lease _ = store.leases().open()) {
            store.keep(number, at);
            name(tag, at);
        }
        store.changes().tell(number, null);
    }

    private void name(String tag, Commit at) {
        Batch batch =
                new Batch()
                        .require(RefKeys.tag(number, tag), Batch.ABSENT)
                        .put(RefKeys.tag(number, tag), Bytes.of(at.id().toBytes()));
        if (!store.meta().commit(batch)) {
            throw new PfsException(ErrorCode.EXISTS, "there is a tag '" + tag + "' already", tag);
        }
    }

    /** NO_SUCH_REF. */
    void delete(String tag) {
        MetaStore.Versioned old =
                store.meta().get(RefKeys.tag(number, tag)).orElseThrow(() -> noTag(tag));
        Batch batch =
                new Batch()
                        .require(RefKeys.tag(number, tag), old.version())
                        .delete(RefKeys.tag(number, tag));
        if (!store.meta().commit(batch)) {
            throw noTag(tag);
        }
        store.changes().tell(number, null);
    }

    private static PfsException noTag(String tag) {
        return new PfsException(ErrorCode.NO_SUCH_REF, "there is no tag '" + tag + "'", tag);
    }
}
