package pfs.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/** A tree as plain sorted maps: what the real one is compared with. */
final class TreeModel {
    final TreeMap<String, FileEntry> files = new TreeMap<>(TreePath::order);

    /** Explicit directories' paths. */
    final TreeSet<String> explicit = new TreeSet<>(TreePath::order);

    /** Makes some edits at random, applies them here, and answers them by key. */
    TreeMap<String, Edit> change(Random random, int names, Trees trees, DirectoryEntry root) {
        TreeMap<String, Edit> edits = Samples.edits();
        int count = 1 + random.nextInt(names > 100 ? 2_000 : 8);
        for (int i = 0; i < count; i++) {
            String path = path(random, names);
            Edit edit =
                    switch (random.nextInt(names > 100 ? 400 : 9)) {
                        case 0 -> new Edit.DeleteDirectory();
                        case 1 -> new Edit.MakeDirectory();
                        case 2 -> graft(anyDirectory(random, trees, root));
                        case 3, 4 -> new Edit.DeleteFile();
                        default ->
                                new Edit.PutFile(
                                        random.nextInt(3) == 0
                                                ? Samples.anyFile(random)
                                                : Samples.file(random.nextInt(100)));
                    };
            edits.put(Samples.key(path, edit), edit);
        }
        dropClashes(edits);
        TreeModel before = copy();
        edits.forEach((key, edit) -> apply(key, edit, before, trees));
        return edits;
    }

    static String path(Random random, int names) {
        StringBuilder path = new StringBuilder();
        int depth = names > 100 ? random.nextInt(2) : random.nextInt(3);
        for (int i = 0; i <= depth; i++) {
            path.append(i == 0 ? "" : "/").append(name(random, i < depth ? 3 : names));
        }
        return path.toString();
    }

    private static String name(Random random, int names) {
        String[] tails = {"", "-", ".x", "é", "\uffee", "\ud83d\ude00"};
        int n = random.nextInt(names);
        return "n" + n + tails[n % tails.length];
    }

    /** Copies of copies of a large directory would grow without an end. */
    private static Edit graft(DirectoryEntry directory) {
        return directory.files() > 5_000 ? new Edit.MakeDirectory() : new Edit.Graft(directory);
    }

    private static DirectoryEntry anyDirectory(Random random, Trees trees, DirectoryEntry root) {
        return trees.find(root, name(random, 3)) instanceof Optional<Entry> found
                        && found.orElse(root) instanceof DirectoryEntry directory
                ? directory
                : root;
    }

    /** One change must not make a file and a directory of one name: the facade refuses that. */
    private void dropClashes(TreeMap<String, Edit> edits) {
        for (String key : new ArrayList<>(edits.keySet())) {
            for (int slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
                edits.remove(key.substring(0, slash));
            }
        }
    }

    TreeModel copy() {
        TreeModel copy = new TreeModel();
        copy.files.putAll(files);
        copy.explicit.addAll(explicit);
        return copy;
    }

    private void apply(String key, Edit edit, TreeModel before, Trees trees) {
        String path = key.endsWith("/") ? key.substring(0, key.length() - 1) : key;
        switch (edit) {
            case Edit.PutFile put -> {
                FileEntry old = files.get(path);
                deleteBelow(path);
                files.put(path, old != null && old.sameContent(put.entry()) ? old : put.entry());
                dropParentFiles(path);
            }
            case Edit.DeleteFile _ -> files.remove(path);
            case Edit.DeleteDirectory _ -> deleteBelow(path);
            case Edit.MakeDirectory _ -> {
                explicit.add(path);
                files.remove(path);
                dropParentFiles(path);
            }
            case Edit.Graft graft -> {
                deleteBelow(path);
                graft(path, graft.entry(), trees);
                if (exists(path)) {
                    files.remove(path);
                    dropParentFiles(path);
                }
            }
        }
    }

    private void graft(String path, DirectoryEntry entry, Trees trees) {
        if (entry.explicit()) {
            explicit.add(path);
        }
        trees.list(entry, "", "", false)
                .forEachRemaining(
                        child -> {
                            String at = path + "/" + child.path();
                            switch (child.entry()) {
                                case FileEntry file -> files.put(at, file);
                                case DirectoryEntry directory -> graft(at, directory, trees);
                            }
                        });
    }

