package pfs.jobs.memo;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import pfs.jobs.split.CutMemo;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.Key;
import pfs.meta.MetaLimits;
import pfs.meta.MetaStore;
import pfs.object.ObjectId;

/**
 * Results and slices of results by memo key, and cut points by chunk, in the metadata store.
 * Thread-safe.
 *
 * <p>New results can be found at once; they are written in groups, in the background, after the
 * objects that they name were made durable. A crash loses the last moments' results, which are then
 * made again: they are never the only copy of anything.
 *
 * <p>Keys are {@code memo\0}, {@code slice\0} or {@code cut\0} and 32 bytes. Garbage collection
 * must take what {@code memo\0…} and {@code slice\0…} values name as alive.
 */
public final class Memo implements CutMemo, AutoCloseable {
    private static final Key RESULTS = Key.of("memo", "");
    private static final Key SLICES = Key.of("slice", "");
    private static final Key CUTS = Key.of("cut", "");
    private static final int MAX_PENDING = 20_000;
    private static final int GROUP = MetaLimits.USUAL_BATCH;
    private static final long PAUSE_MILLIS = 20;

    private final MetaStore meta;
    private final Runnable flushObjects;
    private final Map<Key, Bytes> pending = new ConcurrentHashMap<>();
    private final Semaphore room = new Semaphore(MAX_PENDING);
    private final Object written = new Object();
    private final Thread writer;
    private volatile boolean idle;
    private boolean awaited;
    private long failures;
    private volatile boolean closed;

    /**
     * @param flushObjects returns when all objects that were inserted before are durable
     */
    public Memo(MetaStore meta, Runnable flushObjects) {
        this.meta = meta;
        this.flushObjects = flushObjects;
        this.writer = Thread.ofVirtual().name("memo-writer").start(this::run);
    }

    public Optional<Result> result(ObjectId key) {
        return value(RESULTS.append(key.toBytes())).map(Result::decode);
    }

    public void put(ObjectId key, Result result) {
        add(RESULTS.append(key.toBytes()), result.encode());
    }

    public Optional<Slice> slice(ObjectId key) {
        return value(SLICES.append(key.toBytes())).map(Slice::decode);
    }

    public void put(ObjectId key, Slice slice) {
        add(SLICES.append(key.toBytes()), slice.encode());
    }

    /**
     * Waits until a result is durable, so that no more than what is under way is made again after a
     * crash. Gives up when the next attempt to write fails: a disk that takes nothing must not hold
     * up the run, which fails by itself.
     */
    public void awaitDurable(ObjectId key) throws InterruptedException {
        Key full = RESULTS.append(key.toBytes());
        synchronized (written) {
            awaited = true;
            written.notifyAll();
            long before = failures;
            while (pending.containsKey(full) && failures == before && !closed) {
                written.wait();
            }
        }
    }

    @Override
    public OptionalLong find(ObjectId key) {
        return value(CUTS.append(key.toBytes()))
                .map(v -> OptionalLong.of(Long.parseLong(v.text())))
                .orElse(OptionalLong.empty());
    }

    @Override
    public void put(ObjectId key, long value) {
        add(CUTS.append(key.toBytes()), Bytes.of(Long.toString(value)));
    }

    private Optional<Bytes> value(Key key) {
        Bytes waiting = pending.get(key);
        return waiting != null
                ? Optional.of(waiting)
                : meta.get(key).map(MetaStore.Versioned::value);
    }

    private void add(Key key, Bytes value) {
        room.acquireUninterruptibly();
        if (pending.put(key, value) != null) {
            room.release();
        }
        if (idle) {
            synchronized (written) {
                written.notifyAll();
            }
        }
    }

    /** Waits for results, and then a moment for more of them, unless somebody waits already. */
    private void gather() throws InterruptedException {
        synchronized (written) {
            // Set before it looks, as a result is added before its maker looks: one sees the other.
            idle = true;
            while (pending.isEmpty()) {
                written.wait();
            }
            idle = false;
            if (!awaited) {
                written.wait(PAUSE_MILLIS);
            }
            awaited = false;
        }
    }

    private void run() {
        while (!closed) {
            try {
                gather();
                flush();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                System.getLogger(Memo.class.getName())
                        .log(System.Logger.Level.WARNING, "results are not remembered: " + e);
                if (!failed()) {
                    return;
                }
            }
        }
    }

    /** False when the writer is to end. */
    private boolean failed() {
        synchronized (written) {
            failures++;
            written.notifyAll();
        }
        try {
            Thread.sleep(PAUSE_MILLIS);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** Writes what is pending. */
    public synchronized void flush() {
        if (pending.isEmpty()) {
            return;
        }
        Map<Key, Bytes> taken = new HashMap<>(pending);
        flushObjects.run();
        Batch batch = new Batch();
        int n = 0;
        for (Map.Entry<Key, Bytes> entry : taken.entrySet()) {
            batch.put(entry.getKey(), entry.getValue());
            if (++n % GROUP == 0 || n == taken.size()) {
                meta.commit(batch);
                batch = new Batch();
            }
        }
        for (Map.Entry<Key, Bytes> entry : taken.entrySet()) {
            if (pending.remove(entry.getKey(), entry.getValue())) {
                room.release();
            }
        }
        synchronized (written) {
            written.notifyAll();
        }
    }

    @Override
    public void close() {
        synchronized (written) {
            closed = true;
            written.notifyAll();
        }
        writer.interrupt();
        flush();
    }
}
