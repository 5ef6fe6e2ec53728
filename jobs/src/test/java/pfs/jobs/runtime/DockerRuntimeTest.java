package pfs.jobs.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Docker, with a bridge for the jobs that say that they want the network. */
@Tag("docker")
class DockerRuntimeTest extends ContainerRuntimeContract {
    @BeforeAll
    static void startEngine() throws Exception {
        startEngine(ContainerEngine.Kind.DOCKER);
    }

    @Test
    void withEgressThereIsAWayOut() throws Exception {
        ContainerEngine.Bridge bridge = engine().bridge();
        Assumptions.assumeTrue(bridge != null, "no bridge can be made here");
        String outside = bridge.address();
        try (Greeter there = new Greeter(outside);
                Worker locked = start(serving());
                Worker open = start(serving() + ", \"network\": \"egress\"")) {
            String dial = "nc -w 60 " + outside + " " + there.port() + "; echo end";
            assertThat(run(open, dial)).contains(Greeter.HELLO);
            assertThat(run(locked, dial)).doesNotContain(Greeter.HELLO).endsWith("end\n");
            assertThat(run(open, "ip route")).contains("default via " + outside);
            assertThat(run(open, "grep CapEff /proc/self/status; touch /x 2>&1"))
                    .contains("0000000000000000")
                    .contains("Read-only file system");
        }
    }
}
