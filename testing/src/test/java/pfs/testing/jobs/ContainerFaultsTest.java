package pfs.testing.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.jobs.runtime.ContainerEngine;

/**
 * What goes wrong with real containers, behind a real server: the answer is the undisturbed run's,
 * or the run fails and says why; and nothing of it is left.
 */
@Tag("docker")
class ContainerFaultsTest {
    private static ContainerEngine engine;
    private static String networks = "";

    @TempDir Path work;
    private JobServer server;

    @BeforeAll
    static void startEngine() throws Exception {
        String obstacle = ContainerEngine.obstacle(ContainerEngine.Kind.DOCKER);
        if (obstacle != null) {
            System.out.println("ContainerFaultsTest cannot run here: " + obstacle);
        }
        Assumptions.assumeTrue(obstacle == null, String.valueOf(obstacle));
        engine = ContainerEngine.start();
        networks = engine.docker("network", "ls", "-q");
    }

    @AfterAll
    static void stopEngine() throws Exception {
        if (engine != null) {
            engine.close();
        }
    }

    @BeforeEach
    void startServer() throws Exception {
        server = JobServer.start(work.resolve("data"), engine.environment());
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        try (JobServer ending = server) {
            assertThat(ending.stop()).isZero();
        }
        assertThat(engine.containers()).as("containers").isEmpty();
        assertThat(engine.docker("network", "ls", "-q")).as("networks").isEqualTo(networks);
        assertThat(Programs.left(work.resolve("data/jobs/tmp"))).as("temporary files").isEmpty();
    }

    private void scripts(int count, String script) throws Exception {
        for (int i = 0; i < count; i++) {
            server.put(
                    "in/f" + (10 + i),
                    "echo start " + (10 + i) + " >&2\n" + script + "\necho " + i);
        }
        server.commit();
    }

    private void job(String more) throws Exception {
        server.job("job", "{'input': '/in', 'image': 'scripts', 'parallel': 2" + more + "}");
    }

    private String start() throws Exception {
        return server.send("POST", "/run?job=job", "").expect(202).text().strip();
    }

    /** The files whose scripts were started, from the run's log. */
    private List<String> started(String run) throws Exception {
        List<String> started = new ArrayList<>();
        for (String line : server.get("/runs/" + run + "/log").text().lines().toList()) {
            int at = line.indexOf(" start ");
            if (at > 0) {
                started.add(line.substring(at + 7));
            }
        }
        return started;
    }

    private void awaitStarted(String run, int count) throws Exception {
        for (int i = 0; i < 1200 && started(run).size() < count; i++) {
            Thread.sleep(50);
        }
        assertThat(started(run).size()).isGreaterThanOrEqualTo(count);
    }

