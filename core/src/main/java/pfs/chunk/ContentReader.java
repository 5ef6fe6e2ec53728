package pfs.chunk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectCache;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.object.ObjectReader;
import pfs.object.StoredPart;

/**
 * Reads the bytes of stored files, checked: a damaged or wrong chunk throws before any of its bytes
 * is given out. Thread-safe.
 *
 * <p>A long read fetches the next chunk on a virtual thread while the sink is busy with this one.
 * The chunks in memory, of all reads together, stay below a limit: a read waits in line for its
 * next chunk and is refused (BUSY) after a while.
 */
public final class ContentReader {
    /** Files up to this length are kept in memory once they were read. */
    private static final int SHORT = 16 * 1024;

    /** Bytes that keeping one takes beside its own. */
    private static final int OVERHEAD = 160;

    private final ObjectReader objects;
    private final ManifestNodes nodes;
    private final ReadMemory memory;
    private final ObjectCache<byte[]> shortFiles;

    /**
     * @param memoryBytes of chunks in memory for reads under way
     * @param keptBytes of the cache of short files
     */
    ContentReader(ObjectReader objects, long memoryBytes, Duration patience, long keptBytes) {
        this.objects = objects;
        this.shortFiles = new ObjectCache<>(keptBytes);
        this.nodes = new ManifestNodes(objects);
        this.memory = new ReadMemory(memoryBytes, patience);
    }

    /** Takes a piece; the buffer is only valid during the call. */
    public interface Sink {
        void accept(ByteBuffer piece) throws IOException;
    }

    /**
     * Gives {@code length} bytes from {@code offset} on to the sink, in pieces, in order.
     *
     * @throws IndexOutOfBoundsException if the content does not have these bytes
     * @throws PfsException CORRUPT, BUSY
     * @throws IOException only what the sink throws
     */
    public void read(Content content, long offset, long length, Sink sink) throws IOException {
        if (isShort(content) && length > 0) {
            Objects.checkFromIndexSize(offset, length, content.size());
            sink.accept(ByteBuffer.wrap(shortFile(content), (int) offset, (int) length));
            return;
        }
        try (ChunkStream chunks = stream(content, offset, length)) {
            for (@Nullable ByteBuffer piece = chunks.next(); piece != null; piece = chunks.next()) {
                sink.accept(piece);
            }
        }
    }

    /** Takes bytes, or is told where other servers find them. */
    public interface PartSink extends Sink {
        /**
         * @param from the first byte of the chunk that is meant
         * @param length how many are
         */
        void stored(ObjectId chunk, StoredPart part, int from, int length) throws IOException;
    }

    /**
     * As {@link #read}, but of chunks that other servers find it says where they are, and does not
     * read them.
     */
    public void refer(Content content, long offset, long length, PartSink sink) throws IOException {
        Objects.checkFromIndexSize(offset, length, content.size());
        if (length == 0) {
            return;
        }
        ChunkCursor cursor = new ChunkCursor(nodes, content, offset);
        long at = offset;
        while (at < offset + length) {
            ChunkCursor.Place place = cursor.next();
            int from = (int) (at - place.start());
            int count = (int) (Math.min(offset + length, place.end()) - at);
            Optional<StoredPart> part = objects.locate(place.chunk());
            if (part.isPresent()) {
                sink.stored(place.chunk(), part.get(), from, count);
            } else {
                read(content, at, count, sink);
            }
            at += count;
        }
    }

    /** Where other servers find what is at an offset of a file; empty if they do not. */
    public Optional<StoredPart> locate(Content content, long offset) {
        return content.size() == 0
                ? Optional.empty()
                : objects.locate(new ChunkCursor(nodes, content, offset).next().chunk());
    }

    /** A short file's bytes if they are in memory; null says nothing. Not to be changed. */
    public byte @Nullable [] inMemory(Content content) {
        return isShort(content) ? shortFiles.get(content.id()) : null;
    }

    /** Bytes of memory that short files take, about. */
    public long keptBytes() {
        return shortFiles.held();
    }

    /** Bytes of memory that short files may take. */
    public long keptLimit() {
        return shortFiles.capacity();
    }

    private static boolean isShort(Content content) {
        return content.depth() == 0 && content.size() <= SHORT;
    }

    private byte[] shortFile(Content content) {
        byte[] known = shortFiles.get(content.id());
        if (known != null) {
            return known;
        }
        byte[] bytes = objects.read(content.id(), ObjectKind.CHUNK);
        if (bytes.length != content.size()) {
            throw new PfsException(
                    ErrorCode.CORRUPT,
                    "chunk "
                            + content.id()
                            + " has "
                            + bytes.length
                            + " bytes, its file says "
                            + content.size(),
                    content.id().toString());
        }
        shortFiles.put(content.id(), bytes, bytes.length + OVERHEAD);
        return bytes;
    }

    /**
     * All bytes as a stream, which throws as {@link #read} does. Not thread-safe; it holds a chunk
     * or two in memory until it is closed.
     */
    public InputStream open(Content content) {
        return new ContentInputStream(this, content);
    }

    /** Takes the chunks of a file, in order. */
    @FunctionalInterface
    public interface ChunkVisitor {
        /**
         * @param start where the chunk begins in the file
         */
        void chunk(ObjectId id, long start, int length) throws IOException;
    }

    /**
     * Gives all chunks of a file to the visitor; reads the manifest only. An empty file has none.
     *
     * @throws PfsException CORRUPT
     * @throws IOException only what the visitor throws
     */
    public void chunks(Content content, ChunkVisitor visitor) throws IOException {
        if (content.size() == 0) {
            return;
        }
        ChunkCursor cursor = new ChunkCursor(nodes, content, 0);
        long at = 0;
        while (at < content.size()) {
            ChunkCursor.Place place = cursor.next();
            visitor.chunk(place.chunk(), place.start(), place.length());
            at = place.end();
        }
    }

    ChunkStream stream(Content content, long offset, long length) {
        Objects.checkFromIndexSize(offset, length, content.size());
        return new ChunkStream(objects, nodes, memory, content, offset, offset + length);
    }

    ManifestNodes nodes() {
        return nodes;
    }
}
