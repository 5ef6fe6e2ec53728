package pfs.meta.etcd;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import pfs.meta.etcd.EtcdCalls.Deadline;
import pfs.meta.etcd.EtcdCalls.Unanswered;

/**
 * How the fate of a transaction is found out whose answer was lost. Each transaction also writes a
 * receipt, and requires that the receipt is as it was before:
 *
 * <pre>
 * key    'r' store '/' number     store: 16 random bytes in hexadecimal, new at each start
 * value  u64 id, u64 id           which transaction wrote it
 *        u64 ms since 1970        when, so that the receipts of dead stores can be told
 * </pre>
 *
 * Who misses an answer writes the receipt too, under the same requirement: of the two, one comes
 * first. Either the receipt shows the transaction's id, so that it was carried out; or it was not,
 * and never will be, since what it requires is gone, however late it arrives. A receipt is used by
 * one transaction at a time and then by the next, so there are as many as transactions at once.
 */
final class Receipts {
    /** Far more than any clock is wrong, or any transaction takes. */
    private static final Duration OLD = Duration.ofDays(2);

    private static final int FORGOTTEN_AT_ONCE = 1000;

    private final EtcdKeys keys;
    private final EtcdCalls calls;
    private final RandomGenerator random;
    private final InstantSource clock;
    private final String store;
    private final AtomicLong made = new AtomicLong();
    private final ConcurrentLinkedDeque<Receipt> free = new ConcurrentLinkedDeque<>();

    Receipts(EtcdKeys keys, EtcdCalls calls, RandomGenerator random, InstantSource clock) {
        this.keys = keys;
        this.calls = calls;
        this.random = random;
        this.clock = clock;
        byte[] name = new byte[16];
        random.nextBytes(name);
        this.store = HexFormat.of().formatHex(name);
    }

    /** One receipt, in the hands of one transaction at a time. Not thread-safe. */
    final class Receipt {
        private final ByteSequence key = keys.receipt(store + "/" + made.incrementAndGet());
        private long revision;
        private ByteSequence value = ByteSequence.EMPTY;

        /** What the next attempt has to require. */
        Cmp unchanged() {
            return new Cmp(key, Cmp.Op.EQUAL, CmpTarget.modRevision(revision));
        }

        /** What the next attempt has to write: another value each time. */
        Op write() {
            value =
                    ByteSequence.from(
                            ByteBuffer.allocate(3 * Long.BYTES)
                                    .putLong(random.nextLong())
                                    .putLong(random.nextLong())
                                    .putLong(clock.millis())
                                    .array());
            return Op.put(key, value, PutOption.DEFAULT);
        }

        /** What an attempt whose requirements did not hold has to read. */
        Op read() {
            return Op.get(key, GetOption.DEFAULT);
        }

        /** The attempt was carried out as a change with this revision. */
        void written(long at) {
            revision = at;
        }

        /** Takes in what {@link #read} answered: what became of the attempt. */
        Fate judge(GetResponse response) {
            @Nullable KeyValue now =
                    response.getKvs().isEmpty() ? null : response.getKvs().getFirst();
            if (now != null && now.getModRevision() == revision) {
                return Fate.REFUSED;
            }
            if (now == null && revision == 0) {
                return Fate.REFUSED;
            }
            revision = now == null ? 0 : now.getModRevision();
            return now != null && now.getValue().equals(value) ? Fate.DONE : Fate.NEVER;
        }

        /** Finds out what became of the last attempt, and sees to it that it does not change. */
        Fate settle(Deadline deadline) {
            ByteSequence attempted = value;
            while (true) {
                Cmp unchanged = unchanged();
                Op fence = write();
                value = attempted;
                try {
                    var answer =
                            calls.once(
                                    "find out what became of a change",
                                    etcd ->
                                            etcd.getKVClient()
                                                    .txn()
                                                    .If(unchanged)
                                                    .Then(fence)
                                                    .Else(read())
                                                    .commit());
                    if (answer.isSucceeded()) {
                        revision = answer.getHeader().getRevision();
                        return Fate.NEVER;
                    }
                    return judge(answer.getGetResponses().getFirst());
                } catch (Unanswered e) {
                    deadline.again("find out what became of a change", e);
                }
            }
        }
    }

    /** What became of an attempt. */
    enum Fate {
        /** Carried out. */
        DONE,
        /** Not carried out, for its own requirements did not hold. */
        REFUSED,
        /** Not carried out, and it will not be. */
        NEVER
    }

    Receipt take() {
        Receipt receipt = free.pollFirst();
        return receipt == null ? new Receipt() : receipt;
    }

    /** To be called only when what became of the receipt's attempts is known. */
    void giveBack(Receipt receipt) {
        free.addFirst(receipt);
    }

    /** Deletes the receipts of this store, which makes no more of them. */
    void close() {
        ByteSequence all = keys.receipt(store + "/");
        if (made.get() > 0) {
            DeleteOption option = DeleteOption.builder().withRange(EtcdKeys.past(all)).build();
            calls.repeat("delete receipts", etcd -> etcd.getKVClient().delete(all, option));
        }
    }

    /** Deletes receipts of stores that ended without {@link #close}, some of them. */
    void forgetOld() {
        ByteSequence all = keys.receipt("");
        GetOption option =
                GetOption.builder()
                        .withRange(EtcdKeys.past(all))
                        .withLimit(FORGOTTEN_AT_ONCE)
                        .withSerializable(true)
                        .build();
        long before = clock.millis() - OLD.toMillis();
        for (KeyValue pair :
                calls.repeat("read receipts", etcd -> etcd.getKVClient().get(all, option))
                        .getKvs()) {
            ByteBuffer value = ByteBuffer.wrap(pair.getValue().getBytes());
            if (value.capacity() == 3 * Long.BYTES && value.getLong(2 * Long.BYTES) < before) {
                Cmp same =
                        new Cmp(
                                pair.getKey(),
                                Cmp.Op.EQUAL,
                                CmpTarget.modRevision(pair.getModRevision()));
                Op delete = Op.delete(pair.getKey(), DeleteOption.DEFAULT);
                calls.repeat(
                        "delete a receipt",
                        etcd -> etcd.getKVClient().txn().If(same).Then(delete).commit());
            }
        }
    }
}
