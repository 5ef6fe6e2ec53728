package pfs.testing.crash;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import pfs.disk.Disk;
import pfs.disk.DiskFile;
import pfs.meta.Batch;
import pfs.meta.MetaStore;
import pfs.object.IdSet;
import pfs.object.MemoryIdSet;
import pfs.object.ObjectId;
import pfs.pack.IndexEntry;
import pfs.pack.PackIndex;
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
                    (inner, call, arguments) -> {
                        Batch blind = new Batch();
                        for (Batch.Change change : ((Batch) arguments[0]).changes()) {
                            add(blind, change);
                        }
                        return call.on(inner, new Object[] {blind});
                    })),
    THE_LAST_CHANGE_OF_A_BATCH_IS_LOST(
            meta(
                    (inner, call, arguments) -> {
                        List<Batch.Change> all = ((Batch) arguments[0]).changes();
                        Batch less = new Batch();
                        all.subList(0, all.size() > 1 ? all.size() - 1 : 1)
                                .forEach(change -> add(less, change));
                        return call.on(inner, new Object[] {less});
                    })),
    METADATA_ARE_ANSWERED_BEFORE_THEY_ARE_WRITTEN(metaLate()),
    MARKS_ARE_FORGOTTEN(sets(id -> false, id -> id.prefix() % 5 == 0)),
    MARKS_ARE_THERE_ALREADY(sets(id -> id.prefix() % 5 == 0, id -> false));

    private final Seams seams;

    SeededBug(Seams seams) {
        this.seams = seams;
    }

    Seams seams() {
        return seams;
    }

    // ---- decorators

    private interface Call {
        Object on(Object inner, Object[] arguments) throws Exception;
    }

    private interface Instead {
        Object run(Object inner, Call call, Object[] arguments) throws Exception;
    }

    @SuppressWarnings("unchecked")
    private static <T> T wrap(Class<T> type, T inner, String method, Instead instead) {
        return (T)
                java.lang.reflect.Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (_, called, given) -> {
                            Object[] arguments = given == null ? new Object[0] : given;
                            Call call =
                                    (on, with) -> {
                                        try {
                                            return called.invoke(on, with);
                                        } catch (java.lang.reflect.InvocationTargetException e) {
                                            if (e.getCause() instanceof Exception cause) {
                                                throw cause;
                                            }
                                            throw e;
                                        }
                                    };
                            return called.getName().equals(method)
                                    ? instead.run(inner, call, arguments)
                                    : call.on(inner, arguments);
                        });
    }

    private static Seams disk(String method, Instead instead) {
        return Seams.NONE.withDisk(disk -> wrap(Disk.class, disk, method, instead));
    }

    private static Seams file(String method, Instead instead) {
        UnaryOperator<Disk> files =
                disk ->
                        wrap(
                                Disk.class,
                                disk,
                                "open",
                                (inner, call, arguments) ->
                                        wrap(
                                                DiskFile.class,
                                                (DiskFile) call.on(inner, arguments),
                                                method,
                                                instead));
        return Seams.NONE.withDisk(files);
    }

    private static Seams index(String method, Instead instead) {
        return Seams.NONE.withIndex(index -> wrap(PackIndex.class, index, method, instead));
    }

    private static Seams meta(Instead instead) {
        return Seams.NONE.withMeta(meta -> wrap(MetaStore.class, meta, "commit", instead));
    }

    private static void add(Batch to, Batch.Change change) {
        switch (change) {
            case Batch.Change.Put(var key, var value) -> to.put(key, value);
            case Batch.Change.Delete(var key) -> to.delete(key);
        }
    }

    /** A batch is written when the next one comes; reads see it all the same. */
    private static Seams metaLate() {
        return Seams.NONE.withMeta(
                meta -> {
                    List<Object[]> late = new ArrayList<>();
                    MetaStore seen = new pfs.meta.MemoryMetaStore(java.time.Clock.systemUTC());
                    Batch copy = new Batch();
                    meta.scan(pfs.meta.Key.EMPTY, pfs.meta.Key.EMPTY, Integer.MAX_VALUE)
                            .forEach(pair -> copy.put(pair.key(), pair.value().value()));
                    seen.commit(copy);
                    return wrap(
                            MetaStore.class,
                            seen,
                            "commit",
                            (inner, call, arguments) -> {
                                for (Object[] before : late) {
                                    Batch blind = new Batch();
                                    ((Batch) before[0]).changes().forEach(c -> add(blind, c));
                                    meta.commit(blind);
                                }
                                late.clear();
                                late.add(Arrays.copyOf(arguments, 1));
                                return call.on(inner, arguments);
                            });
                });
    }

    private static Seams sets(
            java.util.function.Predicate<ObjectId> added,
            java.util.function.Predicate<ObjectId> gone) {
        return Seams.NONE.withSets(
                () ->
                        new IdSet() {
                            private final MemoryIdSet inner = new MemoryIdSet();

                            @Override
                            public boolean add(ObjectId id) {
                                return !added.test(id) && inner.add(id);
                            }

                            @Override
                            public boolean contains(ObjectId id) {
                                return !gone.test(id) && inner.contains(id);
                            }

                            @Override
                            public long size() {
                                return inner.size();
                            }

                            @Override
                            public void close() {
                                inner.close();
                            }
                        });
    }
}
