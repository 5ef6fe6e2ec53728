package pfs.server.jobs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import pfs.object.ObjectId;

/**
 * What a server is called at a container engine: the same after each restart, and another for every
 * data directory, also for those that are all {@code /data} in containers of their own, and for
 * copies of one directory.
 */
final class ServerName {
    private static final int DIGITS = 12;

    private ServerName() {}

    /**
     * 12 hexadecimal digits, of the directory's path and a number that is kept in it.
     *
     * @param directory of the jobs; is made if it is not there
     */
    static String of(Path directory) {
        Path file = directory.resolve("name");
        try {
            if (!Files.exists(file)) {
                Files.createDirectories(directory);
                Path fresh = directory.resolve("name.new");
                Files.writeString(fresh, Long.toHexString(new SplittableRandom().nextLong()));
                Files.move(fresh, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
            }
            String both = directory.toAbsolutePath() + "\n" + Files.readString(file);
            byte[] bytes = both.getBytes(StandardCharsets.UTF_8);
            return ObjectId.of(bytes).toString().substring(0, DIGITS);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot name the server in " + file, e);
        }
    }
}
