package pfs.jobs.runtime;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import pfs.jobs.runtime.kubernetes.PretendedCluster;

/** The contract, with an API server and a kubelet that pretend. */
class PretendedKubernetesTest extends RuntimeContract {
    private PretendedCluster cluster;
    @TempDir Path directory;

    @BeforeEach
    @Override
    void openRuntime() throws Exception {
        cluster = PretendedCluster.start(directory);
        super.openRuntime();
    }

    @AfterEach
    @Override
    void closeRuntime() throws Exception {
        try {
            super.closeRuntime();
        } finally {
            cluster.close();
        }
    }

    @Override
    Runtime open() {
        return cluster.open();
    }

    @Override
    String serving() {
        return "\"image\": \"pfs-test\"";
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
        return cluster.workers();
    }
}
