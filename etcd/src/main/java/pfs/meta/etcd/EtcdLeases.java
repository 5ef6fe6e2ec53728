package pfs.meta.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.grpc.Status;
import java.util.Optional;
import pfs.meta.Key;
import pfs.meta.MetaStore.Lease;
import pfs.meta.etcd.EtcdCalls.Deadline;
import pfs.meta.etcd.EtcdCalls.Unanswered;

/**
 * Leases as keys that are bound to etcd's own leases, so that etcd's clock alone counts. The token
 * is the revision in which the key was made. Seconds are rounded up; etcd makes those below two
 * longer, and all of them when its leader changes.
 */
final class EtcdLeases {
    /**
     * How much longer than asked for a lease may last before it is replaced: etcd's least is 2 s.
     */
    private static final long SLACK_SECONDS = 5;

    private final EtcdKeys keys;
    private final EtcdCalls calls;

    EtcdLeases(EtcdKeys keys, EtcdCalls calls) {
        this.keys = keys;
        this.calls = calls;
    }

    Optional<Lease> take(Key name, String holder, long millis) {
        long seconds = Math.max(1, Math.ceilDiv(millis, 1000));
        ByteSequence key = keys.lease(name);
        Deadline deadline = calls.deadline();
        while (true) {
            try {
                Optional<KeyValue> now = read(key);
                if (now.isPresent() && !text(now.get()).equals(holder)) {
                    return Optional.empty();
                }
                long token =
                        now.isEmpty()
                                ? make(key, holder, seconds)
                                : renew(now.get(), holder, seconds);
                if (token > 0) {
                    return Optional.of(new Lease(name, holder, token));
                }
            } catch (Unanswered e) {
                deadline.again("take a lease", e);
            }
        }
    }

    private static String text(KeyValue pair) {
        return pair.getValue().toString(UTF_8);
    }

    private Optional<KeyValue> read(ByteSequence key) {
        GetResponse response = calls.repeat("read a lease", etcd -> etcd.getKVClient().get(key));
        return response.getKvs().stream().findFirst();
    }

    Optional<Lease> holder(Key name) {
        return read(keys.lease(name))
                .map(pair -> new Lease(name, text(pair), pair.getCreateRevision()));
    }

    /** The new token; 0 if somebody was faster. */
    private long make(ByteSequence key, String holder, long seconds) throws Unanswered {
        Cmp absent = new Cmp(key, Cmp.Op.EQUAL, CmpTarget.createRevision(0));
        TxnResponse answer = bind(absent, key, holder, seconds);
        return answer.isSucceeded() ? answer.getHeader().getRevision() : 0;
    }

    /** The token, as it was; 0 if the lease ran out meanwhile. */
    private long renew(KeyValue now, String holder, long seconds) throws Unanswered {
        long lasts = keepAlive(now.getLease());
        if (lasts >= seconds && lasts <= seconds + SLACK_SECONDS) {
            return now.getCreateRevision();
        }
        Cmp same = same(now.getKey(), now.getCreateRevision());
        if (!bind(same, now.getKey(), holder, seconds).isSucceeded()) {
            return 0;
        }
        revoke(now.getLease());
        return now.getCreateRevision();
    }

    /** Writes the key, bound to an etcd lease of its own, if the condition holds. */
    private TxnResponse bind(Cmp condition, ByteSequence key, String holder, long seconds)
            throws Unanswered {
        long bond =
                calls.once("grant a lease", etcd -> etcd.getLeaseClient().grant(seconds)).getID();
        PutOption bound = PutOption.builder().withLeaseId(bond).build();
        Op put = Op.put(key, ByteSequence.from(holder, UTF_8), bound);
        TxnResponse answer =
                calls.once(
                        "take a lease",
                        etcd -> etcd.getKVClient().txn().If(condition).Then(put).commit());
        if (!answer.isSucceeded()) {
            revoke(bond);
        }
        return answer;
    }

    /** Seconds that the etcd lease lasts from now on; 0 if there is none. */
    private long keepAlive(long bond) throws Unanswered {
        try {
            return calls.once("renew a lease", etcd -> etcd.getLeaseClient().keepAliveOnce(bond))
                    .getTTL();
        } catch (Unanswered e) {
            if (e.code() == Status.Code.NOT_FOUND) {
                return 0;
            }
            throw e;
        }
    }

    /** Ends an etcd lease that nothing needs; when that fails it runs out by itself. */
    private void revoke(long bond) {
        try {
            calls.once("end a lease", etcd -> etcd.getLeaseClient().revoke(bond));
        } catch (Unanswered e) {
            System.getLogger(EtcdLeases.class.getName())
                    .log(System.Logger.Level.DEBUG, "a lease runs out by itself", e);
        }
    }

    /** The condition that a batch has to make for a lease that must be held. */
    Cmp held(Lease lease) {
        return same(keys.lease(lease.name()), lease.token());
    }

    private static Cmp same(ByteSequence key, long token) {
        return new Cmp(key, Cmp.Op.EQUAL, CmpTarget.createRevision(token));
    }

    void release(Lease lease) {
        ByteSequence key = keys.lease(lease.name());
        Op read = Op.get(key, GetOption.DEFAULT);
        Op delete = Op.delete(key, DeleteOption.DEFAULT);
        TxnResponse answer =
                calls.repeat(
                        "give a lease back",
                        etcd ->
                                etcd.getKVClient()
                                        .txn()
                                        .If(held(lease))
                                        .Then(read, delete)
                                        .commit());
        if (answer.isSucceeded()) {
            revoke(answer.getGetResponses().getFirst().getKvs().getFirst().getLease());
        }
    }
}
