package pfs.meta.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.cluster.Engine;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.Key;
import pfs.meta.MetaStore;
import pfs.meta.MetaStoreContract;

/** The contract on a real etcd of one member. */
class EtcdMetaStoreTest extends MetaStoreContract {
    @TempDir static Path directory;
    private static Engine etcd;

    private final List<EtcdMetaStore> opened = new ArrayList<>();
    private final String prefix = UUID.randomUUID().toString();

    @BeforeAll
    static void start() throws Exception {
        etcd = Engine.start(directory, "etcd=1");
    }

    @AfterAll
    static void stop() throws Exception {
        if (etcd != null) {
            etcd.close();
        }
    }

    private EtcdAddress address() throws Exception {
        return EtcdAddress.parse(etcd.uri() + "/" + prefix);
    }

    @Override
    protected MetaStore store() throws Exception {
        EtcdMetaStore store = Stores.open(address());
        opened.add(store);
        return store;
    }

    @AfterEach
    void close() {
        opened.forEach(EtcdMetaStore::close);
    }

    /** Ends the etcd lease behind a lease, as etcd does when its time is over. */
    @Override
    protected void runOut(MetaStore.Lease lease) throws Exception {
        ByteSequence key = new EtcdKeys(prefix).lease(lease.name());
        try (Client client = Client.builder().endpoints(address().members()).build()) {
            KeyValue pair = client.getKVClient().get(key).get().getKvs().getFirst();
            client.getLeaseClient().revoke(pair.getLease()).get();
        }
    }

    @Test
    void aLeaseRunsOutByEtcdsOwnClock() throws Exception {
        MetaStore store = store();
        MetaStore.Lease a = store.lease(Key.of("gc"), "a", 1).orElseThrow();
        while (true) {
            var b = store.lease(Key.of("gc"), "b", HOUR);
            if (b.isPresent()) {
                assertThat(b.get().token()).isGreaterThan(a.token());
                return;
            }
        }
    }

    @Test
    void twoStoresOfOnePrefixSeeEachOthersChangesAtOnce() throws Exception {
        MetaStore one = store();
        MetaStore other = store();
        one.commit(new Batch().put(Key.of("a"), Bytes.of("1")));
        assertThat(other.get(Key.of("a")).orElseThrow().value().text()).isEqualTo("1");
        MetaStore elsewhere = Stores.open(EtcdAddress.parse(etcd.uri() + "/" + prefix + "x"));
        assertThat(elsewhere.scan(Key.EMPTY, Key.EMPTY, 10)).isEmpty();
        elsewhere.close();
    }

    @Test
    void whatEtcdWouldRefuseIsRefusedByName() throws Exception {
        MetaStore store = store();
        Batch many = new Batch();
        for (int i = 0; i <= EtcdMetaStore.MAX_OPERATIONS; i++) {
            many.put(Key.of("k" + i), Bytes.of("v"));
        }
        assertOverLimit(store, many, "121 keys, limit in etcd 120");
        Batch large = new Batch();
        large.put(Key.of("a"), Bytes.of(new byte[1 << 20]));
        large.put(Key.of("b"), Bytes.of(new byte[1 << 19]));
        assertOverLimit(store, large, "limit in etcd 1400000");
        Batch most = new Batch().put(Key.of("a"), Bytes.of(new byte[1 << 20]));
        for (int i = 1; i < EtcdMetaStore.MAX_OPERATIONS; i++) {
            most.put(Key.of("k" + i), Bytes.of(new byte[2500])).require(Key.of("n" + i), 0);
        }
        assertThat(store.commit(most)).isTrue();
    }

    private static void assertOverLimit(MetaStore store, Batch batch, String message) {
        assertThatThrownBy(() -> store.commit(batch))
                .isInstanceOfSatisfying(
                        PfsException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.OVER_LIMIT);
                            assertThat(e).hasMessageContaining(message);
                        });
    }

    @Test
    void scansOfMoreThanFitsIntoAnAnswerAreWhole() throws Exception {
        MetaStore store = store();
        for (int i = 0; i < 70; i++) {
            store.commit(
                    new Batch().put(Key.of("k%03d".formatted(i)), Bytes.of(new byte[1 << 20])));
        }
        List<MetaStore.Pair> all = store.scan(Key.of("k"), Key.EMPTY, 1000);
        assertThat(all).hasSize(70);
        assertThat(all.getLast().key()).isEqualTo(Key.of("k069"));
    }

    @Test
    void receiptsAreUsedAgainAndGoWithTheStore() throws Exception {
        EtcdMetaStore store = Stores.open(address());
        for (int i = 0; i < 20; i++) {
            store.commit(new Batch().put(Key.of("a"), Bytes.of("v" + i)));
        }
        assertThat(Stores.receipts(address())).hasSize(1);
        store.close();
        assertThat(Stores.receipts(address())).isEmpty();
    }

    @Test
    void receiptsOfTheDeadAreForgottenAfterDaysAndThoseOfTheLivingMadeAnew() throws Exception {
        EtcdMetaStore store = Stores.open(address(), clock);
        opened.add(store);
        store.commit(new Batch().put(Key.of("a"), Bytes.of("1")));
        EtcdMetaStore later = Stores.open(address(), clock);
        opened.add(later);
        later.tidy();
        assertThat(Stores.receipts(address())).hasSize(1);
        pass(Duration.ofDays(3).toMillis());
        later.tidy();
        assertThat(Stores.receipts(address())).isEmpty();
        assertThat(store.commit(new Batch().put(Key.of("a"), Bytes.of("2")))).isTrue();
        assertThat(store.get(Key.of("a")).orElseThrow().value().text()).isEqualTo("2");
        assertThat(Stores.receipts(address())).hasSize(1);
    }
}
