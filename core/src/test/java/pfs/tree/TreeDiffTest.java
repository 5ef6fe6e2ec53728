package pfs.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class TreeDiffTest {
    private final CountingObjects objects = new CountingObjects();
    private final Trees trees = new Trees(objects, 1 << 20);
    private final TreeEditor editor = new TreeEditor(trees, objects);

    @Test
    void differencesAreThoseOfTheFiles() {
        long seed = Samples.seed();
        Random random = Samples.random(seed, "differencesAreThoseOfTheFiles");
        for (int history = 0; history < 60; history++) {
            int names = history % 10 == 0 ? 3_000 : 6;
            TreeModel model = new TreeModel();
            DirectoryEntry root = editor.empty();
            for (int i = 0; i < 6; i++) {
                TreeMap<String, FileEntry> old = new TreeMap<>(model.files);
                DirectoryEntry before = root;
                for (int n = random.nextInt(4); n >= 0; n--) {
                    TreeMap<String, Edit> edits = model.change(random, names, trees, root);
                    root = editor.apply(root, Samples.byPath(edits));
                }
                String path = random.nextBoolean() ? "" : TreeModel.path(random, 3);
                String about = "seed " + seed + ", history " + history + ", path " + path;
                assertThat(all(TreeDiff.files(trees, before, root, path)))
                        .as(about)
                        .isEqualTo(expected(old, model.files, path));
                verifyChangesTurnTheOneIntoTheOther(before, root, about);
            }
        }
    }

    /** Changes at directory granularity, as edits, make the new tree of the old one. */
    private void verifyChangesTurnTheOneIntoTheOther(
            DirectoryEntry before, DirectoryEntry after, String about) {
        TreeMap<String, Edit> edits = Samples.edits();
        TreeDiff.changes(trees, before, after, "")
                .forEachRemaining(
                        change -> {
                            Edit edit =
                                    switch (change.after()) {
                                        case null ->
                                                change.before() instanceof FileEntry
                                                        ? new Edit.DeleteFile()
                                                        : new Edit.DeleteDirectory();
                                        case FileEntry file -> new Edit.PutFile(file);
                                        case DirectoryEntry d ->
                                                change.before() == null
                                                        ? new Edit.Graft(d)
                                                        : new Edit.MakeDirectory();
                                    };
                            assertThat(edits.put(change.key(), edit)).isNull();
                        });
        DirectoryEntry made = editor.apply(before, Samples.byPath(edits));
        assertThat(all(TreeDiff.files(trees, made, after, ""))).as(about).isEmpty();
    }

    private static List<Change> expected(
            TreeMap<String, FileEntry> before, TreeMap<String, FileEntry> after, String path) {
        TreeSet<String> paths = new TreeSet<>(TreePath::order);
        paths.addAll(before.keySet());
        paths.addAll(after.keySet());
        List<Change> changes = new ArrayList<>();
        for (String file : paths) {
            FileEntry old = before.get(file);
            FileEntry now = after.get(file);
            boolean within = path.isEmpty() || file.equals(path) || file.startsWith(path + "/");
            boolean same = old != null && now != null && old.sameContent(now);
            if (within && !same) {
                changes.add(new Change(file, old, now));
            }
        }
        return changes;
    }

    @Test
    void wholeDirectoriesAreOneChange() {
        DirectoryEntry before = apply(editor.empty(), "a/b/c", 1, "a/b/d", 2, "z", 3);
        DirectoryEntry after = apply(editor.empty(), "a/x/c", 1, "a/x/d", 2, "z", 3);
        List<Change> changes = all(TreeDiff.changes(trees, before, after, ""));
        assertThat(changes).extracting(Change::key).containsExactly("a/b/", "a/x/");
        assertThat(changes.getFirst().before()).isEqualTo(changes.getLast().after());
    }

    @Test
    void aNewTimeIsNoDifference() {
        FileEntry file = Samples.file(1);
        FileEntry touched = new FileEntry(file.content(), false, 5, null, Map.of());
        DirectoryEntry before = put(editor.empty(), "d/a", file);
        DirectoryEntry after = put(editor.empty(), "d/a", touched);
        assertThat(before).isNotEqualTo(after);
        assertThat(all(TreeDiff.changes(trees, before, after, ""))).isEmpty();
    }

    @Test
    void theCostFollowsTheChange() {
        DirectoryEntry before = numbered(500_000);
        long seed = Samples.seed();
        Random random = Samples.random(seed, "theCostFollowsTheChange");
        for (int changes : new int[] {1, 10, 100}) {
            TreeMap<String, Edit> edits = Samples.edits();
            for (int i = 0; i < changes; i++) {
                String path = String.format("file-%07d", random.nextInt(500_000));
                edits.put(
                        i % 3 == 0 ? path + "new" : path,
                        i % 3 == 1 ? new Edit.DeleteFile() : new Edit.PutFile(Samples.file(-i)));
            }
            DirectoryEntry after = editor.apply(before, Samples.byPath(edits));
            Trees cold = new Trees(objects, 8 << 20);
            objects.reset();
            assertThat(all(TreeDiff.files(cold, before, after, ""))).hasSize(edits.size());
            System.out.println(changes + " changes of 500,000: " + objects.reads + " nodes read");
            assertThat(objects.reads).isLessThan(12L * changes + 12);
        }
    }

    private DirectoryEntry numbered(int count) {
        return editor.apply(
                editor.empty(),
                java.util.stream.IntStream.range(0, count)
                        .mapToObj(
                                i ->
                                        Map.entry(
                                                String.format("file-%07d", i),
                                                (Edit) new Edit.PutFile(Samples.file(i))))
                        .iterator());
    }

    private DirectoryEntry put(DirectoryEntry root, String path, FileEntry file) {
        return editor.apply(
                root, List.of(Map.entry(path, (Edit) new Edit.PutFile(file))).iterator());
    }

    private DirectoryEntry apply(DirectoryEntry root, Object... pathsAndContents) {
        DirectoryEntry result = root;
        for (int i = 0; i < pathsAndContents.length; i += 2) {
            result =
                    put(
                            result,
                            (String) pathsAndContents[i],
                            Samples.file((int) pathsAndContents[i + 1]));
        }
        return result;
    }

    private static List<Change> all(Iterator<Change> changes) {
        List<Change> all = new ArrayList<>();
        changes.forEachRemaining(all::add);
        return all;
    }
}