    private boolean exists(String directory) {
        String prefix = directory + "/";
        String file = files.ceilingKey(prefix);
        String inner = explicit.ceiling(prefix);
        return explicit.contains(directory)
                || (file != null && file.startsWith(prefix))
                || (inner != null && inner.startsWith(prefix));
    }

    private void dropParentFiles(String path) {
        for (String p = TreePath.parent(path); !p.isEmpty(); p = TreePath.parent(p)) {
            files.remove(p);
        }
    }

    private void deleteBelow(String path) {
        files.subMap(path + "/", path + "0").clear();
        explicit.subSet(path + "/", path + "0").clear();
        explicit.remove(path);
    }

    /** All files and empty explicit directories, in path order. */
    List<PathEntry> listing() {
        TreeMap<String, PathEntry> byKey = new TreeMap<>(TreePath::order);
        files.forEach((path, file) -> byKey.put(path, new PathEntry(path, file)));
        for (String directory : explicit) {
            boolean empty =
                    files.subMap(directory + "/", directory + "0").isEmpty()
                            && explicit.subSet(directory + "/", directory + "0").isEmpty();
            if (empty) {
                byKey.put(
                        directory + "/",
                        new PathEntry(directory, new DirectoryEntry(EMPTY.id(), 0, 0, true)));
            }
        }
        return List.copyOf(byKey.values());
    }

    private static final pfs.chunk.Content EMPTY =
            new pfs.chunk.Content(pfs.object.ObjectId.of(NodeBuilder.empty()), 0, 0);

    /** The tree of exactly this, built from nothing. */
    DirectoryEntry build(TreeEditor editor) {
        TreeMap<String, Edit> edits = Samples.edits();
        files.forEach((path, file) -> edits.put(path, new Edit.PutFile(file)));
        explicit.forEach(path -> edits.put(path + "/", new Edit.MakeDirectory()));
        return editor.apply(editor.empty(), Samples.byPath(edits));
    }

    void verifyFinds(Trees trees, DirectoryEntry root, Random random) {
        int step = 1 + files.size() / 20;
        int i = random.nextInt(step);
        for (Map.Entry<String, FileEntry> file : files.entrySet()) {
            if (i++ % step == 0) {
                assertThat(trees.find(root, file.getKey())).contains(file.getValue());
                assertThat(trees.find(root, file.getKey() + "z")).isEmpty();
                assertThat(trees.find(root, file.getKey() + "/z")).isEmpty();
            }
        }
        for (String directory : explicit) {
            assertThat(trees.find(root, directory)).containsInstanceOf(DirectoryEntry.class);
        }
    }

    /** Compares one page of a listing. */
    void verifyListing(Trees trees, DirectoryEntry root, Random random, int names) {
        String directory = random.nextInt(3) == 0 ? "" : path(random, 3);
        if (!(trees.find(root, directory).orElse(null) instanceof DirectoryEntry)) {
            directory = "";
        }
        String prefix = directory.isEmpty() ? "" : directory + "/";
        String after =
                switch (random.nextInt(5)) {
                    case 0 -> "";
                    case 1 -> path(random, names);
                    case 2 -> path(random, names) + "/";
                    case 3 -> prefix + path(random, names);
                    default -> prefix + path(random, names) + "/";
                };
        boolean recursive = random.nextBoolean();
        List<String> expected = new ArrayList<>();
        for (PathEntry entry : listing()) {
            String key = key(entry);
            if (key.startsWith(prefix) && key.length() > prefix.length()) {
                int slash = key.indexOf('/', prefix.length());
                String shown = recursive || slash < 0 ? key : key.substring(0, slash + 1);
                if (TreePath.order(shown, after) > 0
                        && (expected.isEmpty() || !expected.getLast().equals(shown))) {
                    expected.add(shown);
                }
            }
        }
        List<String> shown = new ArrayList<>();
        trees.list(root, directory, after, recursive).forEachRemaining(e -> shown.add(key(e)));
        assertThat(shown)
                .as("directory '%s' after '%s' recursive %s", directory, after, recursive)
                .isEqualTo(expected);
    }

    private static String key(PathEntry entry) {
        return entry.entry() instanceof DirectoryEntry ? entry.path() + "/" : entry.path();
    }
}
