package pfs.pack.segment;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pfs.pack.AppendablePackStore;
import pfs.pack.PackStore;
import pfs.pack.segment.Piece.Way;

/**
 * Appends to a pack of segments. What is appended gathers in pieces in memory. A piece that is full
 * is put as a segment at once, under the place where it begins, some at a time; a sync puts what is
 * left, and waits until all before it is there. A name is taken once, so of two who append to one
 * pack the second fails, and stays failed.
 *
 * <p>The segments of a pack are put when all of the pack before are there: so a pack that has a
 * later one is whole. Within a pack they arrive in any order, and whoever reads it stops at the
 * first hole.
 */
final class SegmentAppender implements AppendablePackStore.Appender {
    /** Bytes in memory at which who appends has to wait. */
    private static final long MAX_PENDING = 64L << 20;

    /**
     * Segments of a pack, about: who takes over reads each of the last pack, which takes half a
     * second for as many.
     */
    private static final int MOST_SEGMENTS = 250;

    /** Segments under way at once. */
    private static final int AT_ONCE = 4;

    private final PackStore store;
    private final PieceMemory memory;
    private final String name;
    private final Consumer<SegmentTable> onClose;
    private final ReentrantLock ending = new ReentrantLock();

    @GuardedBy("ending")
    private @Nullable SegmentAppender before;

    /** Pieces that are not durable, in order. Guarded by itself, as all that follows. */
    private final List<Piece> pending = new ArrayList<>();

    private SegmentTable table;
    private long size;
    private @Nullable Exception failed;
    private int putters;

    /**
     * @param before the appender of the pack before; null if that is whole
     * @param onClose is told what is in the pack then
     */
    SegmentAppender(
            PackStore store,
            PieceMemory memory,
            String name,
            SegmentTable table,
            @Nullable SegmentAppender before,
            Consumer<SegmentTable> onClose) {
        this.store = store;
        this.memory = memory;
        this.name = name;
        this.table = table;
        this.size = table.size();
        this.before = before;
        this.onClose = onClose;
    }

    boolean isOf(String pack) {
        return name.equals(pack);
    }

    @Override
    public long size() {
        synchronized (pending) {
            return size;
        }
    }

    @Override
    public boolean full() {
        return table().offsets().length >= MOST_SEGMENTS;
    }

    /** What is durable. */
    SegmentTable table() {
        synchronized (pending) {
            return table;
        }
    }

    @Override
    public void append(ByteBuffer... parts) throws IOException {
        synchronized (pending) {
            verifyRunning();
            if (table.ended()) {
                throw new IOException(name + " is finished: nothing can be appended to it");
            }
            for (ByteBuffer part : parts) {
                while (part.hasRemaining()) {
                    Piece last = roomy();
                    int room = part.remaining();
                    last.take(part);
                    size += room - part.remaining();
                    if (!last.hasRoom()) {
                        start(last);
                    }
                }
            }
            awaitDurable(size - MAX_PENDING);
        }
    }

    @GuardedBy("pending")
    private Piece roomy() {
        Piece last = pending.isEmpty() ? null : pending.getLast();
        if (last == null || !last.hasRoom()) {
            boolean streaming = last != null && last.size() == Piece.MOST;
            last = new Piece(memory, size, streaming);
            pending.add(last);
        }
        return last;
    }

    /** As {@link PackStore#read}, from what is durable and what is not yet. */
    int read(long offset, ByteBuffer into) throws IOException {
        if (offset >= size()) {
            return -1;
        }
        int begin = into.position();
        while (!tryRead(offset, into)) {
            into.position(begin);
        }
        return into.position() - begin;
    }

