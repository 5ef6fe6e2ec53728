package pfs.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TreeMergeTest {
    private final CountingObjects objects = new CountingObjects();
    private final Trees trees = new Trees(objects, 4 << 20);
    private final TreeEditor editor = new TreeEditor(trees, objects);

    @Test
    void mergesAreThoseOfTheFilesOneByOne() {
        long seed = Samples.seed();
        Random random = Samples.random(seed, "mergesAreThoseOfTheFiles");
        int clean = 0;
        for (int round = 0; round < 3_000; round++) {
            int names = round % 300 == 0 ? 2_000 : 6;
            TreeModel base = new TreeModel();
            DirectoryEntry root = grow(base, editor.empty(), random, names, 3);
            TreeModel ours = base.copy();
            TreeModel theirs = base.copy();
            int changes = names > 100 ? 1 : random.nextInt(3);
            DirectoryEntry left = grow(ours, root, random, names, changes);
            DirectoryEntry right = grow(theirs, root, random, names, changes);
            String about = "seed " + seed + ", round " + round;
            clean += verify(base, ours, theirs, root, left, right, about) ? 1 : 0;
        }
        System.out.println("clean merges: " + clean);
        assertThat(clean).isGreaterThan(500);
    }

    private DirectoryEntry grow(
            TreeModel model, DirectoryEntry root, Random random, int names, int changes) {
        DirectoryEntry result = root;
        for (int i = 0; i < changes; i++) {
            result =
                    editor.apply(
                            result, Samples.byPath(model.change(random, names, trees, result)));
        }
        return result;
    }

    /** True if the merge is clean. */
    private boolean verify(
            TreeModel base,
            TreeModel ours,
            TreeModel theirs,
            DirectoryEntry root,
            DirectoryEntry left,
            DirectoryEntry right,
            String about) {
        TreeSet<String> paths = new TreeSet<>(TreePath::order);
        paths.addAll(base.files.keySet());
        paths.addAll(ours.files.keySet());
        paths.addAll(theirs.files.keySet());
        List<String> conflicts = new ArrayList<>();
        TreeMap<String, FileEntry> merged = new TreeMap<>(TreePath::order);
        for (String path : paths) {
            @Nullable FileEntry old = base.files.get(path);
            @Nullable FileEntry mine = ours.files.get(path);
            @Nullable FileEntry other = theirs.files.get(path);
            boolean takeOurs = same(old, other) || same(mine, other);
            if (!takeOurs && !same(old, mine)) {
                conflicts.add(path);
            }
            @Nullable FileEntry result = takeOurs ? mine : other;
            if (result != null) {
                merged.put(path, result);
            }
        }
        boolean clash =
                merged.keySet().stream()
                        .anyMatch(
                                p ->
                                        merged.ceilingKey(p + "/") instanceof String below
                                                && below.startsWith(p + "/"));
        TreeMerge merge = new TreeMerge(trees, root, left, right, _ -> TreeMerge.Choice.NONE);
        DirectoryEntry result = editor.apply(left, merge);
        List<String> found = merge.conflicts().stream().map(TreeMerge.Conflict::path).toList();
        assertThat(found).as(about).containsAll(conflicts);
        if (directoryInTheWay(merged, ours) || directoryInTheWay(merged, theirs)) {
            return false;
        }
        // What is in conflict may be in the way of a directory or file besides.
        assertThat(found.isEmpty()).as(about).isEqualTo(!clash && conflicts.isEmpty());
        if (found.isEmpty()) {
            assertThat(files(result)).as(about).isEqualTo(merged);
        }
        verifyChoices(left, right, root, conflicts, about);
        return found.isEmpty();
    }

    /** True if an explicit directory, of which the model of files knows nothing, is at a file. */
    private static boolean directoryInTheWay(TreeMap<String, FileEntry> files, TreeModel side) {
        return side.explicit.stream()
                .anyMatch(
                        directory -> {
                            boolean in = files.containsKey(directory);
                            for (String up = TreePath.parent(directory);
                                    !up.isEmpty();
                                    up = TreePath.parent(up)) {
                                in |= files.containsKey(up);
                            }
                            return in;
                        });
    }

    /** With a choice for all there are no conflicts, and theirs has what they have. */
    private void verifyChoices(
            DirectoryEntry left,
            DirectoryEntry right,
            DirectoryEntry root,
            List<String> conflicts,
            String about) {
        for (TreeMerge.Choice choice :
                List.of(TreeMerge.Choice.OURS, TreeMerge.Choice.THEIRS, TreeMerge.Choice.BASE)) {
            TreeMerge merge = new TreeMerge(trees, root, left, right, _ -> choice);
            DirectoryEntry result = editor.apply(left, merge);
            assertThat(merge.conflicts()).as(about).isEmpty();
            DirectoryEntry chosen =
                    switch (choice) {
                        case OURS -> left;
                        case THEIRS -> right;
                        case BASE -> root;
                        case NONE -> throw new IllegalStateException();
                    };
            for (String path : conflicts) {
                boolean file = trees.find(chosen, path).orElse(null) instanceof FileEntry;
                if (file && choice == TreeMerge.Choice.THEIRS) {
                    assertThat(trees.find(result, path))
                            .as(about + " " + path)
                            .isEqualTo(trees.find(chosen, path));
                }
            }
        }
    }

    private static boolean same(@Nullable FileEntry a, @Nullable FileEntry b) {
        return a == null || b == null ? a == b : a.sameContent(b);
    }

    private TreeMap<String, FileEntry> files(DirectoryEntry root) {
        TreeMap<String, FileEntry> files = new TreeMap<>(TreePath::order);
        trees.list(root, "", "", true)
                .forEachRemaining(
                        e -> {
                            if (e.entry() instanceof FileEntry file) {
                                files.put(e.path(), file);
                            }
                        });
        return files;
    }

    @Test
    void theCostFollowsTheChanges() {
        TreeAssembler assembler = new TreeAssembler(editor, 32 << 20);
        for (int i = 0; i < 300_000; i++) {
            assembler.file("d" + i % 3 + "/f" + i, Samples.file(i));
        }
        DirectoryEntry root = assembler.finish();
        TreeMap<String, Edit> left = Samples.edits();
        TreeMap<String, Edit> right = Samples.edits();
        for (int i = 0; i < 100; i++) {
            left.put("d0/f" + i * 2_997, new Edit.PutFile(Samples.file(-i)));
            right.put("d1/f" + (i * 2_997 + 1), new Edit.PutFile(Samples.file(-i)));
        }
        DirectoryEntry ours = editor.apply(root, Samples.byPath(left));
        DirectoryEntry theirs = editor.apply(root, Samples.byPath(right));
        Trees cold = new Trees(objects, 16 << 20);
        objects.reset();
        TreeMerge merge = new TreeMerge(cold, root, ours, theirs, _ -> TreeMerge.Choice.NONE);
        DirectoryEntry merged = new TreeEditor(cold, objects).apply(ours, merge);
        assertThat(merge.conflicts()).isEmpty();
        assertThat(merged.files()).isEqualTo(300_000);
        System.out.println("merge of 100 with 100: " + objects.reads + " nodes read");
        assertThat(objects.reads).isLessThan(1000);
        assertThat(objects.writes).isLessThan(20);
    }
}
