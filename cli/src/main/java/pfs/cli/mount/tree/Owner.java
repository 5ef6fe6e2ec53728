package pfs.cli.mount.tree;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whose the files are, and what he lets others do: the user of this process, and his umask, as for
 * files that {@code pfs get} writes.
 *
 * @param mask the bits that nobody gets
 */
public record Owner(int user, int group, int mask) {
    private static final int USUAL_MASK = 022;

    /** That of this process, on Linux. */
    public static Owner ofThisProcess() throws IOException {
        Path self = Path.of("/proc/self");
        int mask = USUAL_MASK;
        for (String line : Files.readAllLines(self.resolve("status"))) {
            if (line.startsWith("Umask:")) {
                mask = Integer.parseInt(line.substring(line.indexOf(':') + 1).strip(), 8);
            }
        }
        return new Owner(
                (Integer) Files.getAttribute(self, "unix:uid"),
                (Integer) Files.getAttribute(self, "unix:gid"),
                mask);
    }

    int directory() {
        return 0777 & ~mask;
    }

    /** Who may read a file that is executable may execute it. */
    int file(boolean executable) {
        int bits = 0666 & ~mask;
        return executable ? bits | 0100 | (bits & 0044) >> 2 : bits;
    }
}
