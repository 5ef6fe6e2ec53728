package pfs.testing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A mount by a process of its own, which is gone in any case in the end. */
final class Mounted implements AutoCloseable {
    /** The capability's number, see capabilities(7). */
    private static final int SYS_ADMIN = 21;

    private static final int PATIENCE_SECONDS = 20;

    private final Path work;
    private final Path at;
    private final Path log;
    private final Process process;

    /**
     * Mounts at a new directory, and waits until it is.
     *
     * @param work has that directory, and what the process says
     * @param mount the command, without its last arguments
     */
    Mounted(Path work, List<String> mount, String... arguments) throws IOException {
        this.work = work;
        at = Files.createTempDirectory(work, "mount");
        log = work.resolve(at.getFileName() + ".log");
        // Who runs the tests in the background may have SIGINT ignored, and all below them too.
        List<String> words = new ArrayList<>(List.of("env", "--default-signal=INT"));
        words.addAll(mount);
        words.addAll(List.of(arguments));
        words.add(at.toString());
        process =
                new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        await().atMost(Duration.ofMinutes(1))
                .until(() -> said().contains("is mounted at") || !process.isAlive());
        assertThat(process.isAlive()).as(said()).isTrue();
    }

    /** Why nothing can be mounted here; empty if it can. */
    static Optional<String> lacking() throws IOException, InterruptedException {
        if (!Files.exists(Path.of("/dev/fuse"))) {
            return Optional.of(
                    "there is no /dev/fuse: modprobe fuse, or --device /dev/fuse --cap-add"
                            + " SYS_ADMIN");
        }
        if (Ended.of(Path.of("/"), "sh", "-c", "command -v fusermount3").code() != 0) {
            return Optional.of("there is no fusermount3: apt-get install fuse3");
        }
        return mayMount()
                ? Optional.empty()
                : Optional.of(
                        "root without CAP_SYS_ADMIN cannot mount: --cap-add SYS_ADMIN, or another"
                                + " user");
    }

    /** Others than root mount by fusermount3, which may. */
    private static boolean mayMount() throws IOException {
        if (!Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
            return true;
        }
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("CapEff:"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .anyMatch(hex -> (Long.parseUnsignedLong(hex, 16) >> SYS_ADMIN & 1) == 1);
    }

    /** Where. */
    Path at() {
        return at;
    }

    long pid() {
        return process.pid();
    }

    String said() throws IOException {
        return Files.readString(log);
    }

    /** Waits for the end of the process; its exit code. */
    int ended() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("it ends").isTrue();
        return process.exitValue();
    }

    boolean isMounted() throws IOException {
        return Files.readString(Path.of("/proc/self/mountinfo")).contains(" " + at + " ");
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            Ended.of(work, "fusermount3", "-u", "-z", "-q", at.toString());
            process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } finally {
            process.destroyForcibly();
        }
    }
}
