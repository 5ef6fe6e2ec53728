package pfs.benchmarks.hdfs;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.MiniDFSCluster;

/**
 * HDFS with one name node and one data node in this process. Reads orders from standard input, a
 * line each, and answers {@code done SECONDS} or {@code failed MESSAGE}:
 *
 * <pre>
 * put-small LOCAL-DIR DIR    all files of a local directory, by 8 threads
 * put-large LOCAL-FILE FILE
 * get-large FILE
 * </pre>
 */
public final class MiniHdfs {
    private static final int THREADS = 8;
    private static final int BUFFER = 128 * 1024;

    private MiniHdfs() {}

    public static void main(String[] arguments) throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(
                MiniDFSCluster.HDFS_MINIDFS_BASEDIR, new File(arguments[0], "cluster").getPath());
        configuration.setInt("dfs.replication", 1);
        // The default, 400 ms, is made for clusters: here it would be most of a small file's time.
        configuration.setInt("dfs.client.block.write.locateFollowingBlock.initial.delay.ms", 2);
        try (MiniDFSCluster cluster =
                new MiniDFSCluster.Builder(configuration).numDataNodes(1).build()) {
            cluster.waitActive();
            FileSystem files = cluster.getFileSystem();
            System.out.println("done 0");
            BufferedReader orders =
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                String[] words = order.split(" ");
                try {
                    long start = System.nanoTime();
                    obey(files, words);
                    System.out.println("done " + (System.nanoTime() - start) / 1e9);
                } catch (Exception e) {
                    System.out.println("failed " + e);
                }
            }
        }
        System.exit(0);
    }

    private static void obey(FileSystem files, String[] words) throws Exception {
        switch (words[0]) {
            case "put-small":
                putSmall(files, new File(words[1]).listFiles(), words[2]);
                break;
            case "put-large":
                try (InputStream in = Files.newInputStream(new File(words[1]).toPath());
                        OutputStream out = files.create(new Path(words[2]))) {
                    byte[] buffer = new byte[BUFFER];
                    for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                        out.write(buffer, 0, n);
                    }
                }
                break;
            case "get-large":
                try (InputStream in = files.open(new Path(words[1]))) {
                    byte[] buffer = new byte[BUFFER];
                    while (in.read(buffer) > 0) {}
                }
                break;
            default:
                throw new IOException("unknown order " + words[0]);
        }
    }

    private static void putSmall(FileSystem files, File[] local, String directory)
            throws Exception {
        List<byte[]> bodies = new ArrayList<>();
        for (File file : local) {
            bodies.add(Files.readAllBytes(file.toPath()));
        }
        AtomicInteger next = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<?>> done = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            done.add(
                    threads.submit(
                            () -> {
                                for (int k = next.getAndIncrement();
                                        k < bodies.size();
                                        k = next.getAndIncrement()) {
                                    Path path = new Path(directory + "/f" + k);
                                    try (OutputStream out = files.create(path)) {
                                        out.write(bodies.get(k));
                                    }
                                }
                                return null;
                            }));
        }
        for (Future<?> one : done) {
            one.get();
        }
        threads.shutdown();
    }
}
