package pfs.testing.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Three members of an etcd on this machine, started and stopped by {@code bin/cluster}. */
public final class EtcdProcesses implements AutoCloseable {
    private final Path root;
    private final Path directory;

    private EtcdProcesses(Path root, Path directory) {
        this.root = root;
        this.directory = directory;
    }

    /** True if etcd is installed. */
    public static boolean possible(Path root) throws IOException, InterruptedException {
        return run(root, "missing", "etcd") == 0;
    }

    /** Returns when it answers. */
    public static EtcdProcesses start(Path root, Path directory)
            throws IOException, InterruptedException {
        if (run(root, "start", directory.toString(), "etcd") != 0) {
            throw new IOException("etcd does not start");
        }
        return new EtcdProcesses(root, directory);
    }

    /** What pfs takes as {@code --coordinator}. */
    public String uri() throws IOException {
        return Files.readString(directory.resolve("etcd/uri")).strip();
    }

    private static int run(Path root, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(root.resolve("bin/cluster").toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        if (run(root, "stop", directory.toString(), "etcd") != 0) {
            throw new IOException("etcd does not stop");
        }
    }
}