    private void isRight(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            assertThat(server.get("/jobs/job/pfs/in/f" + (10 + i)).text()).isEqualTo(i + "\n");
        }
    }

    @Test
    void aContainerIsKilledInMidRequest() throws Exception {
        scripts(8, "sleep 0.5");
        job("");
        String run = start();
        awaitStarted(run, 3);
        engine.docker("kill", engine.containers().getFirst());
        assertThat(server.awaitEnd(run)).isEqualTo("succeeded");
        isRight(8);
    }

    @Test
    void theEngineIsRestartedInMidRun() throws Exception {
        scripts(10, "sleep 0.5");
        job("");
        String run = start();
        awaitStarted(run, 3);
        engine.restart();
        assertThat(server.awaitEnd(run))
                .as(server.get("/runs/" + run).text())
                .isEqualTo("succeeded");
        isRight(10);
        for (int i = 0; i < 100 && engine.containers().size() > 2; i++) {
            Thread.sleep(100);
        }
        assertThat(engine.containers()).as("the dead ones are removed").hasSize(2);
    }

    @Test
    void theServerIsKilledInMidRun() throws Exception {
        scripts(10, "sleep 0.5");
        job("");
        String run = start();
        awaitStarted(run, 4);
        server.kill();
        assertThat(engine.containers()).isNotEmpty();
        server.close();
        server = JobServer.start(work.resolve("data"), engine.environment());
        assertThat(server.awaitEnd(run)).isEqualTo("succeeded");
        isRight(10);
        List<String> all = started(run);
        assertThat(all.size() - new HashSet<>(all).size()).as("repeated").isLessThanOrEqualTo(2);
    }

    @Test
    void theServerIsToldToStopInMidRun() throws Exception {
        scripts(10, "sleep 2");
        job("");
        String run = start();
        awaitStarted(run, 2);
        assertThat(server.stop()).isZero();
        assertThat(engine.containers()).isEmpty();
        server.close();
        server = JobServer.start(work.resolve("data"), engine.environment());
        assertThat(server.awaitEnd(run)).isEqualTo("succeeded");
        isRight(10);
    }

    @Test
    void aCancelledRunLeavesNoContainer() throws Exception {
        scripts(4, "sleep 60");
        job("");
        String run = start();
        awaitStarted(run, 1);
        server.send("DELETE", "/runs/" + run, "").expect(204);
        assertThat(server.awaitEnd(run)).isEqualTo("cancelled");
        for (int i = 0; i < 100 && !engine.containers().isEmpty(); i++) {
            Thread.sleep(100);
        }
        assertThat(engine.containers()).isEmpty();
    }

    @Test
    void anAnswerOfFiveGibibytesIsRefused() throws Exception {
        long length = 5L << 30;
        server.put(
                "in/sized",
                "#raw\nprintf 'HTTP/1.1 200 OK\\r\\nContent-Length: "
                        + length
                        + "\\r\\n\\r\\n'; yes");
        server.put(
                "in/unsized",
                "#raw\nprintf 'HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n';"
                        + " while true; do printf '100000\\r\\n'; head -c 1048576 /dev/zero;"
                        + " printf '\\r\\n'; done");
        server.put("in/open", "#raw\nprintf 'HTTP/1.1 200 OK\\r\\n\\r\\nbody'");
        server.commit();
        job(", 'maxBad': 3, 'limits': {'output': '64MiB'}");
        String run = server.succeed("job");
        String text = server.get("/runs/" + run).text();
        assertThat(text).contains("in/sized: ").contains("in/unsized: ").contains("in/open: ");
        assertThat(text).contains("limits.output, which is 67108864 bytes");
        assertThat(text).contains("neither Content-Length nor Transfer-Encoding");
    }

    @Test
    void whatRunsOutOfMemoryIsNamedAndTheRestGoesOn() throws Exception {
        server.put("in/f10", "echo 0");
        server.put("in/greedy", "awk 'BEGIN { for (i = 0; i < 100000000; i++) a[i] = i }'");
        server.commit();
        job(", 'maxBad': 1, 'limits': {'memory': '32MiB'}");
        String run = server.succeed("job");
        assertThat(server.get("/runs/" + run).text())
                .contains("in/greedy: ")
                .contains("ran out of memory (limits.memory)");
        isRight(1);
    }

    @Test
    void aForkBombStaysInItsContainer() throws Exception {
        server.put("in/f10", "echo 0");
        server.put(
                "in/bomb",
                "(i=0; while [ $i -lt 3000 ]; do sleep 9 & i=$((i+1)); done) 2>/tmp/e;"
                        + " while read -r line; do echo $line >&2; done < /tmp/e; false");
        server.commit();
        job(", 'maxBad': 1, 'limits': {'memory': '512MiB'}");
        String run = server.succeed("job");
        assertThat(server.get("/runs/" + run).text()).contains("in/bomb: ");
        assertThat(server.get("/runs/" + run + "/log").text()).contains("can't fork");
        isRight(1);
    }

    @Test
    void aFullDiskInAContainerIsItsOwn() throws Exception {
        server.put(
                "in/f10",
                "n=$(dd if=/dev/zero of=/tmp/x bs=1M count=100 2>&1 | grep -c 'No space'); rm"
                        + " /tmp/x; echo $n");
        server.put("in/f11", "touch /x 2>&1 | grep -c 'Read-only'");
        server.commit();
        job(", 'limits': {'memory': '128MiB'}");
        server.succeed("job");
        assertThat(server.get("/jobs/job/pfs/in/f10").text()).isEqualTo("1\n");
        assertThat(server.get("/jobs/job/pfs/in/f11").text()).isEqualTo("1\n");
    }

    @Test
    void anImageThatIsNotThereIsNamed() throws Exception {
        server.put("in/x", "true");
        server.commit();
        server.job("job", "{'input': '/in', 'image': 'no-such-image:7'}");
        assertThat(server.fail("job")).contains("no-such-image:7");
    }

    @Test
    void aRebuiltImageUnderTheSameTagMakesAllAgain() throws Exception {
        engine.docker("tag", "scripts", "rebuilt");
        scripts(3, "true");
        server.job("job", "{'input': '/in', 'image': 'rebuilt', 'parallel': 2}");
        assertThat(started(server.succeed("job"))).hasSize(3);
        assertThat(started(server.succeed("job"))).isEmpty();
        String from = "printf 'FROM scripts\\nENV VERSION=2\\n' | docker build -t rebuilt -";
        Map<String, String> environment = new HashMap<>(engine.environment());
        environment.put("DOCKER_BUILDKIT", "0");
        ContainerEngine.Ended built = ContainerEngine.run(environment, "sh", "-c", from);
        assertThat(built.code()).as(built.output()).isZero();
        assertThat(started(server.succeed("job"))).hasSize(3);
        assertThat(started(server.succeed("job"))).isEmpty();
    }

    @Test
    void aCommandThatExitsAtOnceIsShownWithItsLog() throws Exception {
        server.put("in/x", "true");
        server.commit();
        job(", 'command': ['/bin/sh', '-c', 'echo I cannot start; exit 3']");
        assertThat(server.fail("job")).contains("exited with code 3").contains("I cannot start");
    }

    @Test
    void aRunWithNothingToDoStartsNoContainer() throws Exception {
        scripts(3, "true");
        job("");
        server.succeed("job");
        assertThat(server.stop()).isZero();
        server.close();
        server = JobServer.start(work.resolve("data"), engine.environment());
        server.succeed("job");
        assertThat(engine.containers()).isEmpty();
    }
}
