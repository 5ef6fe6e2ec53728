package pfs.repo;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.Key;
import pfs.meta.MetaLimits;
import pfs.meta.MetaStore;
import pfs.object.ObjectId;

/**
 * What was done for which idempotency key: see {@link Once}. Thread-safe.
 *
 * <p>An answer is durable with the change that it is about: in the same journal record as a write,
 * in the same batch of metadata as a commit. Those of the journal are written to the metadata
 * before the journal is cut ({@link #persist}); a start reads both. In memory all the while, since
 * there are few.
 */
final class Answers {
    private static final long KEPT_NANOS = Duration.ofHours(Once.KEPT_HOURS).toNanos();

    /** Changes of a batch. */
    private static final int GROUP = MetaLimits.USUAL_BATCH;

    private final MetaStore meta;
    private final LongSupplier clock;
    private final int most;

    /** Those who are making a change just now; who comes with the same key waits for them. */
    private final ConcurrentHashMap<ObjectId, CountDownLatch> making = new ConcurrentHashMap<>();

    /** By key, the oldest first. */
    @GuardedBy("this")
    private final LinkedHashMap<ObjectId, Answer> known = new LinkedHashMap<>();

    /** Keys that only the journal knows. */
    @GuardedBy("this")
    private final Set<ObjectId> unwritten = new HashSet<>();

    /** Keys that the metadata still have. */
    @GuardedBy("this")
    private final Set<ObjectId> outlived = new HashSet<>();

    /**
     * @param clock nanoseconds since 1970
     */
    Answers(MetaStore meta, LongSupplier clock, int most) {
        this.meta = meta;
        this.clock = clock;
        this.most = most;
        load();
    }

    private synchronized void load() {
        List<Answer> found = new ArrayList<>();
        Key after = RefKeys.ANSWERS;
        for (List<MetaStore.Pair> page = meta.scan(RefKeys.ANSWERS, after, GROUP);
                !page.isEmpty();
                page = meta.scan(RefKeys.ANSWERS, after, GROUP)) {
            page.forEach(pair -> found.add(decode(pair.value().value())));
            after = page.getLast().key();
        }
        found.sort(Comparator.comparingLong(Answer::time));
        found.forEach(answer -> known.put(answer.once().key(), answer));
    }

    /**
     * The change's outcome: made now by {@code change}, or made before and told again.
     *
     * @param again makes the outcome of an answer
     * @throws PfsException KEY_REUSED if the key came with another request
     */
    <T> T once(Once once, Supplier<T> change, Function<Answer, T> again) {
        CountDownLatch mine = new CountDownLatch(1);
        while (true) {
            CountDownLatch other = making.putIfAbsent(once.key(), mine);
            if (other == null) {
                break;
            }
            await(other);
        }
        try {
            Answer made = find(once.key());
            if (made == null) {
                return change.get();
            }
            if (!made.once().request().equals(once.request())) {
                throw new PfsException(
                        ErrorCode.KEY_REUSED,
                        "the Idempotency-Key was used for another request",
                        null);
            }
            return again.apply(made);
        } finally {
            making.remove(once.key());
            mine.countDown();
        }
    }

    private static void await(CountDownLatch other) {
        try {
            other.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PfsException(ErrorCode.BUSY, "interrupted while the same key was in use");
        }
    }

    /** The answer for a key, if there is one that has not run out. */
    synchronized @Nullable Answer find(ObjectId key) {
        Answer made = known.get(key);
        return made == null || hasRunOut(made) ? null : made;
    }

    private boolean hasRunOut(Answer answer) {
        return clock.getAsLong() - answer.time() >= KEPT_NANOS;
    }

    long now() {
        return clock.getAsLong();
    }

    /** Takes in an answer that the journal has. Before its change is shown. */
    synchronized void journaled(Answer answer) {
        add(answer);
        unwritten.add(answer.once().key());
        trim();
    }

    /** Takes in an answer that the metadata have. */
    synchronized void written(Answer answer) {
        add(answer);
        trim();
    }

    @GuardedBy("this")
    private void add(Answer answer) {
        ObjectId key = answer.once().key();
        known.remove(key);
        known.put(key, answer);
        outlived.remove(key);
    }

    @GuardedBy("this")
    private void trim() {
        Iterator<Map.Entry<ObjectId, Answer>> oldest = known.entrySet().iterator();
        while (oldest.hasNext()) {
            Map.Entry<ObjectId, Answer> next = oldest.next();
            if (known.size() <= most && !hasRunOut(next.getValue())) {
                return;
            }
            oldest.remove();
            if (!unwritten.remove(next.getKey())) {
                outlived.add(next.getKey());
            }
        }
    }

    /** Writes to the metadata what only the journal knows, and takes out what has run out. */
    void persist() {
        List<Answer> missing = new ArrayList<>();
        List<ObjectId> gone;
        synchronized (this) {
            trim();
            for (ObjectId key : unwritten) {
                Answer answer = known.get(key);
                if (answer != null) {
                    missing.add(answer);
                }
            }
            gone = List.copyOf(outlived);
        }
        Batch batch = new Batch();
        for (Answer answer : missing) {
            batch.put(RefKeys.answer(answer.once()), encode(answer));
            batch = committed(batch, GROUP);
        }
        for (ObjectId key : gone) {
            batch.delete(RefKeys.ANSWERS.append(key.toBytes()));
            batch = committed(batch, GROUP);
        }
        committed(batch, 1);
        synchronized (this) {
            missing.forEach(answer -> unwritten.remove(answer.once().key()));
            gone.forEach(outlived::remove);
        }
    }

    private Batch committed(Batch batch, int atLeast) {
        if (batch.changes().size() < atLeast) {
            return batch;
        }
        meta.commit(batch);
        return new Batch();
    }

    static Bytes encode(Answer answer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(160);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            AnswerFormat.write(out, answer);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return Bytes.of(bytes.toByteArray());
    }

    private static Answer decode(Bytes bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.array()))) {
            return AnswerFormat.read(in);
        } catch (IOException | IllegalArgumentException e) {
            throw new PfsException(
                    ErrorCode.CORRUPT,
                    "the answer of an idempotency key does not decode: " + e.getMessage(),
                    null,
                    e);
        }
    }
}
