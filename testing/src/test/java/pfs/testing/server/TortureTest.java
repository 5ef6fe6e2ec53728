package pfs.testing.server;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The short torture of a real server, which {@code bin/test} has built. */
class TortureTest {
    private static final Path ROOT = root();
    private static final long SEED = Long.getLong("pfs.torture.seed", System.nanoTime());

    @TempDir Path work;

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        return Files.exists(at.resolve("pfs")) ? at : at.getParent();
    }

    @BeforeEach
    void isBuilt() {
        System.out.println("seed " + SEED);
        assumeTrue(
                Files.exists(ROOT.resolve(".pfs/current")),
                "no server is built: ./pfs version, or bin/test, builds one");
    }

    @Test
    void nothingAcknowledgedIsLostByKills() throws Exception {
        System.out.println(new KillTorture(ROOT, work.resolve("data"), SEED).run(10));
    }

    @Test
    void noAcknowledgedCommitIsLostWithItsMaster() throws Exception {
        System.out.println(new ReplicaTorture(ROOT, work.resolve("data"), SEED).run(3));
    }

    @Test
    void anotherMasterIsElectedAndHasEveryAcknowledgedCommit() throws Exception {
        assumeTrue(EtcdProcesses.possible(ROOT), "there is no etcd: apt-get install etcd-server");
        try (EtcdProcesses etcd = EtcdProcesses.start(ROOT, work.resolve("coordinator"))) {
            Path data = work.resolve("data");
            System.out.println(
                    new FailoverTorture(ROOT, data, etcd.uri(), SEED, kill -> {}).run(5));
        }
    }

    @Test
    void noAnswerLeavesBeforeItsSync() throws Exception {
        assumeTrue(SyncOrder.possible(), "there is no strace, or it may not trace");
        System.out.println(new SyncOrder(ROOT, work.resolve("data")).run(200));
    }

    @Test
    void hostileClientsAreRefusedAndHonestOnesServed() throws Exception {
        System.out.println(new HostileClients(ROOT, work.resolve("data")).run(false));
    }

    @Test
    void aProcessThatMayOpenNoMoreFilesReadsOnAndGoesOnLater() throws Exception {
        System.out.println(new FewFiles(ROOT, work.resolve("data")).run());
    }

    @Test
    void aFullDiskAndAReadOnlyOneAreReadOnAndSaidToBe() throws Exception {
        assumeTrue(LoopDevice.possible(work), "it needs root, mkfs.ext4 and a loop device");
        System.out.println(new BadDisk(ROOT, work.resolve("disk")).run());
    }
}
