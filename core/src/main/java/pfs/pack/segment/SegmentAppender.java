package pfs.pack.segment;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pfs.error.PfsException;
import pfs.pack.AppendablePackStore;
import pfs.pack.PackStore;

/**
 * Appends to a pack of segments. What is appended gathers in pieces in memory; a sync puts each
 * piece as a segment, some at once, under the place where it begins. A name is taken once, so of
 * two who append to one pack the second fails, and stays failed.
 *
 * <p>The segments of a pack are put when all of the pack before are there: so a pack that has a
 * later one is whole.
 */
final class SegmentAppender implements AppendablePackStore.Appender {
    /** Bytes of a piece, and so of a segment, at most. */
    static final int PIECE = 4 << 20;

    private static final int FIRST_PIECE = 64 << 10;

    /** Bytes in memory at which who appends has to put them first. */
    private static final long MAX_PENDING = 32L << 20;

    /** Segments under way at once. */
    private static final int AT_ONCE = 4;

    private final PackStore store;
    private final String name;
    private final Consumer<SegmentTable> onClose;
    private final ReentrantLock putting = new ReentrantLock();

    @GuardedBy("putting")
    private @Nullable SegmentAppender before;

    /** Pieces that are not durable, in order. Guarded by itself, as all that follows. */
    private final List<Piece> pending = new ArrayList<>();

    private SegmentTable table;
    private long size;
    private @Nullable Exception failed;

    /** Bytes of the pack that are in memory only. */
    private static final class Piece {
        private final long offset;
        private ByteBuffer bytes;

        /** True once it is being put: then it does not grow any more. */
        private boolean leaving;

        Piece(long offset, int capacity) {
            this.offset = offset;
            this.bytes = ByteBuffer.allocate(capacity);
        }

        boolean hasRoom() {
            return !leaving && bytes.position() < PIECE;
        }

        void take(ByteBuffer from) {
            int count = Math.min(from.remaining(), PIECE - bytes.position());
            if (bytes.remaining() < count) {
                int wanted = Math.max(bytes.position() + count, 4 * bytes.capacity());
                bytes = ByteBuffer.allocate(Math.min(PIECE, wanted)).put(bytes.flip());
            }
            bytes.put(from.slice(from.position(), count));
            from.position(from.position() + count);
        }
    }

    /**
     * @param before the appender of the pack before; null if that is whole
     * @param onClose is told what is in the pack then
     */
    SegmentAppender(
            PackStore store,
            String name,
            SegmentTable table,
            @Nullable SegmentAppender before,
            Consumer<SegmentTable> onClose) {
        this.store = store;
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

    /** What is durable. */
    SegmentTable table() {
        synchronized (pending) {
            return table;
        }
    }

    @Override
    public void append(ByteBuffer... parts) throws IOException {
        boolean full;
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
                }
            }
            full = size - table.size() >= MAX_PENDING;
        }
        if (full) {
            sync();
        }
    }

    @GuardedBy("pending")
    private Piece roomy() {
        Piece last = pending.isEmpty() ? null : pending.getLast();
        if (last == null || !last.hasRoom()) {
            last = new Piece(size, last == null ? FIRST_PIECE : PIECE);
            pending.add(last);
        }
        return last;
    }

    /** As {@link PackStore#read}, from what is durable and what is not yet. */
    int read(long offset, ByteBuffer into) throws IOException {
        SegmentTable durable;
        List<Piece> memory;
        long end;
        synchronized (pending) {
            durable = table;
            memory = List.copyOf(pending);
            end = size;
        }
        if (offset >= end) {
            return -1;
        }
        int begin = into.position();
        if (offset < durable.size() && into.hasRemaining()) {
            durable.read(store, name, offset, into);
        }
        for (Piece piece : memory) {
            fromMemory(piece, offset + into.position() - begin, into);
        }
        return into.position() - begin;
    }

    private void fromMemory(Piece piece, long at, ByteBuffer into) {
        synchronized (pending) {
            long within = at - piece.offset;
            if (within >= 0 && within < piece.bytes.position()) {
                int count = (int) Math.min(into.remaining(), piece.bytes.position() - within);
                into.put(piece.bytes.duplicate().flip().slice((int) within, count));
            }
        }
    }

    @Override
    public void sync() throws IOException {
        putting.lock();
        try {
            List<Piece> leaving;
            synchronized (pending) {
                verifyRunning();
                pending.forEach(piece -> piece.leaving = true);
                leaving = List.copyOf(pending);
            }
            if (leaving.isEmpty()) {
                return;
            }
            syncBefore();
            put(leaving);
            synchronized (pending) {
                for (Piece piece : leaving) {
                    table = table.with(piece.bytes.position());
                }
                pending.subList(0, leaving.size()).clear();
            }
        } catch (IOException | RuntimeException e) {
            synchronized (pending) {
                failed = e;
            }
            throw e;
        } finally {
            putting.unlock();
        }
    }

    @GuardedBy("putting")
    private void syncBefore() throws IOException {
        SegmentAppender first = before;
        if (first != null) {
            first.end();
            before = null;
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

    private void put(List<Piece> pieces) throws IOException {
        if (pieces.size() == 1) {
            put(pieces.getFirst());
            return;
        }
        try (ExecutorService threads =
                Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
            List<Future<?>> under = new ArrayList<>();
            for (Piece piece : pieces) {
                under.add(
                        threads.submit(
                                () -> {
                                    put(piece);
                                    return null;
                                }));
            }
            for (Future<?> one : under) {
                one.get();
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failure -> throw failure;
                case PfsException failure -> throw failure;
                case null, default -> throw new IOException(name + " was not written", e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + name + " was written", e);
        }
    }

    private void put(Piece piece) throws IOException {
        ByteBuffer bytes = piece.bytes.duplicate().flip();
        SegmentHeader header = new SegmentHeader(SegmentHeader.Kind.DATA, bytes.remaining());
        String segment = SegmentNames.segment(name, piece.offset);
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
            while (!pending.isEmpty() && pending.getLast().offset >= newSize) {
                pending.removeLast();
            }
            if (!pending.isEmpty()) {
                Piece last = pending.getLast();
                last.bytes.position((int) (newSize - last.offset));
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
