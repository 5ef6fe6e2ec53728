package pfs.jobs.engine;

import java.util.ArrayList;
import java.util.List;
import pfs.jobs.memo.MemoKey;
import pfs.jobs.record.CutTable;
import pfs.object.ObjectId;

/**
 * A range of keys that several stored runs can all be cut to.
 *
 * @param firstKey begins with the first record of this key; empty for the first range
 * @param starts where it begins in each run
 * @param ends where it ends in each run
 * @param identity determines the records: equal identities are equal records, in equal order
 */
record SharedRange(byte[] firstKey, List<Long> starts, List<Long> ends, ObjectId identity) {
    SharedRange {
        starts = List.copyOf(starts);
        ends = List.copyOf(ends);
    }

    /** All records of runs of these sizes, as one range without an identity of its own. */
    static SharedRange whole(List<Long> sizes, ObjectId identity) {
        return new SharedRange(new byte[0], sizes.stream().map(_ -> 0L).toList(), sizes, identity);
    }

    /**
     * The ranges between the cut keys that all tables have, in order; all records are in them.
     *
     * @param tables of runs that are not empty
     * @param stage what identities begin with
     */
    static List<SharedRange> of(List<CutTable> tables, ObjectId stage) {
        List<SharedRange> ranges = new ArrayList<>();
        int[] from = new int[tables.size()];
        int[] at = new int[tables.size()];
        while (nextShared(tables, at)) {
            ranges.add(between(tables, from, at, stage));
            System.arraycopy(at, 0, from, 0, at.length);
        }
        for (int i = 0; i < at.length; i++) {
            at[i] = tables.get(i).segments();
        }
        ranges.add(between(tables, from, at, stage));
        return ranges;
    }

    /** Moves all places to the next key that all tables have; false if there is none. */
    private static boolean nextShared(List<CutTable> tables, int[] at) {
        at[0]++;
        int agreed = 1;
        for (int i = 1 % at.length; agreed < at.length; i = (i + 1) % at.length) {
            int last = (i + at.length - 1) % at.length;
            if (at[last] >= tables.get(last).segments()) {
                return false;
            }
            agreed = moveTo(tables, at, i, last) ? agreed + 1 : 1;
        }
        return at[0] < tables.getFirst().segments();
    }

    /** Moves one place to the key of another, or behind it; whether it is there. */
    private static boolean moveTo(List<CutTable> tables, int[] at, int i, int other) {
        CutTable table = tables.get(i);
        at[i] = Math.max(at[i], 1);
        while (at[i] < table.segments()) {
            int order = table.compareKey(at[i], tables.get(other), at[other]);
            if (order >= 0) {
                return order == 0;
            }
            at[i]++;
        }
        return false;
    }

    private static SharedRange between(
            List<CutTable> tables, int[] from, int[] to, ObjectId stage) {
        MemoKey key = MemoKey.below(stage);
        List<Long> starts = new ArrayList<>(from.length);
        List<Long> ends = new ArrayList<>(from.length);
        for (int i = 0; i < from.length; i++) {
            CutTable table = tables.get(i);
            starts.add(table.start(from[i]));
            ends.add(table.start(to[i]));
            key.number(to[i] - from[i]).bytes(table.hashes(from[i], to[i]));
        }
        return new SharedRange(tables.getFirst().key(from[0]), starts, ends, key.id());
    }
}
