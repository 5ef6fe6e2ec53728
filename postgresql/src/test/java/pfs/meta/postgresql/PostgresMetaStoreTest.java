package pfs.meta.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.cluster.Engine;
import pfs.cluster.FaultProxy;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.Key;
import pfs.meta.MetaStore;
import pfs.meta.MetaStoreContract;

/** The contract on a real PostgreSQL, and what happens when answers are lost or it is killed. */
class PostgresMetaStoreTest extends MetaStoreContract {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int CRASHES = 4;
    private static final Key COUNTER = Key.of("counter");

    @TempDir static Path directory;
    private static Engine postgresql;

    private final List<PostgresMetaStore> opened = new ArrayList<>();
    private final String schema = "s" + UUID.randomUUID().toString().replace('-', '_');

    @BeforeAll
    static void start() throws Exception {
        postgresql = Engine.start(directory, "postgresql");
    }

    @AfterAll
    static void stop() throws Exception {
        if (postgresql != null) {
            postgresql.close();
        }
    }

    private PostgresAddress address() throws Exception {
        return PostgresAddress.parse(postgresql.uri() + "?schema=" + schema);
    }

    private int port() throws Exception {
        return java.net.URI.create(postgresql.uri()).getPort();
    }

    private PostgresMetaStore through(FaultProxy proxy) throws Exception {
        String direct = postgresql.uri() + "?schema=" + schema;
        String uri = direct.replace(":" + port() + "/", ":" + proxy.port() + "/");
        PostgresMetaStore store = new PostgresMetaStore(PostgresAddress.parse(uri), PATIENCE);
        opened.add(store);
        return store;
    }

    @Override
    protected MetaStore store() throws Exception {
        PostgresMetaStore store = new PostgresMetaStore(address(), PATIENCE);
        opened.add(store);
        return store;
    }

    @AfterEach
    void close() {
        opened.forEach(PostgresMetaStore::close);
    }

    @Override
    protected void runOut(MetaStore.Lease lease) throws Exception {
        String update = "update " + schema + ".pfs_lease set until = now() where name = ?";
        try (Connection connection = DriverManager.getConnection(address().jdbc(), "pfs", "");
                PreparedStatement statement = connection.prepareStatement(update)) {
            statement.setBytes(1, lease.name().array());
            assertThat(statement.executeUpdate()).isOne();
        }
    }

    @Test
    void whatIsOpenedAgainIsAsItWas() throws Exception {
        store().commit(new Batch().put(Key.of("a"), Bytes.of("1")));
        assertThat(store().get(Key.of("a")).orElseThrow().value().text()).isEqualTo("1");
    }

    @Test
    void aBatchWhoseAnswerIsLostIsMadeOnceAndKnownToBe() throws Exception {
        try (FaultProxy proxy = new FaultProxy(port());
                ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            MetaStore store = through(proxy);
            // the answers that pass first are those to single statements: one lost is the commit's
            for (int i = 0; i < 8; i++) {
                Key key = Key.of("k" + i);
                Batch batch = new Batch().require(key, Batch.ABSENT).put(key, Bytes.of("v"));
                long lost = proxy.lost();
                proxy.loseAfter(i);
                Future<Boolean> answer = pool.submit(() -> store.commit(batch));
                while (proxy.lost() == lost && !answer.isDone()) {
                    Thread.sleep(1);
                }
                proxy.set(FaultProxy.Mode.PASS);
                assertThat(answer.get()).isTrue();
                assertThat(store.commit(batch)).isFalse();
            }
        }
    }

    @Test
    void whileItIsAwayCallsFailInTime() throws Exception {
        try (FaultProxy proxy = new FaultProxy(port())) {
            MetaStore store = through(proxy).withPatience(Duration.ofMillis(500));
            proxy.set(FaultProxy.Mode.REFUSE);
            Batch batch = new Batch().put(Key.of("a"), Bytes.of("1"));
            assertThatThrownBy(() -> store.commit(batch))
                    .isInstanceOfSatisfying(
                            PfsException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.ENGINE_UNAVAILABLE));
        }
    }

    @Test
    void nothingIsLostOrMadeTwiceWhileItCrashesAndStartsAgain() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        MetaStore store = store();
        store.commit(new Batch().put(COUNTER, Bytes.of("0")));
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> counting = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                counting.add(pool.submit(() -> count(store, stop)));
            }
            for (int i = 0; i < CRASHES; i++) {
                awaitProgress(store);
                // at once and without a checkpoint, as a crash; with its processes, unlike kill -9
                postgresql.end("postgres", "-QUIT");
                postgresql.restart("postgres");
            }
            awaitProgress(store);
            stop.set(true);
            int done = 0;
            for (Future<Integer> each : counting) {
                done += each.get();
            }
            assertThat(number(store)).isEqualTo(done);
        } finally {
            stop.set(true);
        }
    }

    /** PostgreSQL gives the number of a transaction that was not written yet to another one. */
    @Test
    void aBatchThatACrashTookAwayIsNotTakenForAnotherWithItsNumber() throws Exception {
        MetaStore others = store();
        AtomicInteger commits = new AtomicInteger();
        HikariConfig pool = new HikariConfig();
        pool.setDataSource(new CommitFaults(address(), () -> crashBefore(commits, others)));
        try (HikariDataSource connections = new HikariDataSource(pool)) {
            boolean made =
                    new Transactions(connections, PATIENCE)
                            .write(
                                    "commit",
                                    connection -> {
                                        PostgresMetaStore.update(
                                                connection,
                                                "insert into pfs_pair values (?, '', 1)",
                                                COUNTER);
                                        return new Transactions.Outcome<>(true, true);
                                    });
            assertThat(made).isTrue();
        }
        assertThat(commits).hasValue(2);
        assertThat(others.get(COUNTER)).isPresent();
    }

    private static void crashBefore(AtomicInteger commits, MetaStore others) throws Exception {
        if (commits.incrementAndGet() == 1) {
            postgresql.end("postgres", "-QUIT");
            postgresql.restart("postgres");
            for (int i = 0; i < 20; i++) {
                others.commit(new Batch().put(Key.of("other"), Bytes.of("" + i)));
            }
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

    private static void awaitProgress(MetaStore store) throws InterruptedException {
        int wanted = number(store) + 50;
        while (number(store) < wanted) {
            Thread.sleep(20);
        }
    }
}
