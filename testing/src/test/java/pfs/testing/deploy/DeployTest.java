package pfs.testing.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code deploy/} has: the image is built and started, the units are verified. */
class DeployTest {
    private static final Path ROOT = root();

    @TempDir Path work;

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        return Files.exists(at.resolve("pfs")) ? at : at.getParent();
    }

    private static boolean has(String tool) {
        for (String directory : System.getenv("PATH").split(":")) {
            if (Files.isExecutable(Path.of(directory, tool))) {
                return true;
            }
        }
        return false;
    }

    private String run(int expected, long minutes, String... command)
            throws IOException, InterruptedException {
        Path log = work.resolve("log");
        Process process =
                new ProcessBuilder(command)
                        .directory(ROOT.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        boolean ended = process.waitFor(minutes, TimeUnit.MINUTES);
        String said = Files.readString(log, StandardCharsets.UTF_8);
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
        assertThat(ended).as(said).isTrue();
        assertThat(process.exitValue()).as(said).isEqualTo(expected);
        return said;
    }

    @Test
    void theImageIsBuiltAndServesTheQuickstart() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "a chroot needs root");
        for (String tool : List.of("dockerd", "docker", "busybox", "zip", "curl")) {
            assumeTrue(has(tool), tool + " is missing: apt-get install docker.io busybox-static");
        }
        assumeTrue(Files.exists(ROOT.resolve(".pfs/current")), "nothing is built: ./pfs version");
        System.out.println(run(0, 20, "deploy/image/test"));
    }

    @Test
    void theTarballIsUnpackedAndServes() throws Exception {
        assumeTrue(Files.exists(ROOT.resolve(".pfs/current")), "nothing is built: ./pfs version");
        System.out.println(run(0, 15, "deploy/test-tarball"));
    }

    @Test
    void theUnitsAreWhatSystemdTakes() throws Exception {
        assumeTrue(has("systemd-analyze"), "there is no systemd-analyze");
        for (String name : List.of("pfs.service", "pfs-container.service")) {
            String unit = Files.readString(ROOT.resolve("deploy/systemd/" + name));
            // What a unit starts must be there to be verified.
            String here =
                    unit.replace("/opt/pfs/pfs serve", "/bin/true serve")
                            .replace("/usr/bin/docker", "/bin/true")
                            .replaceAll("docker\\.service ?", "")
                            .replace("Requires=\n", "");
            Path file = Files.writeString(work.resolve(name), here);
            String said = run(0, 1, "systemd-analyze", "verify", "--man=no", file.toString());
            assertThat(said.lines().filter(line -> line.contains(name))).isEmpty();
        }
    }
}
