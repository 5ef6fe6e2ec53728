package pfs.meta.etcd;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.Key;
import pfs.meta.MetaLimits;
import pfs.meta.MetaStore;
import pfs.meta.etcd.EtcdCalls.Deadline;
import pfs.meta.etcd.EtcdCalls.Unanswered;

/**
 * A {@link MetaStore} in etcd 3.4 or newer. A batch is one transaction; a version is the revision
 * of the last change. An answer that was lost is found out ({@link Receipts}), so that a batch is
 * made once or refused, and only when etcd does not answer for longer than {@code patience} is its
 * fate open: ENGINE_UNAVAILABLE, as all else that is not answered in time.
 *
 * <p>Limits beyond {@link MetaLimits}: a batch has at most {@value #MAX_OPERATIONS} keys to require
 * and as many to change, and {@value #MAX_BYTES} bytes, since etcd refuses more than 128 operations
 * or 1.5 MiB by default. {@link #floor} makes etcd look at all keys in its range: it is for ranges
 * of some ten thousand. Whoever runs the etcd lets it compact itself ({@code
 * --auto-compaction-retention}); pfs never does, for others may use it too.
 */
public final class EtcdMetaStore implements MetaStore {
    /** Keys that a batch may require, and those that it may change. */
    public static final int MAX_OPERATIONS = 120;

    /** Bytes of a batch's keys and values. */
    public static final int MAX_BYTES = 1_400_000;

    /** Pairs asked for at once. */
    private static final int PAGE = 1000;

    /** Pairs that fit into one answer however large they are. */
    private static final int SAFE_PAGE = 50;

    /** After so many attempts' time without an answer to any call, all members are tried anew. */
    private static final int SILENT_ATTEMPTS = 3;

    private static final int MAX_ANSWER = (SAFE_PAGE + 10) << 20;

    private final EtcdClients clients;
    private final EtcdKeys keys;
    private final EtcdCalls calls;
    private final EtcdLeases leases;
    private final Receipts receipts;

    /**
     * Opens the store; needs no etcd yet.
     *
     * @param attempt how long one attempt of a call may take, before another member is asked
     * @param patience how long a call may take with all its attempts
     * @param random names this store and its transactions: two stores must not draw the same
     */
    public EtcdMetaStore(
            EtcdAddress address,
            Duration attempt,
            Duration patience,
            RandomGenerator random,
            InstantSource clock) {
        this.clients =
                new EtcdClients(
                        () -> client(address, attempt),
                        attempt.multipliedBy(SILENT_ATTEMPTS),
                        System::nanoTime);
        this.keys = new EtcdKeys(address.prefix());
        this.calls = new EtcdCalls(clients, attempt, patience);
        this.leases = new EtcdLeases(keys, calls);
        this.receipts = new Receipts(keys, calls, random, clock);
    }

    private static Client client(EtcdAddress address, Duration attempt) {
        ClientBuilder builder =
                Client.builder()
                        .endpoints(address.members())
                        .loadBalancerPolicy("round_robin")
                        .executorService(Executors.newVirtualThreadPerTaskExecutor())
                        .waitForReady(false)
                        .retryMaxAttempts(0)
                        .connectTimeout(attempt)
                        .keepaliveTime(Duration.ofSeconds(10))
                        .keepaliveTimeout(attempt)
                        .maxInboundMessageSize(MAX_ANSWER)
                        .interceptor(new AttemptLimit(attempt));
        if (address.secure()) {
            try {
                builder.sslContext(_ -> {});
            } catch (SSLException e) {
                throw new PfsException(
                        ErrorCode.STOPPED, "TLS cannot be used: " + e.getMessage(), null, e);
            }
        }
        return builder.build();
    }

    /** Deletes what stores that were killed left behind, if etcd answers. */
    public void tidy() {
        receipts.forgetOld();
    }

    @Override
    public Optional<Versioned> get(Key key) {
        ByteSequence stored = keys.pair(key);
        return calls.repeat("read a key", etcd -> etcd.getKVClient().get(stored)).getKvs().stream()
                .findFirst()
                .map(EtcdMetaStore::versioned);
    }

