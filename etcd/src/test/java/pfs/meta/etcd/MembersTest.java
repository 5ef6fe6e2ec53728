package pfs.meta.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.cluster.Engine;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.Key;
import pfs.meta.MetaStore;

/** Three real members, of which some are killed or stopped while clients work. */
class MembersTest {
    private static final Key COUNTER = Key.of("counter");

    @TempDir Path directory;

    @Test
    void nothingIsLostOrMadeTwiceWhileMembersComeAndGo() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        try (Engine etcd = Engine.start(directory, "etcd");
                EtcdMetaStore store = Stores.open(EtcdAddress.parse(etcd.uri()));
                ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            store.commit(new Batch().put(COUNTER, Bytes.of("0")));
            List<Future<Integer>> counting = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                counting.add(pool.submit(() -> count(store, stop)));
            }
            for (String member : List.of("e1", "e2", "e3")) {
                etcd.kill(member);
                awaitProgress(store);
                etcd.restart(member);
                awaitProgress(store);
                etcd.freeze(member);
                awaitProgress(store);
                etcd.thaw(member);
                awaitProgress(store);
            }
            stop.set(true);
            int done = 0;
            for (Future<Integer> each : counting) {
                done += each.get();
            }
            assertThat(number(store)).isEqualTo(done);
            assertThat(done).isPositive();
        } finally {
            stop.set(true);
        }
    }

    /** Adds one again and again; answers how often a commit said that it was made. */
    private static int count(MetaStore store, AtomicBoolean stop) {
        int done = 0;
        while (!stop.get()) {
            MetaStore.Versioned now = store.get(COUNTER).orElseThrow();
            Bytes next = Bytes.of(Integer.toString(Integer.parseInt(now.value().text()) + 1));
            if (store.commit(new Batch().require(COUNTER, now.version()).put(COUNTER, next))) {
                done++;
            }
        }
        return done;
    }

    private static int number(MetaStore store) {
        return Integer.parseInt(store.get(COUNTER).orElseThrow().value().text());
    }

    /** Waits until twenty more were counted, as long as that takes. */
    private static void awaitProgress(MetaStore store) throws InterruptedException {
        int wanted = number(store) + 20;
        while (number(store) < wanted) {
            Thread.sleep(20);
        }
    }

    @Test
    void withoutAMajorityCallsFailAndWithItAllIsThere() throws Exception {
        try (Engine etcd = Engine.start(directory, "etcd")) {
            EtcdAddress address = EtcdAddress.parse(etcd.uri());
            try (EtcdMetaStore store = Stores.open(address);
                    EtcdMetaStore impatient = Stores.impatient(address)) {
                store.commit(new Batch().put(Key.of("a"), Bytes.of("1")));
                etcd.kill("e1");
                etcd.kill("e3");
                assertThatThrownBy(
                                () -> impatient.commit(new Batch().put(Key.of("a"), Bytes.of("2"))))
                        .isInstanceOfSatisfying(
                                PfsException.class,
                                e -> assertThat(e.code()).isEqualTo(ErrorCode.ENGINE_UNAVAILABLE));
                etcd.restart("e1");
                assertThat(store.commit(new Batch().put(Key.of("a"), Bytes.of("3")))).isTrue();
                assertThat(store.get(Key.of("a")).orElseThrow().value().text()).isEqualTo("3");
                etcd.restart("e3");
            }
        }
    }
}
