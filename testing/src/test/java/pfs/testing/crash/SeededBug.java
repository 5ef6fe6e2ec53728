package pfs.testing.crash;

import static pfs.testing.crash.Mistakes.add;
import static pfs.testing.crash.Mistakes.disk;
import static pfs.testing.crash.Mistakes.file;
import static pfs.testing.crash.Mistakes.index;
import static pfs.testing.crash.Mistakes.meta;
import static pfs.testing.crash.Mistakes.metaLate;
import static pfs.testing.crash.Mistakes.replayed;
import static pfs.testing.crash.Mistakes.sets;
import static pfs.testing.crash.Mistakes.unreadChecksums;
import static pfs.testing.crash.Mistakes.without;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import pfs.meta.Batch;
import pfs.meta.Key;
import pfs.pack.IndexEntry;
import pfs.pack.Place;

/**
 * Mistakes that a store might have, each made at one of its seams by a decorator that only tests
 * have. The suite must catch every one: {@link SeededBugsTest}.
 */
enum SeededBug {
    FILES_ARE_NOT_SYNCED(file("sync", (_, _, _) -> null)),
    DIRECTORIES_ARE_NOT_SYNCED(disk("syncDirectory", (_, _, _) -> null)),
    A_FAILED_SYNC_IS_TAKEN_FOR_DONE(
            file(
                    "sync",
                    (inner, call, arguments) -> {
                        try {
                            return call.on(inner, arguments);
                        } catch (IOException e) {
                            return null;
                        }
                    })),
    THE_END_OF_A_WRITE_IS_LEFT_OUT(
            file(
                    "write",
                    (inner, call, arguments) -> {
                        ByteBuffer[] parts = (ByteBuffer[]) arguments[1];
                        ByteBuffer last = parts[parts.length - 1];
                        if (last.remaining() > 100) {
                            last.limit(last.limit() - 10);
                        }
                        return call.on(inner, arguments);
                    })),
    WRITES_GO_TO_ANOTHER_PLACE(
            file(
                    "write",
                    (inner, call, arguments) -> {
                        long offset = (Long) arguments[0];
                        return call.on(
                                inner,
                                new Object[] {offset > 500 ? offset + 1 : offset, arguments[1]});
                    })),
    A_TORN_END_IS_NOT_CUT_OFF(file("truncate", (_, _, _) -> null)),
    READS_HAVE_A_WRONG_BIT(
            file(
                    "read",
                    (inner, call, arguments) -> {
                        Object n = call.on(inner, arguments);
                        ByteBuffer into = (ByteBuffer) arguments[0];
                        if (into.position() > 60) {
                            into.put(60, (byte) (into.get(60) ^ 1));
                        }
                        return n;
                    })),
    NOTHING_IS_DELETED(disk("delete", (_, _, _) -> true)),
    THE_INDEX_FORGETS_WHAT_ITS_POSITION_COVERS(
            index(
                    "put",
                    (inner, call, arguments) -> {
                        List<?> entries = (List<?>) arguments[0];
                        arguments[0] = entries.subList(0, Math.max(0, entries.size() - 1));
                        return call.on(inner, arguments);
                    })),
    THE_INDEX_HAS_WRONG_PLACES(
            index(
                    "put",
                    (inner, call, arguments) -> {
                        List<IndexEntry> moved = new ArrayList<>();
                        for (Object o : (List<?>) arguments[0]) {
                            IndexEntry e = (IndexEntry) o;
                            Place p = e.place();
                            moved.add(
                                    new IndexEntry(
                                            e.id(),
                                            new Place(
                                                    p.kind(),
                                                    p.pack(),
                                                    p.offset() + 1,
                                                    p.length())));
                        }
                        arguments[0] = moved;
                        return call.on(inner, arguments);
                    })),
    CONDITIONS_ARE_IGNORED(
            meta(
                    "commit",
                    (inner, call, arguments) -> {
                        Batch blind = new Batch();
                        for (Batch.Change change : ((Batch) arguments[0]).changes()) {
                            add(blind, change);
                        }
                        return call.on(inner, new Object[] {blind});
                    })),
    THE_LAST_CHANGE_OF_A_BATCH_IS_LOST(
            meta(
                    "commit",
                    (inner, call, arguments) -> {
                        List<Batch.Change> all = ((Batch) arguments[0]).changes();
                        Batch less = new Batch();
                        all.subList(0, all.size() > 1 ? all.size() - 1 : 1)
                                .forEach(change -> add(less, change));
                        return call.on(inner, new Object[] {less});
                    })),
    METADATA_ARE_ANSWERED_BEFORE_THEY_ARE_WRITTEN(metaLate()),
    A_FAILED_SYNC_IS_TRIED_AGAIN_AND_BELIEVED(
            file(
                    "sync",
                    (inner, call, arguments) -> {
                        try {
                            return call.on(inner, arguments);
                        } catch (IOException e) {
                            return call.on(inner, arguments);
                        }
                    })),
    CHECKSUMS_ARE_NOT_READ(unreadChecksums()),
    THE_JOURNAL_IS_NOT_REPLAYED(replayed(false)),
    THE_JOURNAL_IS_REPLAYED_TWICE(replayed(true)),
    UPLOADS_HOLD_NO_LEASE(
            Seams.NONE.withLease(
                    lease -> {
                        lease.close();
                        return () -> {};
                    })),
    COLLECTION_MISSES_TAGS(without(Key.of("tag", ""))),
    COLLECTION_MISSES_UNCOMMITTED_CHANGES(without(Key.of("branch", ""))),
    MARKS_ARE_FORGOTTEN(sets(id -> false, id -> id.prefix() % 5 == 0)),
    MARKS_ARE_THERE_ALREADY(sets(id -> id.prefix() % 5 == 0, id -> false));

    private final Seams seams;

    SeededBug(Seams seams) {
        this.seams = seams;
    }

    Seams seams() {
        return seams;
    }
}
