package pfs.testing.crash;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import pfs.disk.Disk;
import pfs.disk.DiskFile;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.Key;
import pfs.meta.MetaStore;
import pfs.object.IdSet;
import pfs.object.MemoryIdSet;
import pfs.object.ObjectId;
import pfs.pack.IndexEntry;
import pfs.pack.PackIndex;
import pfs.pack.RecordFormat;

/** Decorators of the seams that do one thing wrong. */
final class Mistakes {
    private Mistakes() {}

    interface Call {
        Object on(Object inner, Object[] arguments) throws Exception;
    }

    interface Instead {
        Object run(Object inner, Call call, Object[] arguments) throws Exception;
    }

    @SuppressWarnings("unchecked")
    static <T> T wrap(Class<T> type, T inner, String method, Instead instead) {
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

    static Seams disk(String method, Instead instead) {
        return Seams.NONE.withDisk(disk -> wrap(Disk.class, disk, method, instead));
    }

    static Seams file(String method, Instead instead) {
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

    static Seams index(String method, Instead instead) {
        return Seams.NONE.withIndex(index -> wrap(PackIndex.class, index, method, instead));
    }

    static Seams meta(String method, Instead instead) {
        return Seams.NONE.withMeta(meta -> wrap(MetaStore.class, meta, method, instead));
    }

    /** Scans of all keys with this prefix find none. */
    static Seams without(Key prefix) {
        return meta(
                "scan",
                (inner, call, arguments) ->
                        arguments[0].equals(prefix) ? List.of() : call.on(inner, arguments));
    }

    /** A restart finds that nothing, or everything, of the journal is to be replayed. */
    static Seams replayed(boolean again) {
        return meta(
                "get",
                (inner, call, arguments) -> {
                    Key key = (Key) arguments[0];
                    Optional<?> found = (Optional<?>) call.on(inner, arguments);
                    if (key.equals(Key.of("journal"))) {
                        byte[] late = ByteBuffer.allocate(8).putLong(Long.MAX_VALUE / 2).array();
                        return again
                                ? Optional.empty()
                                : Optional.of(new MetaStore.Versioned(Bytes.of(late), 1));
                    }
                    if (!again || !key.startsWith(Key.of("branch", ""))) {
                        return found;
                    }
                    return found.map(MetaStore.Versioned.class::cast).map(Mistakes::unseen);
                });
    }

    /** A branch's record that has seen nothing of the journal. */
    static MetaStore.Versioned unseen(MetaStore.Versioned branch) {
        byte[] record = branch.value().array().clone();
        Arrays.fill(record, record.length - 8, record.length, (byte) 0);
        return new MetaStore.Versioned(Bytes.of(record), branch.version());
    }

    /** Every record that is read whole has the checksum that its bytes ask for. */
    static Seams unreadChecksums() {
        return file(
                "read",
                (inner, call, arguments) -> {
                    Object n = call.on(inner, arguments);
                    ByteBuffer read = ((ByteBuffer) arguments[0]).duplicate().flip();
                    try {
                        if (RecordFormat.lengthOf(read.duplicate()) == read.remaining()) {
                            byte[] id = new byte[IndexEntry.ID_BYTES];
                            read.get(14, id);
                            ByteBuffer right =
                                    RecordFormat.encodeHeader(
                                            read.get(8),
                                            read.get(9),
                                            read.getInt(10),
                                            id,
                                            read.slice(46, read.limit() - 46));
                            read.putInt(4, right.getInt(4));
                        }
                    } catch (PfsException | IllegalArgumentException e) {
                        return n; // it begins no record
                    }
                    return n;
                });
    }

    static void add(Batch to, Batch.Change change) {
        switch (change) {
            case Batch.Change.Put(var key, var value) -> to.put(key, value);
            case Batch.Change.Delete(var key) -> to.delete(key);
        }
    }

    /** A batch is written when the next one comes; reads see it all the same. */
    static Seams metaLate() {
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

    static Seams sets(
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
