package pfs.jobs.record;

import java.util.Arrays;

/**
 * Records in memory, sorted by key in unsigned byte order; records of one key stay in the order in
 * which they were added.
 *
 * <p>Sorting works on longs that hold five bytes of the key and the record's number, with the JDK's
 * primitive sort; records that agree in these five are sorted by the next five, and so on (a
 * most-significant-digit radix sort with large digits). So keys are compared without following a
 * pointer, and the order is stable by construction.
 */
final class SortedRun {
    /** Bytes of the key in a sort key, and bits of the record's number. */
    private static final int DIGIT = 5;

    private static final int NUMBER_BITS = 24;

    /** Bytes of a common prefix up to which digits are used. */
    private static final int MAX_DEPTH = 2000;

    static final int MAX_RECORDS = 1 << NUMBER_BITS;
    private static final long NUMBER = MAX_RECORDS - 1;

    private byte[] arena;
    private int used;
    private int[] places = new int[1024];
    private int count;

    /** Records that come in order, as those of a combine do, need no sorting. */
    private boolean inOrder = true;

    SortedRun(int initialBytes) {
        this.arena = new byte[initialBytes];
    }

    int bytes() {
        return used;
    }

    int count() {
        return count;
    }

    /** Memory it holds, in bytes, with what sorting needs. */
    long footprint() {
        return arena.length + 12L * places.length;
    }

    void add(byte[] record, int key, int keyLength, int tailLength) {
        int need = used + RecordCodec.MAX_HEADER + keyLength + tailLength;
        if (need > arena.length) {
            arena =
                    Arrays.copyOf(
                            arena, (int) Math.max(need, Math.min(arena.length * 2L, 1 << 30)));
        }
        if (count == places.length) {
            places = Arrays.copyOf(places, count * 2);
        }
        inOrder = inOrder && (count == 0 || !isBeforeLast(record, key, keyLength));
        places[count++] = used;
        used = RecordCodec.encode(arena, used, record, key, keyLength, tailLength);
    }

    private boolean isBeforeLast(byte[] record, int key, int keyLength) {
        int last = places[count - 1];
        int lastLength = RecordCodec.varint(arena, last);
        int lastKey = keyAt(last, lastLength);
        return Arrays.compareUnsigned(
                        record, key, key + keyLength, arena, lastKey, lastKey + lastLength)
                < 0;
    }

    void clear() {
        inOrder = true;
        used = 0;
        count = 0;
    }

    /**
     * So many bytes of a key from {@code depth} on, as an unsigned number, zeros behind its end.
     */
    static long prefix(byte[] bytes, int key, int keyLength, int depth, int width) {
        long value = 0;
        int have = Math.min(width, keyLength - depth);
        for (int i = 0; i < have; i++) {
            value = value << 8 | bytes[key + depth + i] & 0xff;
        }
        return have <= 0 ? 0 : value << 8 * (width - have);
    }

    /** The records in order. Nothing may be added while it is used. */
    RecordSource sorted() {
        long[] order = new long[count];
        for (int i = 0; i < count; i++) {
            order[i] = i;
        }
        if (!inOrder) {
            sort(order, 0, count, 0);
        }
        return new Source(order);
    }

    private void sort(long[] order, int from, int to, int depth) {
        boolean anyLeft = false;
        for (int i = from; i < to; i++) {
            int number = (int) (order[i] & NUMBER);
            int place = places[number];
            int keyLength = RecordCodec.varint(arena, place);
            int key = keyAt(place, keyLength);
            anyLeft |= keyLength > depth;
            long digit = prefix(arena, key, keyLength, depth, DIGIT);
            // The top bit is flipped, since the sort is signed.
            order[i] = (digit << NUMBER_BITS | number) ^ Long.MIN_VALUE;
        }
        Arrays.sort(order, from, to);
        if (!anyLeft) {
            return;
        }
        int start = from;
        while (start < to) {
            long digit = order[start] >>> NUMBER_BITS;
            int end = start + 1;
            while (end < to && order[end] >>> NUMBER_BITS == digit) {
                end++;
            }
            if (end - start > 1) {
                sortTies(order, start, end, depth);
            }
            start = end;
        }
    }

    /** Records that agree in a digit: those that end within it first, the shorter before. */
    private void sortTies(long[] order, int from, int to, int depth) {
        int next = depth + DIGIT;
        int longer = 0;
        for (int i = from; i < to; i++) {
            longer += keyLength(order[i]) > next ? 1 : 0;
        }
        int ended = to - from - longer;
        if (ended > 0 && !sameLength(order, from, to, next)) {
            long[] sorted = new long[to - from];
            int at = 0;
            for (int length = depth; length <= next; length++) {
                for (int i = from; i < to; i++) {
                    if (Math.max(depth, keyLength(order[i])) == length) {
                        sorted[at++] = order[i];
                    }
                }
            }
            for (int i = from; i < to; i++) {
                if (keyLength(order[i]) > next) {
                    sorted[at++] = order[i];
                }
            }
            System.arraycopy(sorted, 0, order, from, sorted.length);
        }
        if (longer > 1 && next <= MAX_DEPTH) {
            sort(order, to - longer, to, next);
        } else if (longer > 1) {
            sortByComparing(order, to - longer, to);
        }
    }

    /**
     * For keys that agree in their first thousands of bytes: sorting by digits would go too deep.
     */
    private void sortByComparing(long[] order, int from, int to) {
        Integer[] numbers = new Integer[to - from];
        for (int i = from; i < to; i++) {
            numbers[i - from] = (int) (order[i] & NUMBER);
        }
        Arrays.sort(numbers, this::compare);
        for (int i = from; i < to; i++) {
            order[i] = numbers[i - from];
        }
    }

    private int compare(int a, int b) {
        int aLength = RecordCodec.varint(arena, places[a]);
        int bLength = RecordCodec.varint(arena, places[b]);
        int aKey = keyAt(places[a], aLength);
        int bKey = keyAt(places[b], bLength);
        int order =
                Arrays.compareUnsigned(arena, aKey, aKey + aLength, arena, bKey, bKey + bLength);
        return order != 0 ? order : Integer.compare(a, b);
    }

    private boolean sameLength(long[] order, int from, int to, int next) {
        int first = Math.min(keyLength(order[from]), next + 1);
        for (int i = from + 1; i < to; i++) {
            if (Math.min(keyLength(order[i]), next + 1) != first) {
                return false;
            }
        }
        return true;
    }

    private int keyLength(long entry) {
        return RecordCodec.varint(arena, places[(int) (entry & NUMBER)]);
    }

    private int keyAt(int place, int keyLength) {
        int at = place + RecordCodec.varintBytes(keyLength);
        return at + RecordCodec.varintBytes(RecordCodec.varint(arena, at));
    }

    private final class Source extends RecordSource {
        private final long[] order;
        private int next;

        Source(long[] order) {
            this.order = order;
            this.bytes = arena;
        }

        @Override
        public boolean next() {
            if (next == order.length) {
                return false;
            }
            int place = places[(int) (order[next++] & NUMBER)];
            keyLength = RecordCodec.varint(arena, place);
            int at = place + RecordCodec.varintBytes(keyLength);
            tailLength = RecordCodec.varint(arena, at);
            key = at + RecordCodec.varintBytes(tailLength);
            return true;
        }
    }
}
