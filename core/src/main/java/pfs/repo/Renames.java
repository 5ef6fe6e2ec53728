package pfs.repo;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;
import pfs.tree.Change;
import pfs.tree.DirectoryEntry;
import pfs.tree.Entry;
import pfs.tree.FileEntry;
import pfs.tree.PathEntry;
import pfs.tree.TreeDiff;
import pfs.tree.TreePath;
import pfs.tree.Trees;

/**
 * Finds renames by equal ids: what went and what came with the same content, files and whole
 * directories. A directory that was moved and changed is looked into, level by level. Files of no
 * bytes are no renames. More than {@link #MAX_CHANGES} changes are given as they are, so memory is
 * bounded. Thread-safe.
 */
final class Renames {
    /** Changes that are searched for renames. */
    static final int MAX_CHANGES = 50_000;

    private final Trees trees;

    Renames(Trees trees) {
        this.trees = trees;
    }

    /** In path order, a rename at its new path. */
    Iterator<Difference> between(DirectoryEntry from, DirectoryEntry to, String path) {
        Search search = new Search();
        Iterator<Change> changes = TreeDiff.changes(trees, from, to, path);
        while (changes.hasNext()) {
            if (!search.add(changes.next())) {
                return Differences.between(trees, from, to, path);
            }
        }
        while (search.lookInside()) {
            if (search.count > MAX_CHANGES) {
                return Differences.between(trees, from, to, path);
            }
        }
        return search.differences();
    }

    /** What an entry holds, by id; null for what is not followed. */
    private static @Nullable ObjectId content(@Nullable Entry entry) {
        return switch (entry) {
            case null -> null;
            case FileEntry file -> file.content().size() == 0 ? null : file.content().id();
            case DirectoryEntry directory -> directory.files() == 0 ? null : directory.tree();
        };
    }

    private final class Search {
        /** All that is found, by key of the (new) path. */
        private final TreeMap<String, Iterator<Difference>> found = new TreeMap<>(TreePath::order);

        private final TreeMap<String, Change> gone = new TreeMap<>(TreePath::order);
        private final TreeMap<String, Change> come = new TreeMap<>(TreePath::order);
        private int count;

        /** False if there are too many. */
        boolean add(Change change) {
            boolean directory = change.key().endsWith("/");
            if (change.after() == null) {
                gone.put(change.key(), change);
            } else if (change.before() == null) {
                come.put(change.key(), change);
            } else if (!directory) {
                found.put(change.key(), List.of(Differences.of(change)).iterator());
            }
            return ++count <= MAX_CHANGES;
        }

        /** Matches what it can, then opens the directories that are left; false if none were. */
        boolean lookInside() {
            match();
            List<Change> directories = new ArrayList<>();
            gone.values().stream().filter(c -> c.key().endsWith("/")).forEach(directories::add);
            come.values().stream().filter(c -> c.key().endsWith("/")).forEach(directories::add);
            for (Change directory : directories) {
                gone.remove(directory.key(), directory);
                come.remove(directory.key(), directory);
                open(directory);
            }
            return !directories.isEmpty();
        }

        private void open(Change change) {
            boolean went = change.after() == null;
            Entry entry = went ? change.before() : change.after();
            if (!(entry instanceof DirectoryEntry directory)) {
                return;
            }
            Iterator<PathEntry> inside = trees.list(directory, "", "", false);
            while (inside.hasNext() && count <= MAX_CHANGES) {
                PathEntry next = inside.next();
                String path = change.key() + next.path();
                add(
                        went
                                ? new Change(path, next.entry(), null)
                                : new Change(path, null, next.entry()));
            }
        }

        private void match() {
            Map<ObjectId, Deque<Change>> byContent = new HashMap<>();
            for (Change change : gone.values()) {
                ObjectId id = content(change.before());
                if (id != null) {
                    byContent.computeIfAbsent(id, _ -> new ArrayDeque<>()).add(change);
                }
            }
            for (Change change : List.copyOf(come.values())) {
                ObjectId id = content(change.after());
                Deque<Change> candidates = id == null ? null : byContent.get(id);
                if (candidates != null && !candidates.isEmpty()) {
                    renamed(best(candidates, change), change);
                }
            }
        }

        /** The one of the same name, else the first. */
        private static Change best(Deque<Change> candidates, Change change) {
            String name = TreePath.name(change.path());
            for (Change candidate : candidates) {
                if (TreePath.name(candidate.path()).equals(name)) {
                    candidates.remove(candidate);
                    return candidate;
                }
            }
            return candidates.removeFirst();
        }

        private void renamed(Change old, Change now) {
            if (old.before() instanceof FileEntry before
                    && now.after() instanceof FileEntry after) {
                found.put(
                        now.key(),
                        List.of(rename(now.path(), old.path(), before, after)).iterator());
            } else if (old.before() instanceof DirectoryEntry
                    && now.after() instanceof DirectoryEntry directory) {
                found.put(now.key(), moved(directory, old.key(), now.key()));
            } else {
                return;
            }
            gone.remove(old.key());
            come.remove(now.key());
        }

        /** Each file of a directory that is the same in both places. */
        private Iterator<Difference> moved(DirectoryEntry directory, String from, String to) {
            Iterator<PathEntry> files = trees.list(directory, "", "", true);
            return new Flattened(
                    new Iterator<>() {
                        @Override
                        public boolean hasNext() {
                            return files.hasNext();
                        }

                        @Override
                        public Iterator<Difference> next() {
                            PathEntry next = files.next();
                            return next.entry() instanceof FileEntry file
                                    ? List.of(
                                                    rename(
                                                            to + next.path(),
                                                            from + next.path(),
                                                            file,
                                                            file))
                                            .iterator()
                                    : Collections.emptyIterator();
                        }
                    });
        }

        private static Difference rename(
                String path, String oldPath, FileEntry before, FileEntry after) {
            return new Difference(Difference.Type.RENAMED, path, oldPath, before, after);
        }

        Iterator<Difference> differences() {
            gone.forEach((key, change) -> plain(key, change));
            come.forEach((key, change) -> plain(key, change));
            return new Flattened(found.values().iterator());
        }

        private void plain(String key, Change change) {
            if (!key.endsWith("/")) {
                found.put(key, List.of(Differences.of(change)).iterator());
            }
        }
    }

    /** Iterators one behind the other. */
    private static final class Flattened implements Iterator<Difference> {
        private final Iterator<Iterator<Difference>> parts;
        private Iterator<Difference> part = Collections.emptyIterator();

        Flattened(Iterator<Iterator<Difference>> parts) {
            this.parts = parts;
        }

        @Override
        public boolean hasNext() {
            while (!part.hasNext() && parts.hasNext()) {
                part = parts.next();
            }
            return part.hasNext();
        }

        @Override
        public Difference next() {
            return hasNext() ? part.next() : Collections.<Difference>emptyIterator().next();
        }
    }
}