    private static Versioned versioned(KeyValue pair) {
        return new Versioned(Bytes.of(pair.getValue().getBytes()), pair.getModRevision());
    }

    private Pair pair(KeyValue pair) {
        return new Pair(keys.pair(pair.getKey()), versioned(pair));
    }

    @Override
    public List<Pair> scan(Key prefix, Key after, int limit) {
        ByteSequence end = keys.pastPairs(prefix);
        boolean fromPrefix = prefix.compareTo(after) > 0;
        ByteSequence from = fromPrefix ? keys.pair(prefix) : EtcdKeys.after(keys.pair(after));
        if (limit <= 0 || !fromPrefix && !after.startsWith(prefix)) {
            return List.of();
        }
        for (int page = PAGE; ; page = SAFE_PAGE) {
            try {
                return new Scan(from, end, page).run(limit);
            } catch (PfsException e) {
                // a page that is too large, or etcd forgot the moment at which the scan began
                if (e.code() != ErrorCode.OVER_LIMIT || page == SAFE_PAGE) {
                    throw e;
                }
            }
        }
    }

    /** One scan: all its pages are of the moment of the first. */
    private final class Scan {
        private final ByteSequence end;
        private final int page;
        private ByteSequence from;
        private long revision;

        Scan(ByteSequence from, ByteSequence end, int page) {
            this.from = from;
            this.end = end;
            this.page = page;
        }

        List<Pair> run(int limit) {
            List<Pair> found = new ArrayList<>();
            while (true) {
                GetOption option =
                        GetOption.builder()
                                .withRange(end)
                                .withLimit(Math.min(page, limit - found.size()))
                                .withRevision(revision)
                                .build();
                ByteSequence next = from;
                GetResponse answer =
                        calls.repeat("scan keys", etcd -> etcd.getKVClient().get(next, option));
                answer.getKvs().forEach(stored -> found.add(pair(stored)));
                if (found.size() >= limit || !answer.isMore()) {
                    return found;
                }
                revision = revision == 0 ? answer.getHeader().getRevision() : revision;
                from = EtcdKeys.after(answer.getKvs().getLast().getKey());
            }
        }
    }

    @Override
    public Optional<Pair> floor(Key prefix, Key atMost) {
        if (atMost.compareTo(prefix) < 0) {
            return Optional.empty();
        }
        ByteSequence end =
                atMost.startsWith(prefix)
                        ? EtcdKeys.after(keys.pair(atMost))
                        : keys.pastPairs(prefix);
        GetOption option =
                GetOption.builder()
                        .withRange(end)
                        .withLimit(1)
                        .withSortField(GetOption.SortTarget.KEY)
                        .withSortOrder(GetOption.SortOrder.DESCEND)
                        .build();
        ByteSequence from = keys.pair(prefix);
        return calls
                .repeat("find the key before another", etcd -> etcd.getKVClient().get(from, option))
                .getKvs()
                .stream()
                .findFirst()
                .map(this::pair);
    }

    @Override
    public boolean commit(Batch batch) {
        MetaLimits.verify(batch);
        List<Cmp> requirements = requirements(batch);
        List<Op> changes = changes(batch);
        if (changes.isEmpty()) {
            Cmp[] all = requirements.toArray(Cmp[]::new);
            return calls.repeat("compare keys", etcd -> etcd.getKVClient().txn().If(all).commit())
                    .isSucceeded();
        }
        return commit(requirements, changes);
    }

    private List<Cmp> requirements(Batch batch) {
        List<Cmp> requirements = new ArrayList<>();
        for (Batch.Condition condition : batch.conditions()) {
            requirements.add(
                    new Cmp(
                            keys.pair(condition.key()),
                            Cmp.Op.EQUAL,
                            CmpTarget.modRevision(condition.version())));
        }
        batch.leases().forEach(lease -> requirements.add(leases.held(lease)));
        return limited("requires", requirements);
    }

