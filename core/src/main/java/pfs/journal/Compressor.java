package pfs.journal;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;
import pfs.pack.PackRecord;
import pfs.pack.RecordFormat;

/**
 * Zstandard (RFC 8878) where it pays. Thread-safe; keeps a few contexts, which are costly to make.
 */
final class Compressor implements AutoCloseable {
    private static final int LEVEL = 3;
    private static final int CONTEXTS = 8;

    /** What is shorter has too little to find for the higher level, which takes thrice the time. */
    private static final int SHORT = 16 * 1024;

    private static final int SHORT_LEVEL = 1;

    /** Chunks of files that have more than one are at least as long. */
    private static final int LONG = 64 * 1024;

    // What level 3 means for long bytes, but with matches of six bytes at least where it has five:
    // found faster, and fewer short matches that cost more than their letters. And always the
    // window of the longest chunk and tables for it, which the levels choose by the length.
    private static final int LONG_STRATEGY = 2; // ZSTD_dfast
    private static final int LONG_MIN_MATCH = 6;
    private static final int LONG_TABLES = 16;
    private static final int LONG_WINDOW = 20;

    /** Below this nothing worth a frame's header is saved. */
    private static final int MIN_LENGTH = 128;

    /** Long bytes are tried in parts first: what has no redundancy costs little to find out. */
    private static final int PROBE_FROM = 32 * 1024;

    private static final int PROBE = 4096;
    private static final int PROBES = 3;

    private final BlockingQueue<ZstdCompressCtx> compressors = new ArrayBlockingQueue<>(CONTEXTS);
    private final BlockingQueue<ZstdDecompressCtx> decompressors =
            new ArrayBlockingQueue<>(CONTEXTS);

    /** A record as it goes into a pack. */
    record Encoded(ByteBuffer header, ByteBuffer payload) {}

    /** An object's record, compressed where that makes it shorter. The buffer has an array. */
    Encoded encoded(int kind, ObjectId id, ByteBuffer raw) {
        int length = raw.remaining();
        byte[] shorter = compress(raw.array(), raw.arrayOffset() + raw.position(), length);
        ByteBuffer payload = shorter == null ? raw.slice() : ByteBuffer.wrap(shorter);
        int flags = shorter == null ? RecordFormat.PLAIN : RecordFormat.ZSTD;
        return new Encoded(
                RecordFormat.encodeHeader(kind, flags, length, id.toBytes(), payload), payload);
    }

    /** The compressed bytes; null where they would not be at least a sixteenth shorter. */
    byte @Nullable [] compress(byte[] bytes, int offset, int length) {
        if (length < MIN_LENGTH) {
            return null;
        }
        ZstdCompressCtx context = take(compressors, ZstdCompressCtx::new);
        try {
            return length >= PROBE_FROM && !promising(context, bytes, offset, length)
                    ? null
                    : compressed(forLength(context, length), bytes, offset, length);
        } finally {
            giveBack(compressors, context);
        }
    }

    /** Zero is what the level chooses. */
    private static ZstdCompressCtx forLength(ZstdCompressCtx context, int length) {
        boolean isLong = length >= LONG;
        return context.setLevel(length < SHORT ? SHORT_LEVEL : LEVEL)
                .setStrategy(isLong ? LONG_STRATEGY : 0)
                .setMinMatch(isLong ? LONG_MIN_MATCH : 0)
                .setHashLog(isLong ? LONG_TABLES : 0)
                .setChainLog(isLong ? LONG_TABLES : 0)
                .setWindowLog(isLong ? LONG_WINDOW : 0);
    }

    private static byte @Nullable [] compressed(
            ZstdCompressCtx context, byte[] bytes, int offset, int length) {
        byte[] room = new byte[(int) Zstd.compressBound(length)];
        int shorter = context.compressByteArray(room, 0, room.length, bytes, offset, length);
        return shorter < length - length / 16 ? Arrays.copyOf(room, shorter) : null;
    }

    private static boolean promising(
            ZstdCompressCtx context, byte[] bytes, int offset, int length) {
        forLength(context, PROBE);
        byte[] room = new byte[(int) Zstd.compressBound(PROBE)];
        for (int i = 0; i < PROBES; i++) {
            int at = offset + (int) ((long) (length - PROBE) * i / (PROBES - 1));
            int shorter = context.compressByteArray(room, 0, room.length, bytes, at, PROBE);
            if (shorter < PROBE - PROBE / 32) {
                return true;
            }
        }
        return false;
    }

    /**
     * The bytes again, exactly {@code rawLength} of them.
     *
     * @throws IllegalArgumentException if they are damaged or have another length
     */
    byte[] decompress(byte[] bytes, int offset, int length, int rawLength) {
        byte[] raw = new byte[rawLength];
        ZstdDecompressCtx context = take(decompressors, ZstdDecompressCtx::new);
        try {
            int got = context.decompressByteArray(raw, 0, rawLength, bytes, offset, length);
            if (got != rawLength) {
                throw new IllegalArgumentException(got + " bytes instead of " + rawLength);
            }
            return raw;
        } catch (ZstdException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        } finally {
            giveBack(decompressors, context);
        }
    }

    /** As the other, from one direct buffer into another, which it fills. */
    void decompress(ByteBuffer bytes, ByteBuffer raw) {
        ZstdDecompressCtx context = take(decompressors, ZstdDecompressCtx::new);
        try {
            int got =
                    context.decompressDirectByteBuffer(
                            raw,
                            raw.position(),
                            raw.remaining(),
                            bytes,
                            bytes.position(),
                            bytes.remaining());
            if (got != raw.remaining()) {
                throw new IllegalArgumentException(got + " bytes instead of " + raw.remaining());
            }
        } catch (ZstdException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        } finally {
            giveBack(decompressors, context);
        }
    }

    /** A record's raw bytes, in an array of their own; the payload must have an array. */
    byte[] raw(PackRecord record) {
        ByteBuffer payload = record.payload();
        int from = payload.arrayOffset() + payload.position();
        return switch (record.flags()) {
            case RecordFormat.ZSTD ->
                    decompress(payload.array(), from, payload.remaining(), record.rawLength());
            default -> Arrays.copyOfRange(payload.array(), from, from + payload.remaining());
        };
    }

    private static <T> T take(BlockingQueue<T> idle, Supplier<T> maker) {
        T context = idle.poll();
        return context != null ? context : maker.get();
    }

    private static <T extends AutoCloseable> void giveBack(BlockingQueue<T> idle, T context) {
        if (!idle.offer(context)) {
            close(context);
        }
    }

    private static void close(AutoCloseable context) {
        try {
            context.close();
        } catch (Exception e) {
            throw new IllegalStateException("a native context did not close", e);
        }
    }

    @Override
    public void close() {
        for (ZstdCompressCtx c = compressors.poll(); c != null; c = compressors.poll()) {
            close(c);
        }
        for (ZstdDecompressCtx d = decompressors.poll(); d != null; d = decompressors.poll()) {
            close(d);
        }
    }
}
