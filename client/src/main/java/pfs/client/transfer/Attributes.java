package pfs.client.transfer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;

/** Which attributes a file system has. Stateless. */
final class Attributes {
    private Attributes() {}

    /** POSIX's where there are such, for the executable bit. */
    static Class<? extends BasicFileAttributes> of(Path file) throws IOException {
        return Files.getFileStore(file).supportsFileAttributeView("posix")
                ? PosixFileAttributes.class
                : BasicFileAttributes.class;
    }
}