    /** The last change of each key, for etcd takes no two of one key. */
    private List<Op> changes(Batch batch) {
        Map<Key, Op> changes = new LinkedHashMap<>();
        Map<Key, Long> bytes = new LinkedHashMap<>();
        for (Batch.Change change : batch.changes()) {
            ByteSequence key = keys.pair(change.key());
            long size = key.size() + 32L;
            switch (change) {
                case Batch.Change.Put(Key of, Bytes value) -> {
                    ByteSequence stored = ByteSequence.from(value.array());
                    changes.put(of, Op.put(key, stored, PutOption.DEFAULT));
                    bytes.put(of, size + value.length());
                }
                case Batch.Change.Delete(Key of) -> {
                    changes.put(of, Op.delete(key, DeleteOption.DEFAULT));
                    bytes.put(of, size);
                }
            }
        }
        long sum = bytes.values().stream().mapToLong(Long::longValue).sum();
        if (sum > MAX_BYTES) {
            throw new PfsException(
                    ErrorCode.OVER_LIMIT,
                    "the batch has " + sum + " bytes, limit in etcd " + MAX_BYTES);
        }
        return limited("changes", new ArrayList<>(changes.values()));
    }

    private static <T> List<T> limited(String what, List<T> operations) {
        if (operations.size() > MAX_OPERATIONS) {
            throw new PfsException(
                    ErrorCode.OVER_LIMIT,
                    "the batch %s %d keys, limit in etcd %d"
                            .formatted(what, operations.size(), MAX_OPERATIONS));
        }
        return operations;
    }

    /** Tries until the batch is known to be made or refused; its receipt is then free again. */
    private boolean commit(List<Cmp> requirements, List<Op> changes) {
        Receipts.Receipt receipt = receipts.take();
        Deadline deadline = calls.deadline();
        while (true) {
            Receipts.Fate fate;
            @Nullable Unanswered unanswered = null;
            try {
                fate = attempt(receipt, requirements, changes);
            } catch (Unanswered e) {
                unanswered = e;
                fate = receipt.settle(deadline);
            }
            switch (fate) {
                case DONE, REFUSED -> {
                    receipts.giveBack(receipt);
                    return fate == Receipts.Fate.DONE;
                }
                case NEVER -> {
                    if (unanswered != null) {
                        deadline.again("commit", unanswered);
                    }
                }
            }
        }
    }

    private Receipts.Fate attempt(
            Receipts.Receipt receipt, List<Cmp> requirements, List<Op> changes) throws Unanswered {
        List<Cmp> allRequirements = new ArrayList<>(requirements);
        allRequirements.add(receipt.unchanged());
        List<Op> allChanges = new ArrayList<>(changes);
        allChanges.add(receipt.write());
        Cmp[] conditions = allRequirements.toArray(Cmp[]::new);
        Op[] operations = allChanges.toArray(Op[]::new);
        TxnResponse answer =
                calls.once(
                        "commit",
                        etcd ->
                                etcd.getKVClient()
                                        .txn()
                                        .If(conditions)
                                        .Then(operations)
                                        .Else(receipt.read())
                                        .commit());
        if (!answer.isSucceeded()) {
            return receipt.judge(answer.getGetResponses().getFirst());
        }
        receipt.written(answer.getHeader().getRevision());
        return Receipts.Fate.DONE;
    }

    @Override
    public Optional<Lease> lease(Key name, String holder, long millis) {
        return leases.take(MetaLimits.verify(name), holder, millis);
    }

    @Override
    public Optional<Lease> holder(Key name) {
        return leases.holder(name);
    }

    @Override
    public void release(Lease lease) {
        leases.release(lease);
    }

    /** Closes the connections; what this store needed for itself goes from etcd, if it answers. */
    @Override
    public void close() {
        try {
            receipts.close();
        } catch (PfsException e) {
            System.getLogger(EtcdMetaStore.class.getName())
                    .log(System.Logger.Level.DEBUG, "receipts stay for two days", e);
        }
        clients.close();
    }
}
