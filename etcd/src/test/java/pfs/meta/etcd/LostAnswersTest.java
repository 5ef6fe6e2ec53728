package pfs.meta.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.Client;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.cluster.Engine;
import pfs.cluster.FaultProxy;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.Key;

/** Answers of a real etcd that get lost on their way. */
class LostAnswersTest {
    @TempDir Path directory;

    private static EtcdAddress through(FaultProxy proxy) {
        return EtcdAddress.parse("etcd://127.0.0.1:" + proxy.port());
    }

    /** How often a key was written, which etcd itself counts. */
    private static long writes(EtcdAddress address, String key) throws Exception {
        try (Client client = Client.builder().endpoints(address.members()).build()) {
            var pairs =
                    client.getKVClient()
                            .get(new EtcdKeys(address.prefix()).pair(Key.of(key)))
                            .get()
                            .getKvs();
            return pairs.isEmpty() ? 0 : pairs.getFirst().getVersion();
        }
    }

    @Test
    void aBatchWhoseAnswerIsLostIsMadeOnceAndKnownToBe() throws Exception {
        try (Engine etcd = Engine.start(directory, "etcd=1");
                FaultProxy proxy = new FaultProxy(member(etcd).getPort());
                EtcdMetaStore store = Stores.open(through(proxy));
                ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            EtcdAddress direct = EtcdAddress.parse(etcd.uri());
            store.commit(new Batch().put(Key.of("warm"), Bytes.of("x")));
            for (int i = 0; i < 5; i++) {
                String key = "k" + i;
                proxy.set(FaultProxy.Mode.LOSE_ANSWERS);
                Batch batch =
                        new Batch()
                                .require(Key.of(key), Batch.ABSENT)
                                .put(Key.of(key), Bytes.of("v"));
                long lost = proxy.lost();
                Future<Boolean> answer = pool.submit(() -> store.commit(batch));
                proxy.awaitLost(lost + 1);
                proxy.set(FaultProxy.Mode.PASS);
                assertThat(answer.get()).isTrue();
                assertThat(writes(direct, key)).isOne();
                assertThat(store.commit(batch)).isFalse();
            }
        }
    }

    @Test
    void whileEtcdIsAwayCallsFailInTimeAndNothingIsMadeTwiceAfterwards() throws Exception {
        try (Engine etcd = Engine.start(directory, "etcd=1");
                FaultProxy proxy = new FaultProxy(member(etcd).getPort());
                EtcdMetaStore store = Stores.impatient(through(proxy))) {
            EtcdAddress direct = EtcdAddress.parse(etcd.uri());
            for (FaultProxy.Mode mode :
                    new FaultProxy.Mode[] {FaultProxy.Mode.HANG, FaultProxy.Mode.REFUSE}) {
                proxy.set(mode);
                String key = mode.toString();
                assertUnavailable(() -> store.get(Key.of(key)));
                assertUnavailable(() -> store.commit(new Batch().put(Key.of(key), Bytes.of("v"))));
                assertUnavailable(() -> store.lease(Key.of(key), "me", 60_000));
                proxy.set(FaultProxy.Mode.PASS);
                try (EtcdMetaStore patient = Stores.open(through(proxy))) {
                    patient.commit(new Batch().put(Key.of("after " + key), Bytes.of("v")));
                    assertThat(patient.lease(Key.of("gc " + key), "me", 60_000)).isPresent();
                }
                assertThat(writes(direct, key)).isLessThanOrEqualTo(1);
            }
        }
    }

    private static void assertUnavailable(Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        PfsException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.ENGINE_UNAVAILABLE));
    }

    private static URI member(Engine etcd) throws Exception {
        return EtcdAddress.parse(etcd.uri()).members().getFirst();
    }
}
