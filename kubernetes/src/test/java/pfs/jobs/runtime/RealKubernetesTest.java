package pfs.jobs.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.error.PfsException;
import pfs.jobs.runtime.kubernetes.RealCluster;

/**
 * The contract, the confinement and the limits in a real cluster, with the rights of {@code
 * jobs-rbac.yaml} alone. Says so where there is no cluster.
 */
@Tag("kubernetes")
class RealKubernetesTest extends RuntimeContract {
    private static @Nullable RealCluster used;
    @TempDir static Path directory;

    @BeforeAll
    static void useCluster() throws Exception {
        String obstacle = RealCluster.obstacle();
        if (obstacle == null) {
            used = RealCluster.use(directory);
        } else {
            System.out.println("no real Kubernetes was tried: " + obstacle);
        }
    }

    @AfterAll
    static void leaveCluster() {
        if (used != null) {
            used.close();
        }
    }

    private static RealCluster cluster() {
        return Objects.requireNonNull(used);
    }

    /** Not for the class at once: tests that are skipped so are in no report. */
    @BeforeEach
    @Override
    void openRuntime() throws Exception {
        Assumptions.assumeTrue(used != null, String.valueOf(RealCluster.obstacle()));
        super.openRuntime();
    }

    @AfterEach
    @Override
    void closeRuntime() throws Exception {
        if (used != null) {
            super.closeRuntime();
            await().atMost(Duration.ofMinutes(1)).until(() -> cluster().pods() == 0);
            assertThat(cluster().policies()).as("network policies left").isZero();
        }
    }

    @Override
    Runtime open() {
        return cluster().open();
    }

    @Override
    String serving() {
        return "\"image\": \"pfs-test\", \"limits\": {\"memory\": \"64MiB\", \"cpu\": 0.2}";
    }

    @Override
    String running(String script) {
        return "\"image\": \"pfs-test\", \"command\": [\"/bin/sh\", \"-c\", \"" + script + "\"]";
    }

    @Override
    String missing() {
        return "\"image\": \"pfs-no-such-image:1\"";
    }

    @Override
    int count() {
        return cluster().workers();
    }

    @Test
    void thereIsNoCapabilityAndTheRootIsReadOnly() throws Exception {
        try (Worker worker = start(serving())) {
            assertThat(
                            run(
                                    worker,
                                    "grep -E 'Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs|Seccomp:'"
                                            + " /proc/self/status; id -u; ls /var/run/secrets"))
                    .startsWith(
                            "CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\n"
                                    + "CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\n"
                                    + "CapAmb:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n"
                                    + "65532\n")
                    .contains("No such file or directory");
            assertThat(run(worker, "touch /x /bin/x; touch /tmp/x && echo fine"))
                    .contains("Read-only file system")
                    .contains("fine");
        }
    }

    @Test
    void dollarsInTheEnvironmentStayWhatTheyAre() throws Exception {
        try (Worker worker = start(serving() + ", \"env\": {\"MODE\": \"$$ $(PORT) $$(PORT)\"}")) {
            assertThat(run(worker, "printenv MODE || echo \"$MODE\""))
                    .endsWith("$$ $(PORT) $$(PORT)\n");
        }
    }

    @Test
    void outOfMemoryIsNamed() throws Exception {
        try (Worker worker =
                start(
                        "\"image\": \"pfs-test\", \"limits\": {\"memory\": \"16MiB\"}, \"command\":"
                            + " [\"/bin/awk\", \"BEGIN { for (i = 0; i < 100000000; i++) a[i] = i"
                            + " }\"]")) {
            for (int i = 0; i < 300 && worker.exit().isEmpty(); i++) {
                Thread.sleep(100);
            }
            assertThat(worker.exit()).isPresent();
            assertThat(worker.exit().get().text()).contains("out of memory");
        }
    }

    @Test
    void whatAKilledServerLeftIsSwept() throws Exception {
        Worker left = start(serving());
        try (Runtime next = open()) {
            assertThat(count()).isEqualTo(1);
            next.sweep();
            assertThat(count()).isZero();
        }
        left.close();
    }

    @Test
    void anImageThatIsMissingIsNamed() {
        assertThatThrownBy(() -> start(missing()))
                .isInstanceOf(PfsException.class)
                .hasMessageContaining("pfs-no-such-image:1")
                .hasMessageContaining("cannot start the container");
    }

    @Test
    void aClusterWithoutRoomIsNamed() {
        assertThatThrownBy(() -> start("\"image\": \"pfs-test\", \"limits\": {\"cpu\": 1000}"))
                .isInstanceOf(PfsException.class)
                .hasMessageContaining("Insufficient cpu");
    }

    @Test
    void aServerWithoutRightsIsToldWhichItNeeds() {
        assertThatThrownBy(() -> cluster().openWithoutRights())
                .isInstanceOf(PfsException.class)
                .hasMessageContaining("cannot list resource \"pods\"")
                .hasMessageContaining("jobs-rbac.yaml");
    }
}
