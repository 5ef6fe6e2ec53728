package pfs.tree;

import java.util.Iterator;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import pfs.chunk.Content;
import pfs.object.ObjectId;

/** Entries and edits for tests. */
final class Samples {
    private Samples() {}

    static Random random(long seed, String test) {
        System.out.println(test + ": seed " + seed);
        return new Random(seed);
    }

    /** A seed that is new in each run unless -Dpfs.seed gives one. */
    static long seed() {
        return Long.getLong("pfs.seed", 20_261_122L);
    }

    /** A plain file whose content is this number. */
    static FileEntry file(long n) {
        byte[] bytes = Long.toString(n).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return new FileEntry(
                new Content(ObjectId.of(bytes), 0, Math.abs(n % 100_000)),
                false,
                1_700_000_000_000_000_000L + n,
                null,
                Map.of());
    }

    /** A file with all that a file can have, so small that copies of copies can be summed. */
    static FileEntry anyFile(RandomGenerator random) {
        FileEntry plain = file(random.nextInt(50));
        return new FileEntry(
                new Content(plain.content().id(), random.nextInt(4), random.nextLong() >>> 34),
                random.nextInt(4) == 0,
                random.nextInt(20) == 0 ? random.nextLong() : plain.modified(),
                switch (random.nextInt(5)) {
                    case 0 -> "text/plain";
                    case 1 -> "application/x-" + random.nextInt(30);
                    case 2 -> "";
                    default -> null;
                },
                random.nextInt(5) == 0
                        ? Map.of("a", "ü".repeat(random.nextInt(300)), "b" + random.nextInt(9), "")
                        : Map.of());
    }

    static TreeMap<String, Edit> edits() {
        return new TreeMap<>(TreePath::order);
    }

    /** The key in the order of an edit at a path. */
    static String key(String path, Edit edit) {
        return edit.ofDirectory() ? path + "/" : path;
    }

    /** The edits of a map by key, as the editor takes them. */
    static Iterator<Map.Entry<String, Edit>> byPath(SortedMap<String, Edit> byKey) {
        return byKey.entrySet().stream()
                .map(e -> Map.entry(path(e.getKey()), e.getValue()))
                .iterator();
    }

    private static String path(String key) {
        return key.endsWith("/") ? key.substring(0, key.length() - 1) : key;
    }
}
