package pfs.chunk;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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
 *
 * <p>Where the chunks of the file's last version are known ({@link ExpectedChunks}), nobody looks
 * for cuts as long as the same chunks come: the workers' hashes say whether they do. When one does
 * not, it and the bytes behind it are cut as usual, until a chunk is met that the last version has.
 */
public final class ContentWriter implements AutoCloseable {
    private static final int MAX_IN_FLIGHT = 4;

    /** Copied before it is scanned: stays in the core's cache, and little is copied twice. */
    private static final int STRIDE = 64 * 1024;

    /** The first buffer of all chunks but the file's first: most chunks are longer. */
    private static final int NEXT_BUFFER = 128 * 1024;

    /** Chunks that are new before the last version is forgotten. */
    private static final int MAX_NEW = 16;

    private static final byte[] NOTHING = new byte[0];

    private final ObjectInserter objects;
    private final Executor workers;
    private final BufferPool buffers;
    private final Chunker chunker;
    private final ManifestBuilder manifest;
    private final ArrayDeque<ChunkInFlight> inFlight = new ArrayDeque<>();
    private final Runnable whenClosed;

    /** Null if nothing is expected any more. */
    private @Nullable ExpectedChunks expected;

    /** What the bytes in the buffer are expected to become; null while cuts are looked for. */
    private ChunkCursor.@Nullable Place guess;

    /** How many chunks in a row the last version did not have; 0 while what is expected comes. */
    private int newChunks;

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
            long size,
            @Nullable ExpectedChunks expected,
            Runnable whenClosed) {
        this.expected = expected;
        this.whenClosed = whenClosed;
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
        size += bytes.remaining();
        take(bytes);
    }

    private void take(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            if (filled == 0 && guess == null) {
                guess();
            }
            if (filled == buffer.length) {
                grow(bytes.remaining());
            }
            int taken = Math.min(Math.min(bytes.remaining(), buffer.length - filled), STRIDE);
            if (guess != null) {
                taken = Math.min(taken, guess.length() - filled);
                bytes.get(buffer, filled, taken);
                filled += taken;
                if (filled == guess.length()) {
                    handOver(guess.chunk());
                }
                continue;
            }
            bytes.get(buffer, filled, taken);
            int cut = chunker.scan(buffer, filled, filled + taken);
            if (cut < 0) {
                filled += taken;
            } else {
                bytes.position(bytes.position() - (filled + taken - cut));
                filled = cut;
                handOver(null);
            }
        }
    }

    /** At the beginning of a chunk: whether one is expected here. */
    private void guess() {
        if (expected != null && newChunks == 0) {
            guess = expected.next();
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
            settle();
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
            for (ChunkInFlight chunk : inFlight) {
                if (chunk.isGuess() && chunk.id().isDone()) {
                    chunk.giveBack();
                }
            }
            whenClosed.run();
        }
    }

    /** Has no guess left: what came is less than the chunk that was expected, or all is right. */
    private void settle() {
        while (inFlight.stream().anyMatch(ChunkInFlight::isGuess)) {
            collect();
        }
        if (guess != null) {
            cutAgain();
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
        int wanted =
                guess != null
                        ? guess.length()
                        : Math.max(filled + Math.min(coming, STRIDE), filled * 4);
        byte[] larger = buffers.lend(first || filled > 0 ? wanted : Math.max(wanted, NEXT_BUFFER));
        System.arraycopy(buffer, 0, larger, 0, filled);
        releaseArray();
        buffer = larger;
    }

    private void handOver(@Nullable ObjectId expectedId) {
        while (inFlight.size() >= MAX_IN_FLIGHT) {
            if (!collect()) {
                return; // what was to be handed over was cut again with the rest
            }
        }
        ChunkInFlight chunk = new ChunkInFlight(buffers, buffer, filled, expectedId);
        buffer = NOTHING;
        filled = 0;
        guess = null;
        inFlight.add(chunk);
        try {
            workers.execute(() -> store(chunk));
        } catch (RejectedExecutionException e) {
            chunk.giveBack();
            throw new PfsException(ErrorCode.STOPPED, "the store is closed", null, e);
        }
        // Where cuts are looked for only until a chunk is met again, its id is wanted at once.
        boolean searching = expected != null && newChunks > 0;
        for (ChunkInFlight next = inFlight.peek();
                next != null && (searching || next.id().isDone());
                next = inFlight.peek()) {
            if (!collect()) {
                return;
            }
        }
    }

    /** In a worker. The buffer is free again before the chunk counts as stored. */
    private void store(ChunkInFlight chunk) {
        @Nullable ObjectId id = null;
        @Nullable Throwable failure = null;
        try {
            if (dropped) {
                failure = new IllegalStateException("dropped");
            } else {
                id = insert(chunk);
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        if (id == null || failure != null) {
            chunk.giveBack();
            chunk.id().completeExceptionally(Objects.requireNonNull(failure));
            return;
        }
        if (chunk.isChunk(id)) {
            chunk.giveBack();
        }
        chunk.id().complete(id);
        if (dropped) {
            chunk.giveBack(); // the writer may have looked before it was completed
        }
    }

    private ObjectId insert(ChunkInFlight chunk) {
        if (!chunk.isGuess()) {
            return objects.insert(ObjectKind.CHUNK, chunk.bytes(), 0, chunk.length());
        }
        ObjectId id = ObjectId.of(chunk.bytes(), 0, chunk.length());
        if (chunk.isChunk(id)) {
            objects.insert(ObjectKind.CHUNK, id, chunk.bytes(), 0, chunk.length());
        }
        return id;
    }

    /**
     * Waits for the oldest chunk in flight and adds it to the manifest.
     *
     * @return false if it was not the expected one, and all that was not in the manifest was cut
     *     again
     */
    private boolean collect() {
        ChunkInFlight chunk = inFlight.element();
        ObjectId id = await(chunk);
        if (!chunk.isChunk(id)) {
            cutAgain();
            return false;
        }
        inFlight.remove();
        manifest.add(id, chunk.length());
        if (expected == null) {
            return true;
        }
        if (chunk.isGuess()) {
            expected.confirm();
        } else if (newChunks > 0 && inFlight.isEmpty() && filled == 0 && expected.goBehind(id)) {
            newChunks = 0;
        } else if (newChunks > 0 && ++newChunks > MAX_NEW) {
            expected = null;
        }
        return true;
    }

    private ObjectId await(ChunkInFlight chunk) {
        try {
            return chunk.id().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new PfsException(ErrorCode.STOPPED, "interrupted while storing a file");
        } catch (ExecutionException e) {
            close();
            throw failure(e.getCause());
        }
    }

    /** Looks for the cuts in all bytes that are not in the manifest, which are few. */
    private void cutAgain() {
        ExpectedChunks before = Objects.requireNonNull(expected);
        before.miss();
        expected = null; // no guess is made before these bytes are through
        List<ByteBuffer> pieces = new ArrayList<>();
        for (ChunkInFlight chunk : inFlight) {
            ObjectId id = await(chunk);
            pieces.add(
                    chunk.isChunk(id)
                            ? ByteBuffer.wrap(before.read(id))
                            : ByteBuffer.wrap(Arrays.copyOf(chunk.bytes(), chunk.length())));
            chunk.giveBack();
        }
        inFlight.clear();
        pieces.add(ByteBuffer.wrap(Arrays.copyOf(buffer, filled)));
        releaseBuffer();
        guess = null;
        chunker.reset();
        pieces.forEach(this::take);
        expected = before;
        newChunks = 1;
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
}
