package pfs.chunk;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectInserter;
import pfs.object.ObjectKind;
import pfs.object.ObjectReader;
import pfs.object.PreparedObject;

/**
 * Where the bytes of files become objects and come back: makes writers, which share workers and
 * memory, and has the reader. Thread-safe. Closing it lets chunks in flight complete.
 */
public final class ContentStore implements AutoCloseable {
    private static final int COMPARING = 4;

    /** With fewer chunks, about, there is too little to gain from those of the last version. */
    private static final int WORTH_COMPARING = 16;

    /** Bytes of a file that {@link #prepare} takes: less than a chunk has that is cut. */
    public static final int SHORT = 16 * 1024;

    private static final Duration WORKER_IDLE = Duration.ofSeconds(30);

    private final ObjectInserter inserter;
    private final ObjectReader objects;
    private final ContentReader reader;
    private final ChunkLimits limits;
    private final BufferPool buffers;
    private final ThreadPoolExecutor workers;

    /**
     * Writers with a last version hold chunks that turned out to be others until these are cut
     * again: so many of them have their share of the memory, and nobody waits for them.
     */
    private final Semaphore comparing = new Semaphore(COMPARING);

    /**
     * What it may use.
     *
     * @param writeBytes memory for all uploads together, at least 8 MiB
     * @param readBytes memory for the chunks of all downloads together, at least 32 MiB
     * @param keptBytes memory for short files that were read and are kept
     * @param workers threads that hash and insert; a core each is best
     * @param patience how long a write or read waits for memory before it is refused (BUSY)
     */
    public record Settings(
            long writeBytes, long readBytes, long keptBytes, int workers, Duration patience) {
        /** For a server with a heap of 512 MiB. */
        public static Settings standard() {
            int cores = Runtime.getRuntime().availableProcessors();
            return new Settings(96L << 20, 96L << 20, 96L << 20, cores, Duration.ofSeconds(30));
        }
    }

    public ContentStore(ObjectInserter inserter, ObjectReader objects, Settings settings) {
        this(inserter, objects, settings, ChunkLimits.STANDARD);
    }

    /** With other limits than the format's: for tests and measurements. */
    ContentStore(
            ObjectInserter inserter, ObjectReader objects, Settings settings, ChunkLimits limits) {
        this.inserter = inserter;
        this.objects = objects;
        this.limits = limits;
        this.reader =
                new ContentReader(
                        objects, settings.readBytes(), settings.patience(), settings.keptBytes());
        this.buffers = new BufferPool(limits.max(), settings.writeBytes(), settings.patience());
        this.workers =
                new ThreadPoolExecutor(
                        settings.workers(),
                        settings.workers(),
                        WORKER_IDLE.toSeconds(),
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        Thread.ofPlatform().daemon().name("chunk-worker-", 1).factory());
        workers.allowCoreThreadTimeOut(true);
    }

    /** A writer for the bytes of one new file. */
    public ContentWriter newWriter() {
        return writer(new ManifestBuilder(inserter), 0);
    }

    /**
     * A writer for the bytes of a new version of a file. What it finishes is the same as without
     * the last version; it is faster where much of that comes again.
     */
    public ContentWriter newWriter(Content last) {
        boolean worthIt = last.depth() > 0 && last.size() / limits.normal() >= WORTH_COMPARING;
        if (!worthIt || !comparing.tryAcquire()) {
            return newWriter();
        }
        return new ContentWriter(
                inserter,
                workers,
                buffers,
                new Chunker(limits),
                new ManifestBuilder(inserter),
                0,
                new ExpectedChunks(reader.nodes(), objects, limits, last),
                comparing::release);
    }

    /**
     * The content of a short file, with all but the storing done; never waits.
     *
     * @param bytes the whole file, at most {@link #SHORT} bytes, which must not change any more
     * @return null if only a writer can store it, as when it may be there already
     */
    public @Nullable ShortContent prepare(byte[] bytes) {
        if (bytes.length > SHORT || ManifestNode.looksLikeOne(bytes, bytes.length)) {
            return null;
        }
        @Nullable PreparedObject chunk = inserter.prepare(ObjectKind.CHUNK, bytes, 0, bytes.length);
        return chunk == null
                ? null
                : new ShortContent(new Content(chunk.id(), 0, bytes.length), chunk);
    }

    /**
     * A writer that goes on behind what is stored: what it finishes equals the content of all the
     * bytes written afresh. Reads the last chunk and the path to it only.
     *
     * @throws pfs.error.PfsException CORRUPT
     */
    public ContentWriter resume(Content existing) {
        if (existing.size() == 0) {
            return newWriter();
        }
        List<ManifestNode> path = lastPath(existing);
        long lastBytes =
                path.isEmpty() ? existing.size() : path.getLast().size(lastIndex(path.getLast()));
        long kept = existing.size() - lastBytes;
        ContentWriter writer = writer(ManifestBuilder.reopen(inserter, path), kept);
        try (ChunkStream last = reader.stream(existing, kept, lastBytes)) {
            for (ByteBuffer piece = last.next(); piece != null; piece = last.next()) {
                writer.write(piece);
            }
            return writer;
        } catch (RuntimeException | Error e) {
            writer.close();
            throw e;
        }
    }

    public ContentReader reader() {
        return reader;
    }

    @Override
    public void close() {
        workers.shutdown();
    }

    /** True while a writer compares with a last version. */
    boolean isComparing() {
        return comparing.availablePermits() < COMPARING;
    }

    BufferPool buffers() {
        return buffers;
    }

    private ContentWriter writer(ManifestBuilder manifest, long size) {
        return new ContentWriter(
                inserter, workers, buffers, new Chunker(limits), manifest, size, null, () -> {});
    }

    /** The last node of each depth, from the root down. */
    private List<ManifestNode> lastPath(Content content) {
        List<ManifestNode> path = new ArrayList<>();
        var id = content.id();
        long size = content.size();
        for (int depth = content.depth(); depth >= 1; depth--) {
            ManifestNode node = reader.nodes().load(id, depth, size);
            path.add(node);
            id = node.child(lastIndex(node));
            size = node.size(lastIndex(node));
        }
        return path;
    }

    private static int lastIndex(ManifestNode node) {
        return node.count() - 1;
    }
}
