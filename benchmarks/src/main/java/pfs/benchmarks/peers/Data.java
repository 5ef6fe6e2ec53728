package pfs.benchmarks.peers;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What is stored: the same on every machine. Each round has bytes of its own, so that no store
 * gains from having seen the last round's.
 */
final class Data {
    private static final int BLOCK = 1 << 20;
    private static final int INSERTS = 10;

    private final Path directory;
    private final Scale scale;

    Data(Path directory, Scale scale) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.scale = scale;
    }

    /** Random bytes, all different from round to round. */
    Path incompressible(int round) throws IOException {
        Path file = directory.resolve("random.bin");
        SplittableRandom random = new SplittableRandom(1_000 + round);
        byte[] block = new byte[BLOCK];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (long at = 0; at < scale.largeBytes(); at += BLOCK) {
                random.nextBytes(block);
                out.write(block);
            }
        }
        settle();
        return file;
    }

    /** On the disk, so that nobody's sync has to write the source too. */
    private static void settle() throws IOException {
        try {
            new ProcessBuilder("sync").inheritIO().start().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The text, with its letters rotated by the round: as compressible, and no chunk the same. */
    Path text(int round) throws IOException {
        Path original = directory.resolve("text-0.txt");
        byte[] block = new byte[BLOCK];
        if (!Files.exists(original) || Files.size(original) != scale.largeBytes()) {
            TextSource source = new TextSource(1);
            try (OutputStream out = Files.newOutputStream(original)) {
                for (long at = 0; at < scale.largeBytes(); at += BLOCK) {
                    source.fill(block);
                    out.write(block);
                }
            }
        }
        Path file = directory.resolve("text.txt");
        try (var in = Files.newInputStream(original);
                OutputStream out = Files.newOutputStream(file)) {
            for (int n = in.readNBytes(block, 0, BLOCK);
                    n > 0;
                    n = in.readNBytes(block, 0, BLOCK)) {
                rotate(block, n, round);
                out.write(block, 0, n);
            }
        }
        settle();
        return file;
    }

    private static void rotate(byte[] block, int length, int by) {
        for (int i = 0; i < length; i++) {
            if (block[i] >= 'a') {
                block[i] = (byte) ('a' + (block[i] - 'a' + by) % 26);
            }
        }
    }

    /** That text with ten inserts of 100 bytes, spread over the file. */
    Path edited(Path text, int round) throws IOException {
        SplittableRandom random = new SplittableRandom(77 + round);
        Path file = directory.resolve("edited").resolve(text.getFileName());
        Files.createDirectories(directory.resolve("edited"));
        long[] places = random.longs(INSERTS, 0, scale.largeBytes()).sorted().toArray();
        byte[] insert = new byte[100];
        try (var in = Files.newInputStream(text);
                OutputStream out = Files.newOutputStream(file)) {
            long at = 0;
            for (long place : places) {
                copy(in, out, place - at);
                at = place;
                random.nextBytes(insert);
                out.write(insert);
            }
            copy(in, out, scale.largeBytes() - at);
        }
        settle();
        return file;
    }

    private static void copy(java.io.InputStream in, OutputStream out, long length)
            throws IOException {
        byte[] block = new byte[BLOCK];
        long left = length;
        while (left > 0) {
            int n = in.readNBytes(block, 0, (int) Math.min(left, BLOCK));
            out.write(block, 0, n);
            left -= n;
        }
    }

    /**
     * Files of 1 to 8 KiB, half text and half bytes that do not compress: one body after the other.
     */
    List<byte[]> smallFiles(int round) {
        SplittableRandom random = new SplittableRandom(9_000 + round);
        TextSource text = new TextSource(9_000 + round);
        List<byte[]> files = new ArrayList<>(scale.smallFiles());
        for (int i = 0; i < scale.smallFiles(); i++) {
            byte[] file = new byte[random.nextInt(1024, 8193)];
            if (i % 2 == 0) {
                text.fill(file);
            } else {
                random.nextBytes(file);
            }
            // Two texts of one seed could be equal only if their numbers were.
            ByteBuffer.wrap(file).order(ByteOrder.BIG_ENDIAN).putInt(round).putInt(i);
            files.add(file);
        }
        return files;
    }

    /** Where small file i goes: a hundred in a directory. */
    static String smallName(int i) {
        return String.format("d%03d/f%05d", i / 100, i);
    }

    /** The small files of a round in a directory of the disk, the same for all contenders. */
    Path smallTree(int round) throws IOException {
        Path root = directory.resolve("tree" + round);
        if (Files.exists(root)) {
            return root;
        }
        List<byte[]> files = smallFiles(round);
        for (int i = 0; i < files.size(); i++) {
            Path file = root.resolve(smallName(i));
            if (i % 100 == 0) {
                Files.createDirectories(file.getParent());
            }
            Files.write(file, files.get(i));
        }
        settle();
        return root;
    }

    static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
