package pfs.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import pfs.error.PfsException;

class TreeEditorTest {
    private final CountingObjects objects = new CountingObjects();
    private final Trees trees = new Trees(objects, 8 << 20);
    private final TreeEditor editor = new TreeEditor(trees, objects);

    @Test
    void anyChangesGiveTheTreeThatIsBuiltFromNothing() {
        long seed = Samples.seed();
        Random random = Samples.random(seed, "anyChangesGiveTheTree");
        for (int history = 0; history < 30; history++) {
            int names = 2 + random.nextInt(history % 8 == 0 ? 3_000 : 12);
            TreeModel model = new TreeModel();
            DirectoryEntry root = editor.empty();
            for (int change = 0; change < 12; change++) {
                TreeMap<String, Edit> edits = model.change(random, names, trees, root);
                root = editor.apply(root, Samples.byPath(edits));
                String about = "seed " + seed + ", history " + history + ", change " + change;
                assertThat(listing(root)).as(about).isEqualTo(model.listing());
                assertThat(root).as(about).isEqualTo(model.build(editor));
                model.verifyFinds(trees, root, random);
            }
        }
    }

    @Test
    void listingsGoOnBehindAnyKey() {
        long seed = Samples.seed();
        Random random = Samples.random(seed, "listingsGoOnBehindAnyKey");
        for (int history = 0; history < 20; history++) {
            TreeModel model = new TreeModel();
            DirectoryEntry root = editor.empty();
            int names = history < 10 ? 4 : 1000;
            for (int i = 0; i < 4; i++) {
                root = editor.apply(root, Samples.byPath(model.change(random, names, trees, root)));
            }
            for (int i = 0; i < (names > 100 ? 20 : 200); i++) {
                model.verifyListing(trees, root, random, names);
            }
        }
    }

    @Test
    void filesAndDirectoriesOfOneNameReplaceEachOther() {
        DirectoryEntry root =
                apply(editor.empty(), "a", put(1), "b/c", put(2), "b-", put(3), "b/d/e", put(4));
        DirectoryEntry replaced = apply(root, "a/x", put(5), "b", put(6), "b-b", put(7));
        assertThat(paths(replaced)).containsExactly("a/x", "b", "b-", "b-b");
        assertThat(replaced)
                .isEqualTo(
                        apply(
                                editor.empty(),
                                "a/x",
                                put(5),
                                "b",
                                put(6),
                                "b-",
                                put(3),
                                "b-b",
                                put(7)));
    }

    @Test
    void ofAFileAndADirectoryInOneChangeTheDirectoryStays() {
        DirectoryEntry root = apply(editor.empty(), "b/old", put(1));
        assertThat(paths(apply(editor.empty(), "b", put(1), "b-", put(2), "b/c", put(3))))
                .containsExactly("b-", "b/c");
        assertThat(paths(apply(root, "b", put(1), "b-", put(2), "b/c", put(3))))
                .containsExactly("b-", "b/c");
    }

    @Test
    void aDirectoryIsReplacedByAFileAndDeletedInOneChange() {
        DirectoryEntry root = apply(editor.empty(), "b/c", put(1), "b/d", put(1), "ba", put(2));
        assertThat(paths(apply(root, "b", put(3), "b", new Edit.DeleteDirectory())))
                .containsExactly("b", "ba");
        assertThat(paths(apply(root, "b", put(3), "b/x", new Edit.DeleteFile())))
                .containsExactly("b", "ba");
    }

    @Test
    void theSameContentLeavesTheOldTime() {
        DirectoryEntry root = apply(editor.empty(), "a", put(1), "d/b", put(2));
        FileEntry file = Samples.file(2);
        FileEntry later = new FileEntry(file.content(), false, 77, null, Map.of());
        assertThat(apply(root, "d/b", new Edit.PutFile(later))).isEqualTo(root);
    }

    @Test
    void editsBelowAGraftWorkOnItsResult() {
        DirectoryEntry other = apply(editor.empty(), "x", put(1), "y", put(2), "s/z", put(3));
        DirectoryEntry root = apply(editor.empty(), "d/old", put(4), "e", put(5));
        DirectoryEntry grafted =
                apply(
                        root,
                        "d",
                        new Edit.Graft(other),
                        "d/n",
                        put(6),
                        "d/x",
                        new Edit.DeleteFile());
        assertThat(paths(grafted)).containsExactly("d/n", "d/s/z", "d/y", "e");
    }

    @Test
    void emptyDirectoriesStayOnlyWhenExplicit() {
        DirectoryEntry root =
                apply(
                        editor.empty(),
                        "a/b/c",
                        put(1),
                        "e",
                        new Edit.MakeDirectory(),
                        "e/f",
                        put(2));
        DirectoryEntry left =
                apply(root, "a/b/c", new Edit.DeleteFile(), "e/f", new Edit.DeleteFile());
        assertThat(paths(left)).containsExactly("e");
        assertThat(trees.find(left, "a")).isEmpty();
        DirectoryEntry none = apply(left, "e", new Edit.DeleteDirectory());
        assertThat(none).isEqualTo(editor.empty());
    }

