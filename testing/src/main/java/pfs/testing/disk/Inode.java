package pfs.testing.disk;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;

/** A file's bytes: as they are, as they are on stable storage, and what lies between. */
final class Inode {
    private byte[] bytes = new byte[0];
    private byte[] durable = new byte[0];
    private final List<Change> pending = new ArrayList<>();

    private sealed interface Change {
        record Write(int offset, byte[] bytes) implements Change {}

        record Truncate(int size) implements Change {}
    }

    int size() {
        return bytes.length;
    }

    int read(ByteBuffer into, long offset) {
        if (offset >= bytes.length) {
            return -1;
        }
        int length = (int) Math.min(into.remaining(), bytes.length - offset);
        into.put(bytes, (int) offset, length);
        return length;
    }

    void write(long offset, byte[] written) {
        Change change = new Change.Write(Math.toIntExact(offset), written);
        pending.add(change);
        bytes = applied(bytes, change);
    }

    void truncate(long size) {
        if (size < bytes.length) {
            Change change = new Change.Truncate((int) size);
            pending.add(change);
            bytes = applied(bytes, change);
        }
    }

    void sync() {
        durable = withPending();
        pending.clear();
    }

    private byte[] withPending() {
        byte[] result = durable;
        for (Change change : pending) {
            result = applied(result, change);
        }
        return result;
    }

    /** What was pending stays readable and will never be on stable storage. */
    void forgetPending() {
        pending.clear();
    }

    byte[] bytes() {
        return bytes.clone();
    }

    void replace(byte[] others) {
        pending.clear();
        bytes = others.clone();
        durable = bytes;
    }

    private static byte[] applied(byte[] to, Change change) {
        return switch (change) {
            case Change.Truncate(int size) -> size < to.length ? Arrays.copyOf(to, size) : to;
            case Change.Write(int offset, byte[] written) -> {
                byte[] result = Arrays.copyOf(to, Math.max(to.length, offset + written.length));
                System.arraycopy(written, 0, result, offset, written.length);
                yield result;
            }
        };
    }

    Inode afterCrash(CrashState state, Random random) {
        Inode left = new Inode();
        left.bytes =
                switch (state) {
                    case NONE -> durable;
                    case ALL -> withPending();
                    case ZEROS -> zeros();
                    case TORN_SECTORS -> torn(512, random);
                    case TORN_PAGES -> torn(4096, random);
                };
        left.durable = left.bytes;
        return left;
    }

    private byte[] zeros() {
        byte[] result = Arrays.copyOf(durable, withPending().length);
        for (Change change : pending) {
            if (change instanceof Change.Write(int offset, byte[] written)) {
                int end = Math.min(offset + written.length, result.length);
                Arrays.fill(result, Math.min(offset, end), end, (byte) 0);
            }
        }
        return result;
    }

    /** Each piece of each pending write is there or is not; a truncation too. */
    private byte[] torn(int piece, Random random) {
        byte[] result = durable.clone();
        for (Change change : pending) {
            if (change instanceof Change.Write(int offset, byte[] written)) {
                result = torn(result, offset, written, piece, random);
            } else if (random.nextBoolean()) {
                result = applied(result, change);
            }
        }
        return result;
    }

    private static byte[] torn(byte[] to, int offset, byte[] written, int piece, Random random) {
        byte[] result = Arrays.copyOf(to, Math.max(to.length, offset + written.length));
        int size = to.length;
        for (int at = 0; at < written.length; ) {
            int end = Math.min(written.length, at + piece - (offset + at) % piece);
            if (random.nextBoolean()) {
                System.arraycopy(written, at, result, offset + at, end - at);
                size = Math.max(size, offset + end);
            }
            at = end;
        }
        return Arrays.copyOf(result, size);
    }

    long fingerprint() {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes);
        return (long) Arrays.hashCode(bytes) << 32 ^ checksum.getValue() ^ bytes.length;
    }
}
