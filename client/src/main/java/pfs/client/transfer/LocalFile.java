package pfs.client.transfer;

import java.nio.file.Path;
import pfs.client.tar.TarEntry;

/**
 * A file or an empty directory of the tree to be sent.
 *
 * @param entry its path in the repo, size, time and bit, as they were when the tree was walked
 */
record LocalFile(Path file, TarEntry entry) {
    /** Its place in the order of listings. */
    String key() {
        return entry.directory() ? entry.path() + "/" : entry.path();
    }
}
