package pfs.repo;

import org.jspecify.annotations.Nullable;
import pfs.tree.FileEntry;

/** One difference between two snapshots; files only, in path order. */
public record Difference(
        Type type,
        String path,
        @Nullable String oldPath,
        @Nullable FileEntry before,
        @Nullable FileEntry after) {
    /** A, M, D, R. */
    public enum Type {
        ADDED('A'),
        MODIFIED('M'),
        DELETED('D'),
        RENAMED('R');

        private final char letter;

        Type(char letter) {
            this.letter = letter;
        }

        public char letter() {
            return letter;
        }
    }
}
