package pfs.testing.disk;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/** A file's bytes: as they are, as they are on stable storage, and what lies between. */
final class Inode {
    private static final Image NOTHING = new Image(new byte[0], 0);

    private Image now = NOTHING;
    private Image durable = NOTHING;
    private final List<Change> pending = new ArrayList<>();

    /** Whether the array behind {@link #now} may be written to behind its end. */
    private boolean growing;

    /** Whether a sync failed, so that what is read is not what the next sync makes durable. */
    private boolean lossy;

    private sealed interface Change {
        record Write(int offset, byte[] bytes) implements Change {}

        record Truncate(int size) implements Change {}
    }

    /** Bytes that never change: a beginning of an array that may grow behind them. */
    private static final class Image {
        private final byte[] array;
        private final int size;
        private long print;
        private boolean printed;

        Image(byte[] array, int size) {
            this.array = array;
            this.size = size;
        }

        byte[] copy(int length) {
            byte[] copy = new byte[length];
            System.arraycopy(array, 0, copy, 0, Math.min(size, length));
            return copy;
        }

        long print() {
            if (!printed) {
                CRC32C one = new CRC32C();
                one.update(array, 0, size);
                CRC32 other = new CRC32();
                other.update(array, 0, size);
                print = (one.getValue() << 32 | other.getValue()) + size;
                printed = true;
            }
            return print;
        }
    }

    int size() {
        return now.size;
    }

    int read(ByteBuffer into, long offset) {
        if (offset >= now.size) {
            return -1;
        }
        int length = (int) Math.min(into.remaining(), now.size - offset);
        into.put(now.array, (int) offset, length);
        return length;
    }

    void write(long offset, byte[] written) {
        int at = Math.toIntExact(offset);
        pending.add(new Change.Write(at, written));
        int end = at + written.length;
        boolean behind = growing && at == now.size && end <= now.array.length;
        byte[] array = behind ? now.array : now.copy(Math.max(now.size, end + end / 2));
        System.arraycopy(written, 0, array, at, written.length);
        now = new Image(array, Math.max(now.size, end));
        growing = true;
    }

    void truncate(long size) {
        if (size < now.size) {
            pending.add(new Change.Truncate((int) size));
            now = new Image(now.array, (int) size);
            growing = false;
        }
    }

    void sync() {
        durable = withPending();
        pending.clear();
    }

    private Image withPending() {
        if (!lossy) {
            return now;
        }
        Image result = durable;
        for (Change change : pending) {
            result = applied(result, change);
        }
        return result;
    }

    /** What was pending stays readable and will never be on stable storage. */
    void forgetPending() {
        lossy |= !pending.isEmpty();
        pending.clear();
    }

    byte[] bytes() {
        return now.copy(now.size);
    }

    void replace(byte[] others) {
        pending.clear();
        lossy = false;
        growing = false;
        now = new Image(others.clone(), others.length);
        durable = now;
    }

    private static Image applied(Image to, Change change) {
        return switch (change) {
            case Change.Truncate(int size) -> size < to.size ? new Image(to.array, size) : to;
            case Change.Write(int offset, byte[] written) -> {
                byte[] result = to.copy(Math.max(to.size, offset + written.length));
                System.arraycopy(written, 0, result, offset, written.length);
                yield new Image(result, result.length);
            }
        };
    }

    /** What a loss of power leaves of it; what is the same in both is shared. */
    Inode afterCrash(CrashState state, Random random) {
        Inode left = new Inode();
        boolean settled = pending.isEmpty();
        left.now =
                switch (state) {
                    case NONE -> durable;
                    case ALL -> withPending();
                    case ZEROS -> settled ? durable : zeros();
                    case TORN_SECTORS -> settled ? durable : torn(512, random);
                    case TORN_PAGES -> settled ? durable : torn(4096, random);
                };
        left.durable = left.now;
        return left;
    }

    private Image zeros() {
        byte[] result = durable.copy(withPending().size);
        for (Change change : pending) {
            if (change instanceof Change.Write(int offset, byte[] written)) {
                int end = Math.min(offset + written.length, result.length);
                Arrays.fill(result, Math.min(offset, end), end, (byte) 0);
            }
        }
        return new Image(result, result.length);
    }

    /** Each piece of each pending write is there or is not; a truncation too. */
    private Image torn(int piece, Random random) {
        Image result = durable;
        for (Change change : pending) {
            if (change instanceof Change.Write(int offset, byte[] written)) {
                result = torn(result, offset, written, piece, random);
            } else if (random.nextBoolean()) {
                result = applied(result, change);
            }
        }
        return result;
    }

    private static Image torn(Image to, int offset, byte[] written, int piece, Random random) {
        byte[] result = to.copy(Math.max(to.size, offset + written.length));
        int size = to.size;
        for (int at = 0; at < written.length; ) {
            int end = Math.min(written.length, at + piece - (offset + at) % piece);
            if (random.nextBoolean()) {
                System.arraycopy(written, at, result, offset + at, end - at);
                size = Math.max(size, offset + end);
            }
            at = end;
        }
        return new Image(result, size);
    }

    /** Differs between files that hold different bytes, but for one in 2^64 by chance. */
    long fingerprint() {
        return now.print();
    }
}
