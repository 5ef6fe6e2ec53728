package pfs.repo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import pfs.journal.PackAudit;
import pfs.object.IdSet;
import pfs.object.ObjectId;
import pfs.object.ObjectSource;
import pfs.pack.IndexEntry;

/**
 * Checks all that is stored: each record of each pack (CRC32C and SHA-256), that the index knows
 * each object, that all that the refs reach is there, and the metadata's own files; names the files
 * that damage touches, and mends what it can. Beside everything else, but for the collection of
 * garbage. One at a time.
 *
 * <p>Mended is, if asked: an object that the index does not know or misplaces is indexed; an index
 * blob is made again; an object that is needed and damaged or missing is stored again, if the other
 * copy has it.
 */
final class Fsck {
    private static final int BATCH = 4096;
    private static final int MOST_SPARE = 10_000;

    private final Store store;
    private final FsckSettings settings;
    private final Supplier<IdSet> sets;
    private final ObjectSource copy;
    private final List<Finding> findings = new ArrayList<>();
    private long damages;
    private long mended;
    private int packs;
    private long objects;
    private long bytes;

    /** Stretches of packs that were damaged, by what a finding says of them. */
    private final Map<String, String> stretches = new TreeMap<>();

    /** What is intact but unknown to the index, a batch at a time. */
    private final List<IndexEntry> unknown = new ArrayList<>();

    /** Copies of objects that the index has elsewhere. */
    private final Map<ObjectId, IndexEntry> spare = new HashMap<>();

    Fsck(Store store, FsckSettings settings, Supplier<IdSet> sets, ObjectSource copy) {
        this.store = store;
        this.settings = settings;
        this.sets = sets;
        this.copy = copy;
    }

    Checked run() throws IOException {
        PackAudit audit = store.journal().audit();
        try (IdSet intact = sets.get();
                IdSet clean = sets.get()) {
            for (long pack : audit.packs()) {
                check(audit, pack, intact);
            }
            FileCheck files = new FileCheck(store, audit, intact, clean, this, copy);
            files.run();
            // With nothing amiss that is needed, what is damaged is garbage, or was mended.
            boolean all = damages == mended;
            store.meta().damage().ifPresent(why -> found(why, "the metadata", false));
            stretches.forEach((where, why) -> found(why, where, all));
            if (settings.mend()) {
                store.journal().flush();
            }
            return new Checked(packs, objects, bytes, files.commits(), findings, damages, mended);
        }
    }

    boolean mends() {
        return settings.mend();
    }

    /** Another intact copy of an object, if one was found. */
    Optional<IndexEntry> spare(ObjectId id) {
        return Optional.ofNullable(spare.get(id));
    }

    void found(String what, String where, boolean isMended) {
        damages++;
        mended += isMended ? 1 : 0;
        if (findings.size() < settings.most()) {
            findings.add(new Finding(what, where, isMended));
        }
    }

    private void check(PackAudit audit, long pack, IdSet intact) throws IOException {
        LongConsumer pace = read -> bytes += read;
        List<String> blobs = new ArrayList<>();
        audit.check(
                pack,
                new PackAudit.Visitor() {
                    @Override
                    public void intact(IndexEntry object) {
                        objects++;
                        if (audit.place(ObjectId.decode(object.id(), 0))
                                .filter(object.place()::equals)
                                .isPresent()) {
                            intact.add(ObjectId.decode(object.id(), 0));
                        } else {
                            notIndexedHere(audit, object, intact);
                        }
                    }

                    @Override
                    public void damaged(String file, long from, long to, String why) {
                        if (file.endsWith(".index")) {
                            blobs.add(why);
                        } else {
                            stretches.put(file + " " + from + "-" + to, why);
                        }
                    }
                },
                pace);
        packs++;
        mendIndex(audit);
        for (String why : blobs) {
            boolean again = settings.mend();
            if (again) {
                audit.sealAgain(pack);
            }
            found("an index blob: " + why, String.format("%016x.index", pack), again);
        }
    }

    /** Another copy of an object that lies elsewhere, or one that the index does not know. */
    private void notIndexedHere(PackAudit audit, IndexEntry object, IdSet intact) {
        ObjectId id = ObjectId.decode(object.id(), 0);
        if (audit.isIndexed(object)) {
            if (spare.size() < MOST_SPARE) {
                spare.put(id, object);
            }
            return;
        }
        // It may be garbage that a collection had the index forget; then knowing it does no harm.
        unknown.add(object);
        intact.add(id);
        if (unknown.size() >= BATCH) {
            mendIndex(audit);
        }
    }

    private void mendIndex(PackAudit audit) {
        if (settings.mend() && !unknown.isEmpty()) {
            audit.index(unknown);
        }
        unknown.clear();
    }
}
