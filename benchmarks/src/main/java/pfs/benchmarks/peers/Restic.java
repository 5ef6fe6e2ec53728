package pfs.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Path;

/** A restic repository of its own, deleted when closed. */
final class Restic implements AutoCloseable {
    private final Field field;
    private final Path repository;

    Restic(Field field) throws IOException {
        this.field = field;
        this.repository = field.scratch.resolve("restic");
        Trees.delete(repository);
        Trees.delete(field.scratch.resolve("restic-cache"));
        field.commands.run("restic", "-q", "-r", repository.toString(), "init");
        field.commands.run("sync");
    }

    /** Seconds. */
    double backup(Path what) {
        return field.commands.time(
                "restic", "-q", "-r", repository.toString(), "backup", what.toString());
    }

    /** Seconds. */
    double restore(Path to) {
        return field.commands.time(
                "restic",
                "-q",
                "-r",
                repository.toString(),
                "restore",
                "latest",
                "--target",
                to.toString());
    }

    long diskBytes() {
        return Trees.diskBytes(field.commands, repository);
    }

    @Override
    public void close() throws IOException {
        Trees.delete(repository);
    }
}
