package pfs.pack.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.cluster.Engine;
import pfs.cluster.FaultProxy;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.pack.PackStore;
import pfs.pack.PackStoreContract;

/**
 * The contract on a real Ceph with three OSDs, through its radosgw, and what happens to answers.
 */
class CephPackStoreTest extends PackStoreContract {
    @TempDir static Path directory;
    private static Engine ceph;
    private static URI endpoint;

    private final String prefix = UUID.randomUUID().toString();

    @BeforeAll
    static void start() throws Exception {
        ceph = Engine.start(directory, "ceph");
        ceph.variables("credentials")
                .forEach(
                        (name, value) ->
                                System.setProperty(
                                        name.equals("AWS_ACCESS_KEY_ID")
                                                ? "aws.accessKeyId"
                                                : "aws.secretAccessKey",
                                        value));
        endpoint = S3Address.parse(ceph.uri()).endpoint();
    }

    @AfterAll
    static void stop() throws Exception {
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
        if (ceph != null) {
            ceph.close();
        }
    }

    private S3PackStore at(int port, Duration attempt, Duration patience) {
        String uri = "s3://pfs/%s?endpoint=http://127.0.0.1:%d&create=true".formatted(prefix, port);
        return S3PackStore.open(S3Address.parse(uri), attempt, patience, new SecureRandom());
    }

    @Override
    protected PackStore open() {
        return at(endpoint.getPort(), Duration.ofSeconds(20), Duration.ofMinutes(2));
    }

    private static ByteBuffer random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }

    @Test
    void aLargeBlobComesBackWhole() throws Exception {
        PackStore store = store();
        ByteBuffer large = random((48 << 20) + 3);
        assertThat(
                        store.put(
                                "large",
                                large.slice(0, 1000),
                                large.slice(1000, 20 << 20),
                                large.slice(
                                        1000 + (20 << 20), large.capacity() - 1000 - (20 << 20))))
                .isTrue();
        assertThat(store.size("large")).isEqualTo(large.capacity());
        ByteBuffer back = ByteBuffer.allocate(large.capacity());
        assertThat(store.read("large", 0, back)).isEqualTo(large.capacity());
        assertThat(back.flip()).isEqualTo(large);
        ByteBuffer direct = ByteBuffer.allocateDirect(100_000);
        assertThat(store.read("large", 17 << 20, direct)).isEqualTo(100_000);
        assertThat(direct.flip()).isEqualTo(large.slice(17 << 20, 100_000));
        assertThat(store.put("large", bytes("other"))).isFalse();
    }

    @Test
    void aPutWhoseAnswerIsLostIsFoundOut() throws Exception {
        try (FaultProxy proxy = new FaultProxy(endpoint.getPort());
                PackStore store = at(proxy.port(), Duration.ofSeconds(5), Duration.ofMinutes(2));
                ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 3; i++) {
                String name = "lost" + i;
                long lost = proxy.lost();
                proxy.set(FaultProxy.Mode.LOSE_ANSWERS);
                Future<Boolean> put = pool.submit(() -> store.put(name, bytes(name)));
                proxy.awaitLost(lost + 1);
                proxy.set(FaultProxy.Mode.PASS);
                assertThat(put.get()).isTrue();
                assertThat(read(store, name, 0, 100)).isEqualTo(name);
                assertThat(store.put(name, bytes("other"))).isFalse();
            }
        }
    }

    @Test
    void whatFailsIsSentAgainAndWhatHangsIsGivenUp() throws Exception {
        try (FaultProxy proxy = new FaultProxy(endpoint.getPort());
                S3PackStore store = at(proxy.port(), Duration.ofSeconds(1), Duration.ofMinutes(2));
                ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            PackStore impatient = store.withPatience(Duration.ofMillis(500));
            for (FaultProxy.Mode mode : FaultProxy.Mode.values()) {
                if (mode == FaultProxy.Mode.PASS) {
                    continue;
                }
                String name = "blob-" + mode.ordinal();
                proxy.set(mode);
                assertThatThrownBy(() -> impatient.put(name, bytes("impatient")))
                        .isInstanceOfSatisfying(
                                PfsException.class,
                                e -> assertThat(e.code()).isEqualTo(ErrorCode.ENGINE_UNAVAILABLE));
                Future<Boolean> put = pool.submit(() -> store.put(name + "-p", bytes(name)));
                Future<Long> size = pool.submit(() -> store.size("none"));
                proxy.set(FaultProxy.Mode.PASS);
                assertThat(put.get()).isTrue();
                assertThat(size.get()).isEqualTo(-1);
                assertThat(read(store, name + "-p", 0, 100)).isEqualTo(name);
            }
        }
    }

    @Test
    void whatIsKilledAndComesBackHasKeptAll() throws Exception {
        PackStore store = store();
        store.put("before", bytes("before"));
        ceph.kill("osd1");
        assertThat(store.put("between", bytes("between"))).isTrue();
        ceph.restart("osd1");
        ceph.kill("radosgw");
        ceph.restart("radosgw");
        assertThat(read(store, "before", 0, 100)).isEqualTo("before");
        assertThat(read(store, "between", 0, 100)).isEqualTo("between");
    }

    @Test
    void aMissingBucketIsNamed() {
        S3Address none = S3Address.parse("s3://no-such-bucket?endpoint=" + endpoint);
        assertThatThrownBy(
                        () ->
                                S3PackStore.open(
                                        none,
                                        Duration.ofSeconds(20),
                                        Duration.ofMinutes(2),
                                        new SecureRandom()))
                .isInstanceOf(PfsException.class)
                .hasMessageContaining("has no bucket 'no-such-bucket'");
    }

    @Test
    void theProbeLeavesNothingAndOldUploadsGo() throws Exception {
        S3PackStore store = (S3PackStore) store();
        assertThat(store.list("", "", 10)).isEmpty();
        store.tidy(InstantSource.system());
    }
}