    /** False if bytes have got into the store meanwhile, so that they have to be read there. */
    private boolean tryRead(long offset, ByteBuffer into) throws IOException {
        SegmentTable durable;
        List<Piece> pieces;
        synchronized (pending) {
            durable = table;
            pieces = List.copyOf(pending);
        }
        int begin = into.position();
        if (offset < durable.size() && into.hasRemaining()) {
            durable.read(store, name, offset, into);
        }
        for (Piece piece : pieces) {
            synchronized (pending) {
                if (!piece.read(offset + into.position() - begin, into)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Has a piece put by another thread, after those before it. */
    @GuardedBy("pending")
    private void start(Piece piece) {
        piece.now(Way.WAITS);
        if (putters < AT_ONCE) {
            putters++;
            Thread.ofVirtual().name("pfs-segment").start(this::putWaiting);
        }
    }

    private void putWaiting() {
        for (Piece piece = nextWaiting(); piece != null; piece = nextWaiting()) {
            put(piece);
        }
    }

    private @Nullable Piece nextWaiting() {
        synchronized (pending) {
            for (Piece piece : pending) {
                if (piece.isAt(Way.WAITS) && failed == null) {
                    piece.now(Way.LEAVES);
                    return piece;
                }
            }
            putters--;
            return null;
        }
    }

    /** Waits until so many bytes are there, also when interrupted: the store's patience ends it. */
    @GuardedBy("pending")
    private void awaitDurable(long bytes) throws IOException {
        boolean interrupted = false;
        while (failed == null && table.size() < bytes) {
            try {
                pending.wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        verifyRunning();
    }

    @Override
    public void sync() throws IOException {
        @Nullable Piece last = null;
        long wanted;
        synchronized (pending) {
            verifyRunning();
            wanted = size;
            if (!pending.isEmpty() && pending.getLast().isAt(Way.GROWS)) {
                last = pending.getLast();
                last.now(Way.LEAVES);
            }
        }
        if (last != null) {
            put(last);
        }
        synchronized (pending) {
            awaitDurable(wanted);
        }
    }

    /** Makes a piece durable; when that fails, all that waits is told. */
    private void put(Piece piece) {
        @Nullable Exception failure = null;
        boolean there = false;
        try {
            endBefore();
            putSegment(piece);
            there = true;
        } catch (IOException | RuntimeException e) {
            failure = e;
        } finally {
            settle(piece, there, failure);
        }
    }

    private void settle(Piece piece, boolean there, @Nullable Exception failure) {
        synchronized (pending) {
            if (there) {
                piece.now(Way.THERE);
            } else if (failed == null) {
                failed = failure == null ? new IOException(name + " was not written") : failure;
            }
            while (failed == null && !pending.isEmpty() && pending.getFirst().isAt(Way.THERE)) {
                Piece first = pending.removeFirst();
                table = table.with(first.size());
                first.leave();
            }
            pending.notifyAll();
        }
    }

    /** Has the pack before whole, once. */
    private void endBefore() throws IOException {
        ending.lock();
        try {
            SegmentAppender first = before;
            if (first != null) {
                first.end();
                before = null;
            }
        } finally {
            ending.unlock();
        }
    }

    /** Says that this is all, so that whoever reads the pack need not look into each segment. */
    private void end() throws IOException {
        sync();
        long bytes = table().size();
        store.put(
                SegmentNames.finished(name),
                new SegmentHeader(SegmentHeader.Kind.FINISHED, bytes).encode());
        synchronized (pending) {
            table = table.finished(bytes);
        }
    }

    private void putSegment(Piece piece) throws IOException {
        ByteBuffer bytes = piece.content();
        SegmentHeader header = new SegmentHeader(SegmentHeader.Kind.DATA, bytes.remaining());
        String segment = SegmentNames.segment(name, piece.offset());
        if (!store.put(segment, header.encode(), bytes)) {
            throw new IOException(
                    "another server writes the journal now: " + segment + " is taken");
        }
    }

    @GuardedBy("pending")
    private void verifyRunning() throws IOException {
        if (failed != null) {
            throw new IOException("an earlier sync failed: " + failed.getMessage(), failed);
        }
    }

    /** Takes back what is not durable yet; what is durable can only be finished. */
    @Override
    public void truncate(long newSize) throws IOException {
        synchronized (pending) {
            if (newSize > size) {
                throw new IllegalArgumentException("cannot cut " + size + " bytes to " + newSize);
            }
            if (newSize < table.size()) {
                throw new IOException(
                        table.size() + " bytes of " + name + " are durable: finish it");
            }
            if (pending.stream()
                    .anyMatch(piece -> !piece.isAt(Way.GROWS) && piece.end() > newSize)) {
                throw new IOException("bytes of " + name + " are on their way: finish it");
            }
            while (!pending.isEmpty() && pending.getLast().offset() >= newSize) {
                pending.removeLast().leave();
            }
            if (!pending.isEmpty() && pending.getLast().end() > newSize) {
                pending.getLast().cut(newSize);
            }
            size = newSize;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            boolean running;
            synchronized (pending) {
                running = failed == null;
            }
            if (running) {
                sync();
            }
        } finally {
            onClose.accept(table());
        }
    }
}
