package pfs.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

class TreeAssemblerTest {
    private final CountingObjects objects = new CountingObjects();
    private final Trees trees = new Trees(objects, 8 << 20);
    private final TreeEditor editor = new TreeEditor(trees, objects);

    @Test
    void anyOrderAndAnyMemoryMakeTheSameTree() {
        Random random = Samples.random(Samples.seed(), "anyOrderAndAnyMemory");
        for (int round = 0; round < 10; round++) {
            TreeModel model = new TreeModel();
            DirectoryEntry root = editor.empty();
            for (int i = 0; i < 3; i++) {
                root = editor.apply(root, Samples.byPath(model.change(random, 1000, trees, root)));
            }
            List<Runnable> adds = new ArrayList<>();
            TreeAssembler assembler = new TreeAssembler(editor, 1000 << random.nextInt(12));
            model.files.forEach((path, file) -> adds.add(() -> assembler.file(path, file)));
            model.explicit.forEach(path -> adds.add(() -> assembler.directory(path)));
            Collections.shuffle(adds, random);
            adds.forEach(Runnable::run);
            assertThat(assembler.finish()).isEqualTo(model.build(editor));
        }
    }

    @Test
    void aFileBelowAFileIsRefusedWhateverTheOrder() {
        for (long capacity : new long[] {0, 1 << 20}) {
            for (List<String> paths : List.of(List.of("a", "a/b"), List.of("a/b", "a"))) {
                TreeAssembler assembler = new TreeAssembler(editor, capacity);
                assertThatThrownBy(
                                () -> {
                                    for (String path : paths) {
                                        assembler.file(path, Samples.file(1));
                                    }
                                    assembler.finish();
                                })
                        .isInstanceOfSatisfying(
                                PfsException.class,
                                e -> {
                                    assertThat(e.code().kind()).isEqualTo(ErrorCode.Kind.CONFLICT);
                                    assertThat(e.subject()).isEqualTo("a");
                                });
            }
        }
    }

    @Test
    void aTarOfAMillionFilesIsAssembledInSeconds() {
        TreeAssembler assembler = new TreeAssembler(editor, 32 << 20);
        long start = System.nanoTime();
        for (int i = 0; i < 1_000_000; i++) {
            // A tar gives directories in the order of the disk, not of names.
            int directory = (i / 100) * 7919 % 10_000;
            assembler.file("d" + directory % 100 + "/s" + directory + "/f" + i, Samples.file(i));
        }
        DirectoryEntry root = assembler.finish();
        long millis = (System.nanoTime() - start) / 1_000_000;
        System.out.println("a million files assembled in " + millis + " ms");
        assertThat(root.files()).isEqualTo(1_000_000);
    }

    @Test
    void anOverlayMergesDirectoriesAndItsNamesWin() {
        Random random = Samples.random(Samples.seed(), "anOverlayMerges");
        for (int round = 0; round < 100; round++) {
            TreeModel below = new TreeModel();
            TreeModel above = new TreeModel();
            int names = round % 10 == 0 ? 1000 : 5;
            DirectoryEntry base = editor.empty();
            DirectoryEntry over = editor.empty();
            for (int i = 0; i < 3; i++) {
                base = editor.apply(base, Samples.byPath(below.change(random, names, trees, base)));
                over = editor.apply(over, Samples.byPath(above.change(random, names, trees, over)));
            }
            String path = round % 2 == 0 ? "" : "n0";
            String prefix = path.isEmpty() ? "" : path + "/";
            TreeModel both = new TreeModel();
            both.files.putAll(below.files);
            both.explicit.addAll(below.explicit);
            for (Map.Entry<String, FileEntry> file : above.files.entrySet()) {
                FileEntry old = both.files.get(prefix + file.getKey());
                boolean same = old != null && old.sameContent(file.getValue());
                both.files.put(prefix + file.getKey(), same ? old : file.getValue());
            }
            above.explicit.forEach(p -> both.explicit.add(prefix + p));
            TreeMap<String, Boolean> parents = new TreeMap<>(TreePath::order);
            both.files.keySet().forEach(p -> parents(p, parents));
            both.explicit.forEach(p -> parents(p + "/", parents));
            boolean clash =
                    below.files.containsKey(path)
                            || both.files.keySet().stream().anyMatch(parents::containsKey);
            DirectoryEntry lower = base;
            DirectoryEntry upper = over;
            if (clash) {
                assertThatThrownBy(() -> editor.overlay(lower, path, upper))
                        .isInstanceOf(PfsException.class);
            } else {
                assertThat(editor.overlay(lower, path, upper)).isEqualTo(both.build(editor));
            }
        }
    }

    private static void parents(String path, TreeMap<String, Boolean> into) {
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            into.put(path.substring(0, slash), true);
        }
    }

    @Test
    void anOverlayOfASmallTreeReadsLittleOfALargeOne() {
        TreeAssembler assembler = new TreeAssembler(editor, 32 << 20);
        for (int i = 0; i < 200_000; i++) {
            assembler.file("big/f" + i, Samples.file(i));
        }
        DirectoryEntry base = assembler.finish();
        TreeAssembler small = new TreeAssembler(editor, 32 << 20);
        small.file("big/f7x", Samples.file(7));
        small.file("new/g", Samples.file(8));
        DirectoryEntry over = small.finish();
        Trees cold = new Trees(objects, 8 << 20);
        objects.reset();
        DirectoryEntry both = new TreeEditor(cold, objects).overlay(base, "", over);
        assertThat(both.files()).isEqualTo(200_002);
        assertThat(objects.reads).isLessThan(20);
        assertThat(objects.writes).isLessThan(8);
    }
}
