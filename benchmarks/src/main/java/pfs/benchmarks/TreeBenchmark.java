package pfs.benchmarks;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import pfs.chunk.Content;
import pfs.object.MemoryObjects;
import pfs.object.ObjectId;
import pfs.tree.Change;
import pfs.tree.DirectoryEntry;
import pfs.tree.Edit;
import pfs.tree.Entry;
import pfs.tree.FileEntry;
import pfs.tree.PathEntry;
import pfs.tree.TreeDiff;
import pfs.tree.TreeEditor;
import pfs.tree.Trees;

/** Lookups, pages, changes and differences in a directory of a million names. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TreeBenchmark {
    private static final int NAMES = 1_000_000;

    private final MemoryObjects objects = new MemoryObjects();
    private final Trees trees = new Trees(objects, 256 << 20);
    private final TreeEditor editor = new TreeEditor(trees, objects);
    private final SplittableRandom random = new SplittableRandom(1);
    private final String[] paths = new String[1 << 16];
    private DirectoryEntry root = new DirectoryEntry(ObjectId.of(new byte[0]), 0, 0, false);
    private DirectoryEntry changed = root;
    private int next;

    @Setup
    public void build() {
        root =
                editor.apply(
                        editor.empty(),
                        IntStream.range(0, NAMES)
                                .mapToObj(i -> Map.entry(path(i), put(i)))
                                .iterator());
        for (int i = 0; i < paths.length; i++) {
            paths[i] = path(random.nextInt(NAMES));
        }
        changed = editor.apply(root, tenEdits());
    }

    private static String path(int n) {
        return String.format("data/file-%07d", n);
    }

    private static Edit put(long n) {
        ObjectId id =
                ObjectId.of(Long.toString(n).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return new Edit.PutFile(
                new FileEntry(new Content(id, 0, n & 0xffff), false, n, null, Map.of()));
    }

    private Iterator<Map.Entry<String, Edit>> tenEdits() {
        return IntStream.range(0, 10)
                .mapToObj(i -> Map.entry(path(i * 100_000 + 17), put(random.nextLong() >>> 1)))
                .iterator();
    }

    @Benchmark
    public Optional<Entry> find() {
        return trees.find(root, paths[next++ & (paths.length - 1)]);
    }

    @Benchmark
    public int pageOfAThousand() {
        Iterator<PathEntry> page =
                trees.list(root, "data", paths[next++ & (paths.length - 1)], false);
        int count = 0;
        while (count < 1000 && page.hasNext()) {
            page.next();
            count++;
        }
        return count;
    }

    @Benchmark
    public DirectoryEntry oneChange() {
        String path = paths[next++ & (paths.length - 1)];
        return editor.apply(
                root, List.of(Map.entry(path, put(random.nextLong() >>> 1))).iterator());
    }

    @Benchmark
    public DirectoryEntry tenChanges() {
        return editor.apply(root, tenEdits());
    }

    @Benchmark
    public int differenceOfTen() {
        Iterator<Change> changes = TreeDiff.files(trees, root, changed, "");
        int count = 0;
        while (changes.hasNext()) {
            changes.next();
            count++;
        }
        return count;
    }
}