    @Test
    void theRootIsReplacedOrEmptiedByAnEditOfIt() {
        DirectoryEntry root = apply(editor.empty(), "a", put(1));
        DirectoryEntry other = apply(editor.empty(), "b", put(2));
        assertThat(paths(apply(root, "", new Edit.Graft(other), "c", put(3))))
                .containsExactly("b", "c");
        assertThat(paths(apply(root, "", new Edit.DeleteDirectory(), "c", put(3))))
                .containsExactly("c");
    }

    @Test
    void editsOutOfOrderAndBadPathsAreRefused() {
        assertThatThrownBy(() -> apply(editor.empty(), "b", put(1), "a", put(1)))
                .hasMessageContaining("out of order");
        assertThatThrownBy(() -> apply(editor.empty(), "b", put(1), "b", put(1)))
                .hasMessageContaining("out of order");
        assertThatThrownBy(() -> apply(editor.empty(), "a//b", put(1)))
                .isInstanceOf(PfsException.class);
    }

    @Test
    void aDirectoryCopiedIntoItselfOverAndOverMeetsALimit() {
        assertThatThrownBy(
                        () -> {
                            DirectoryEntry root = apply(editor.empty(), "a", put(1));
                            for (int i = 0; i < 64; i++) {
                                root = apply(root, "d" + i, new Edit.Graft(root));
                            }
                        })
                .hasMessageContaining("2^63");
    }

    @Test
    void aPathOfTwoThousandDirectoriesIsEditedAndListed() {
        String deep = "a/".repeat(2047) + "b";
        DirectoryEntry root = apply(editor.empty(), deep, put(1));
        assertThat(paths(root)).containsExactly(deep);
        assertThat(trees.find(root, deep)).contains(Samples.file(1));
        assertThat(apply(root, deep, new Edit.DeleteFile())).isEqualTo(editor.empty());
    }

    @Test
    void aChangeAmongAMillionNamesWritesAHandfulOfNodes() {
        DirectoryEntry root = numbered(editor.empty(), 1_000_000);
        assertThat(root.files()).isEqualTo(1_000_000);
        Random random = Samples.random(Samples.seed(), "aChangeAmongAMillionNames");
        long worst = 0;
        for (int i = 0; i < 200; i++) {
            String path = String.format("file-%07d", random.nextInt(1_000_000));
            objects.reset();
            Edit edit = i % 2 == 0 ? put(-1 - i) : new Edit.DeleteFile();
            root = apply(root, i % 3 == 0 ? path + "x" : path, edit);
            worst = Math.max(worst, objects.writes);
            assertThat(objects.writes).isLessThanOrEqualTo(8);
        }
        System.out.println("worst change among a million names: " + worst + " nodes");
    }

    /** Puts file-0000000 and on, at /. */
    private DirectoryEntry numbered(DirectoryEntry root, int count) {
        Iterator<Map.Entry<String, Edit>> edits =
                new Iterator<>() {
                    private int next;

                    @Override
                    public boolean hasNext() {
                        return next < count;
                    }

                    @Override
                    public Map.Entry<String, Edit> next() {
                        return Map.entry(String.format("file-%07d", next), put(next++));
                    }
                };
        long start = System.nanoTime();
        DirectoryEntry result = editor.apply(root, edits);
        System.out.printf(
                "%d names in %d ms, %d nodes%n",
                count, (System.nanoTime() - start) / 1_000_000, objects.writes);
        return result;
    }

    private static Edit put(long n) {
        return new Edit.PutFile(Samples.file(n));
    }

    private DirectoryEntry apply(DirectoryEntry root, Object... pathsAndEdits) {
        List<Map.Entry<String, Edit>> edits = new ArrayList<>();
        for (int i = 0; i < pathsAndEdits.length; i += 2) {
            edits.add(Map.entry((String) pathsAndEdits[i], (Edit) pathsAndEdits[i + 1]));
        }
        if (edits.stream().noneMatch(e -> e.getKey().isEmpty())
                && edits.size() > 2
                && !edits.getFirst().getKey().equals("b")) {
            edits.sort(
                    (x, y) ->
                            TreePath.order(
                                    Samples.key(x.getKey(), x.getValue()),
                                    Samples.key(y.getKey(), y.getValue())));
        }
        return editor.apply(root, edits.iterator());
    }

    private List<String> paths(DirectoryEntry root) {
        return listing(root).stream().map(PathEntry::path).toList();
    }

    private List<PathEntry> listing(DirectoryEntry root) {
        List<PathEntry> all = new ArrayList<>();
        trees.list(root, "", "", true).forEachRemaining(all::add);
        return all;
    }
}
