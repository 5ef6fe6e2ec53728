package pfs.jobs.engine;

import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pfs.repo.Snapshot;
import pfs.tree.DirectoryEntry;
import pfs.tree.Entry;
import pfs.tree.FileEntry;
import pfs.tree.PathEntry;

/** The files that a path, directory or glob of a spec names, in path order. */
final class InputFiles {
    private InputFiles() {}

    static Iterator<PathEntry> of(Snapshot snapshot, String path) {
        if (path.isEmpty()) {
            return files(snapshot.list("", "", true), null);
        }
        Optional<Entry> found = snapshot.find(path);
        if (found.isPresent()) {
            return switch (found.get()) {
                case FileEntry file -> Collections.singleton(new PathEntry(path, file)).iterator();
                case DirectoryEntry _ -> files(snapshot.list(path, "", true), null);
            };
        }
        if (!Glob.isGlob(path)) {
            return Collections.emptyIterator();
        }
        String directory = Glob.fixedDirectory(path);
        if (!(snapshot.find(directory).orElse(null) instanceof DirectoryEntry)) {
            return Collections.emptyIterator();
        }
        return files(snapshot.list(directory, "", true), Glob.compile(path));
    }

    private static Iterator<PathEntry> files(Iterator<PathEntry> all, @Nullable Glob glob) {
        return new Iterator<>() {
            private @Nullable PathEntry next = advance();

            private @Nullable PathEntry advance() {
                while (all.hasNext()) {
                    PathEntry entry = all.next();
                    if (entry.entry() instanceof FileEntry
                            && (glob == null || glob.matches(entry.path()))) {
                        return entry;
                    }
                }
                return null;
            }

            @Override
            public boolean hasNext() {
                return next != null;
            }

            @Override
            public PathEntry next() {
                PathEntry entry = next;
                if (entry == null) {
                    throw new NoSuchElementException();
                }
                next = advance();
                return entry;
            }
        };
    }
}
