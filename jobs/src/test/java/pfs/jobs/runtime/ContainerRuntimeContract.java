package pfs.jobs.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import pfs.error.PfsException;
import pfs.jobs.runtime.docker.DockerRuntime;

/**
 * The contract, the confinement and the limits, with a real engine, which the test starts itself;
 * it says so where it cannot.
 */
@Tag("docker")
abstract class ContainerRuntimeContract extends RuntimeContract {
    static @Nullable ContainerEngine running;

    /** Starts the engine that {@link #engine} gives. */
    static void startEngine(ContainerEngine.Kind kind) throws Exception {
        String obstacle = ContainerEngine.obstacle(kind);
        if (obstacle != null) {
            System.out.println("what needs " + kind + " cannot run here: " + obstacle);
        }
        Assumptions.assumeTrue(obstacle == null, String.valueOf(obstacle));
        ContainerEngine.Bridge bridge =
                kind == ContainerEngine.Kind.DOCKER ? ContainerEngine.Bridge.make() : null;
        running = ContainerEngine.start(kind, bridge);
    }

    static ContainerEngine engine() {
        return Objects.requireNonNull(running);
    }

    /** What is said of a container whose first process was killed for want of memory. */
    String outOfMemory() {
        return "ran out of memory";
    }

    @AfterAll
    static void stopEngine() throws Exception {
        ContainerEngine ending = running;
        running = null;
        if (ending != null) {
            ending.close();
        }
    }

    @Override
    Runtime open() {
        return DockerRuntime.connect(engine().host(), "test");
    }

    @Override
    String serving() {
        return "\"image\": \"pfs-test\", \"limits\": {\"memory\": \"64MiB\"}";
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
    int count() throws Exception {
        return engine().containers().size();
    }

    @Test
    void fromInsideThereIsNoWayOut() throws Exception {
        List<String> hosts = new ArrayList<>();
        for (NetworkInterface device : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            device.getInetAddresses()
                    .asIterator()
                    .forEachRemaining(a -> hosts.add(a.getHostAddress()));
        }
        try (Greeter here = new Greeter("0.0.0.0");
                Worker other = start(serving());
                Worker worker = start(serving())) {
            assertThat(run(other, "echo up")).isEqualTo("up\n");
            assertThat(run(worker, "ip route; ip -o link | grep -v ' lo:'; echo end"))
                    .isEqualTo("end\n");
            assertThat(here.heard("127.0.0.1")).isEqualTo(Greeter.HELLO);
            for (String host : hosts) {
                // Loopback is the container's own: the host's listener is not there either.
                if (!host.contains(":")) {
                    assertThat(run(worker, "nc -w 2 " + host + " " + here.port() + "; echo end"))
                            .as(host)
                            .doesNotContain(Greeter.HELLO)
                            .endsWith("end\n");
                }
            }
            assertThat(
                            run(
                                    worker,
                                    "ping -c 1 -w 1 192.0.2.1; nc -w 1 1.1.1.1 53 </dev/null &&"
                                            + " echo reached; echo end"))
                    .doesNotContain("reached")
                    .doesNotContain("1 packets received");
            assertThat(run(worker, "ls /var/run/docker.sock /run 2>&1; ls -d /dev/sd* 2>&1"))
                    .doesNotContain("docker.sock\n/");
        }
    }

    @Test
    void thereIsNoCapabilityAndTheRootIsReadOnly() throws Exception {
        try (Worker worker = start(serving())) {
            assertThat(
                            run(
                                    worker,
                                    "grep -E 'Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs'"
                                            + " /proc/self/status"))
                    .isEqualTo(
                            "CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\n"
                                    + "CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\n"
                                    + "CapAmb:\t0000000000000000\nNoNewPrivs:\t1\n");
            assertThat(run(worker, "touch /x /bin/x; touch /tmp/x && echo fine"))
                    .contains("Read-only file system")
                    .contains("fine");
            assertThat(run(worker, "mount -t tmpfs x /tmp && echo mounted"))
                    .doesNotContain("mounted");
        }
    }

    @Test
    void limitsHold() throws Exception {
        try (Worker worker = start(serving())) {
            String size =
                    run(
                            worker,
                            "dd if=/dev/zero of=/tmp/big bs=1M count=200 2>/dev/null;"
                                    + " n=$(wc -c < /tmp/big); rm -f /tmp/big; echo $n");
            assertThat(Long.parseLong(size.strip())).isBetween(8L << 20, 16L << 20);
        }
        // With memory for all of them: else the kernel may pick the server among its victims.
        try (Worker worker =
                start("\"image\": \"pfs-test\", \"limits\": {\"memory\": \"512MiB\"}")) {
            assertThat(
                            run(
                                    worker,
                                    "i=0; while [ $i -lt 2000 ]; do sleep 5 & i=$((i+1)); done;"
                                            + " echo end"))
                    .containsAnyOf("can't fork", "Resource temporarily unavailable");
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
            assertThat(worker.exit().get().text()).contains(outOfMemory());
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
    void anEngineThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> DockerRuntime.connect("unix:///nonexistent/sock", "test"))
                .isInstanceOf(PfsException.class)
                .hasMessageContaining("/nonexistent/sock");
    }
}
