package pfs.testing.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An ext4 in a file, mounted, whose power can be cut: the shutdown ioctl drops all that is not on
 * the disk yet, the file system's own journal among it, as a loss of power does. Needs root.
 */
public final class LoopDevice implements AutoCloseable {
    /** EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH (linux/ext4.h). */
    private static final String SHUTDOWN =
            "import fcntl,os,struct,sys;"
                    + "fcntl.ioctl(os.open(sys.argv[1],os.O_RDONLY),0x8004587d,struct.pack('I',2))";

    private final Path image;
    private final Path mount;

    private LoopDevice(Path image, Path mount) {
        this.image = image;
        this.mount = mount;
    }

    /** True if it can be had here: root, mkfs.ext4, python3 and loop devices. */
    public static boolean possible(Path scratch) {
        try (LoopDevice _ = make(scratch.resolve("try"), 16)) {
            return true;
        } catch (IOException | AssertionError e) {
            return false;
        }
    }

    /** Makes an empty one of so many MiB, below a directory. */
    public static LoopDevice make(Path directory, int mebibytes) throws IOException {
        Files.createDirectories(directory);
        Path image = directory.resolve("image");
        Path mount = Files.createDirectories(directory.resolve("mount"));
        run("truncate", "-s", mebibytes + "M", image.toString());
        run("mkfs.ext4", "-q", "-F", image.toString());
        LoopDevice device = new LoopDevice(image, mount);
        device.mount();
        return device;
    }

    public Path directory() {
        return mount;
    }

    private void mount() throws IOException {
        run("mount", "-o", "loop,errors=remount-ro", image.toString(), mount.toString());
    }

    /** The block device's name, loop7 for one. */
    public String name() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/mounts"))) {
            String[] words = line.split(" ");
            if (words[1].equals(mount.toRealPath().toString())) {
                return Path.of(words[0]).getFileName().toString();
            }
        }
        throw new IOException(mount + " is not mounted");
    }

    /**
     * Cuts the power under a server, ends it, and mounts what is left. The server is stopped first:
     * Linux 6.18 calls an fdatasync a success that is under way when the ioctl comes, though its
     * bytes are gone (a loop of append and fdatasync shows it in one of 25 cuts), and no answer may
     * leave after that.
     */
    public void cut(ServerProcess server) throws IOException, InterruptedException {
        run("kill", "-STOP", Long.toString(server.pid()));
        run("python3", "-c", SHUTDOWN, mount.toString());
        server.kill();
        unmount();
        mount();
    }

    private void unmount() throws IOException {
        for (int i = 0; ; i++) {
            try {
                run("umount", mount.toString());
                return;
            } catch (IOException e) {
                if (i == 50) {
                    throw e;
                }
                pause();
            }
        }
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        try {
            if (process.waitFor() != 0) {
                throw new IOException(List.of(command) + ": " + said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() throws IOException {
        unmount();
    }
}
