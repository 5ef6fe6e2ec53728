package pfs.chunk;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectBytes;
import pfs.object.ObjectKind;
import pfs.object.ObjectReader;

/**
 * The bytes of a range of a file, a chunk at a time, with the next one on its way. Not thread-safe;
 * holds memory until it is closed.
 */
final class ChunkStream implements AutoCloseable {
    private final ObjectReader objects;
    private final ReadMemory memory;
    private final ChunkCursor cursor;
    private final long offset;
    private final long end;

    private ChunkCursor.@Nullable Place next;
    private @Nullable Ahead ahead;
    private @Nullable ObjectBytes current;
    private int held;

    ChunkStream(
            ObjectReader objects,
            ManifestNodes nodes,
            ReadMemory memory,
            Content content,
            long offset,
            long end) {
        this.objects = objects;
        this.memory = memory;
        this.offset = offset;
        this.end = end;
        this.cursor = new ChunkCursor(nodes, content, offset);
        this.next = offset < end ? cursor.next() : null;
    }

    /** The next bytes, valid until the next call or close; null at the end. */
    @Nullable ByteBuffer next() {
        release();
        ChunkCursor.@Nullable Place place = next;
        if (place == null) {
            return null;
        }
        ByteBuffer bytes = fetched(place).bytes();
        next = null;
        if (place.end() < end) {
            next = cursor.next();
            fetchAhead(next);
        }
        int from = (int) Math.max(0, offset - place.start());
        int to = (int) Math.min(place.length(), end - place.start());
        return bytes.slice(bytes.position() + from, to - from);
    }

    @Override
    public void close() {
        release();
        next = null;
        @Nullable Ahead dropped = ahead;
        if (dropped != null) {
            ahead = null;
            dropped.bytes.whenComplete(
                    (bytes, _) -> {
                        if (bytes != null) {
                            bytes.close();
                        }
                        memory.release(dropped.length);
                    });
        }
    }

    private void release() {
        @Nullable ObjectBytes read = current;
        if (read != null) {
            current = null;
            read.close();
        }
        if (held > 0) {
            memory.release(held);
            held = 0;
        }
    }

    private ObjectBytes fetched(ChunkCursor.Place place) {
        ObjectBytes bytes = takeIn(place);
        current = bytes;
        return bytes;
    }

    private ObjectBytes takeIn(ChunkCursor.Place place) {
        @Nullable Ahead coming = ahead;
        if (coming == null) {
            memory.acquire(place.length());
            held = place.length();
            return read(place);
        }
        ahead = null;
        held = place.length();
        try {
            return coming.bytes.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof PfsException known) {
                throw new PfsException(
                        known.code(), String.valueOf(known.getMessage()), known.subject(), known);
            }
            throw e;
        }
    }

    private void fetchAhead(ChunkCursor.Place place) {
        if (memory.tryAcquire(place.length())) {
            CompletableFuture<ObjectBytes> coming = new CompletableFuture<>();
            ahead = new Ahead(coming, place.length());
            Thread.startVirtualThread(
                    () -> {
                        try {
                            coming.complete(read(place));
                        } catch (RuntimeException | Error e) {
                            coming.completeExceptionally(e);
                        }
                    });
        }
    }

    private ObjectBytes read(ChunkCursor.Place place) {
        ObjectBytes object = objects.lend(place.chunk(), ObjectKind.CHUNK);
        int length = object.bytes().remaining();
        if (length != place.length()) {
            object.close();
            throw new PfsException(
                    ErrorCode.CORRUPT,
                    "chunk "
                            + place.chunk()
                            + " has "
                            + length
                            + " bytes, its file says "
                            + place.length(),
                    place.chunk().toString());
        }
        return object;
    }

    /** The next chunk on its way; its memory is taken already. */
    private record Ahead(CompletableFuture<ObjectBytes> bytes, int length) {}
}
