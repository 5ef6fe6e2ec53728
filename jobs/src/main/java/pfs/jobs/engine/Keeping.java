package pfs.jobs.engine;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pfs.jobs.memo.Memo;
import pfs.jobs.memo.Result;
import pfs.jobs.memo.Slice;
import pfs.object.ObjectId;

/**
 * What becomes of a result that was just made: it is remembered, unless it was made only to be
 * compared. Thread-safe.
 *
 * <p>A server that is killed repeats what was in flight and no more: a worker gets its next request
 * when the result of the last one is durable. Requests of a few milliseconds do not wait, for a
 * sync would cost more than they do; what a kill repeats of them is what they did in the last
 * moments.
 */
final class Keeping {
    /** A request of so long is worth a sync. */
    private static final long SLOW_NANOS = 5_000_000;

    /** One of several requests for a result, of so long, is worth being stored by itself too. */
    private static final long SLOW_PART_NANOS = 100_000_000;

    private final Memo memo;
    private final @Nullable ObjectId key;

    private Keeping(Memo memo, @Nullable ObjectId key) {
        this.memo = memo;
        this.key = key;
    }

    static Keeping under(Memo memo, ObjectId key) {
        return new Keeping(memo, key);
    }

    static Keeping nothing(Memo memo) {
        return new Keeping(memo, null);
    }

    /**
     * Remembers the result, durably if it took long to make.
     *
     * @return the result
     */
    Result kept(Result result, long nanos) throws InterruptedException {
        ObjectId under = key;
        if (under != null) {
            put(under, result, nanos > SLOW_NANOS);
        }
        return result;
    }

    private void put(ObjectId under, Result result, boolean durably) throws InterruptedException {
        memo.put(under, result);
        if (durably) {
            memo.awaitDurable(under);
        }
    }

    /** The slice of an earlier result that has what a range of records became. */
    Optional<Slice> slice(ObjectId range) {
        return key == null ? Optional.empty() : memo.slice(range);
    }

    void keptSlice(ObjectId range, Slice slice) {
        if (key != null) {
            memo.put(range, slice);
        }
    }

    /** What is remembered of one of several requests. */
    Optional<Result> part(ObjectId part) {
        return key == null ? Optional.empty() : memo.result(part);
    }

    /** Whether one of several requests took so long that it is remembered by itself. */
    boolean keepsPart(long nanos) {
        return key != null && nanos > SLOW_PART_NANOS;
    }

    /**
     * Remembers one of several requests, durably.
     *
     * @return the result
     */
    Result keptPart(ObjectId part, Result result) throws InterruptedException {
        put(part, result, true);
        return result;
    }
}
