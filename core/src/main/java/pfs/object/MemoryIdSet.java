package pfs.object;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;

/**
 * An {@link IdSet} in one array: 32 bytes an id, and as much again for room. Open addressing by the
 * id's own bits, which are a hash already; a row of zeros is kept apart.
 */
public final class MemoryIdSet implements IdSet {
    private static final int WORDS = ObjectId.BYTES / Long.BYTES;
    private static final int FIRST_SLOTS = 1 << 10;

    @GuardedBy("this")
    private long[] slots = new long[FIRST_SLOTS * WORDS];

    @GuardedBy("this")
    private long size;

    @GuardedBy("this")
    private boolean hasZero;

    @Override
    public synchronized boolean add(ObjectId id) {
        long[] words = words(id);
        if (isZero(words)) {
            boolean added = !hasZero;
            hasZero = true;
            size += added ? 1 : 0;
            return added;
        }
        int at = slot(words);
        if (slots[at] != 0 || slots[at + 1] != 0 || slots[at + 2] != 0 || slots[at + 3] != 0) {
            return false;
        }
        System.arraycopy(words, 0, slots, at, WORDS);
        size++;
        if (size * WORDS * 2 > slots.length) {
            grow();
        }
        return true;
    }

    @Override
    public synchronized boolean contains(ObjectId id) {
        long[] words = words(id);
        if (isZero(words)) {
            return hasZero;
        }
        int at = slot(words);
        return slots[at] == words[0]
                && slots[at + 1] == words[1]
                && slots[at + 2] == words[2]
                && slots[at + 3] == words[3];
    }

    private static long[] words(ObjectId id) {
        ByteBuffer bytes = ByteBuffer.wrap(id.toBytes());
        return new long[] {bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong()};
    }

    private static boolean isZero(long[] words) {
        return (words[0] | words[1] | words[2] | words[3]) == 0;
    }

    /** Where the id is, or the free slot where it belongs. */
    @GuardedBy("this")
    private int slot(long[] words) {
        int mask = slots.length / WORDS - 1;
        int at = (int) (words[1] ^ words[1] >>> 32) & mask;
        while (true) {
            int i = at * WORDS;
            boolean free = (slots[i] | slots[i + 1] | slots[i + 2] | slots[i + 3]) == 0;
            if (free
                    || slots[i] == words[0]
                            && slots[i + 1] == words[1]
                            && slots[i + 2] == words[2]
                            && slots[i + 3] == words[3]) {
                return i;
            }
            at = at + 1 & mask;
        }
    }

    @GuardedBy("this")
    private void grow() {
        long[] old = slots;
        slots = new long[old.length * 2];
        for (int i = 0; i < old.length; i += WORDS) {
            long[] words = {old[i], old[i + 1], old[i + 2], old[i + 3]};
            if (!isZero(words)) {
                System.arraycopy(words, 0, slots, slot(words), WORDS);
            }
        }
    }

    @Override
    public synchronized long size() {
        return size;
    }

    @Override
    public synchronized void close() {
        slots = new long[FIRST_SLOTS * WORDS];
        size = 0;
        hasZero = false;
    }
}
