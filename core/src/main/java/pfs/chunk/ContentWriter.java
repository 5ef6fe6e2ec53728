package pfs.chunk;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.object.ObjectInserter;
import pfs.object.ObjectKind;

/**
 * The bytes of one file on their way in: cuts them into chunks and stores these and the manifest.
 * Not thread-safe. What it stored is durable with the put that names it; closing without finish
 * drops what was given.
 *
 * <p>The caller's thread copies and cuts; whole chunks are hashed and inserted by the store's
 * workers, at most {@value #MAX_IN_FLIGHT} of one file at a time. The last chunk is stored by the
 * caller, so a file of one chunk never changes threads. A failure of a worker comes out of the next
 * write or of finish.
 */
public final class ContentWriter implements AutoCloseable {
    private static final int MAX_IN_FLIGHT = 4;

    /** Copied before it is scanned: stays in the core's cache, and little is copied twice. */
    private static final int STRIDE = 64 * 1024;

    /** The first buffer of all chunks but the file's first: most chunks are longer. */
    private static final int NEXT_BUFFER = 128 * 1024;

    private static final byte[] NOTHING = new byte[0];

    private final ObjectInserter objects;
    private final Executor workers;
    private final BufferPool buffers;
    private final Chunker chunker;
    private final ManifestBuilder manifest;
    private final ArrayDeque<Chunk> inFlight = new ArrayDeque<>();

    private byte[] buffer = NOTHING;
    private int filled;
    private long size;
    private boolean closed;
    private volatile boolean dropped;

    ContentWriter(
            ObjectInserter objects,
            Executor workers,
            BufferPool buffers,
            Chunker chunker,
            ManifestBuilder manifest,
            long size) {
        this.objects = objects;
        this.workers = workers;
        this.buffers = buffers;
        this.chunker = chunker;
        this.manifest = manifest;
        this.size = size;
    }

    /**
     * Takes all remaining bytes; they are copied before this returns.
     *
     * @throws PfsException BUSY when there was no memory for too long; what a worker met
     */
    public void write(ByteBuffer bytes) {
        ensureOpen();
        while (bytes.hasRemaining()) {
            if (filled == buffer.length) {
                grow(bytes.remaining());
            }
            int taken = Math.min(Math.min(bytes.remaining(), buffer.length - filled), STRIDE);
            bytes.get(buffer, filled, taken);
            int cut = chunker.scan(buffer, filled, filled + taken);
            if (cut < 0) {
                filled += taken;
                size += taken;
            } else {
                bytes.position(bytes.position() - (filled + taken - cut));
                size += cut - filled;
                filled = cut;
                handOver();
            }
        }
    }

    /** Bytes given so far, with those of the content that was resumed. */
    public long size() {
        return size;
    }

    /**
     * Stores what is left and the manifest; the writer is then closed.
     *
     * @throws PfsException as {@link #write}
     */
    public Content finish() {
        ensureOpen();
        try {
            return manifest.isEmpty() && inFlight.isEmpty() ? finishShort() : finishLong();
        } finally {
            close();
        }
    }

    /** Drops what was given and not finished. Does nothing after finish. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            dropped = true;
            releaseBuffer();
        }
    }

    private Content finishShort() {
        ObjectId id = objects.insert(ObjectKind.CHUNK, buffer, 0, filled);
        if (!ManifestNode.looksLikeOne(buffer, filled)) {
            return new Content(id, 0, filled);
        }
        // The id of such a file could be that of another's manifest: it gets one of its own.
        manifest.add(id, filled);
        return manifest.finish();
    }

    private Content finishLong() {
        @Nullable ObjectId last = null;
        if (filled > 0) {
            last = objects.insert(ObjectKind.CHUNK, buffer, 0, filled);
        }
        int length = filled;
        releaseBuffer();
        while (!inFlight.isEmpty()) {
            collect();
        }
        if (last != null) {
            manifest.add(last, length);
        }
        return manifest.finish();
    }

    private void grow(int coming) {
        boolean first = manifest.isEmpty() && inFlight.isEmpty();
        int wanted = Math.max(filled + Math.min(coming, STRIDE), filled * 4);
        byte[] larger = buffers.lend(first || filled > 0 ? wanted : Math.max(wanted, NEXT_BUFFER));
        System.arraycopy(buffer, 0, larger, 0, filled);
        releaseArray();
        buffer = larger;
    }

    private void handOver() {
        while (inFlight.size() >= MAX_IN_FLIGHT) {
            collect();
        }
        byte[] bytes = buffer;
        int length = filled;
        buffer = NOTHING;
        filled = 0;
        CompletableFuture<ObjectId> id = new CompletableFuture<>();
        inFlight.add(new Chunk(id, length));
        try {
            workers.execute(() -> store(bytes, length, id));
        } catch (RejectedExecutionException e) {
            buffers.giveBack(bytes);
            throw new PfsException(ErrorCode.STOPPED, "the store is closed", null, e);
        }
        for (Chunk next = inFlight.peek();
                next != null && next.id.isDone();
                next = inFlight.peek()) {
            collect();
        }
    }

    /** In a worker. The buffer is free again before the chunk counts as stored. */
    private void store(byte[] bytes, int length, CompletableFuture<ObjectId> result) {
        @Nullable ObjectId id = null;
        @Nullable Throwable failure = null;
        try {
            if (dropped) {
                failure = new IllegalStateException("dropped");
            } else {
                id = objects.insert(ObjectKind.CHUNK, bytes, 0, length);
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        buffers.giveBack(bytes);
        if (id != null) {
            result.complete(id);
        } else {
            result.completeExceptionally(Objects.requireNonNull(failure));
        }
    }

    /** Waits for the oldest chunk in flight and adds it to the manifest. */
    private void collect() {
        Chunk chunk = inFlight.remove();
        try {
            manifest.add(chunk.id.get(), chunk.length);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new PfsException(ErrorCode.STOPPED, "interrupted while storing a file");
        } catch (ExecutionException e) {
            close();
            throw failure(e.getCause());
        }
    }

    private static RuntimeException failure(@Nullable Throwable cause) {
        if (cause instanceof PfsException known) {
            String message = String.valueOf(known.getMessage());
            return new PfsException(known.code(), message, known.subject(), known);
        }
        return new IllegalStateException("storing a chunk failed: " + cause, cause);
    }

    private void ensureOpen() {
        if (closed) {
            throw new IllegalStateException("this writer is closed");
        }
    }

    private void releaseBuffer() {
        releaseArray();
        buffer = NOTHING;
        filled = 0;
    }

    private void releaseArray() {
        if (buffer.length > 0) {
            buffers.giveBack(buffer);
        }
    }

    /** A whole chunk that waits for a worker or is being stored. */
    private record Chunk(CompletableFuture<ObjectId> id, int length) {}
}
