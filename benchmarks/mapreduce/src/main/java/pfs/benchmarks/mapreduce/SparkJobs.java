package pfs.benchmarks.mapreduce;

import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.lib.input.FixedLengthInputFormat;
import org.apache.hadoop.mapreduce.lib.input.TextInputFormat;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/** Word count and sort by Spark, local[2]: {@code words|sort IN OUT}; parts in key order. */
public final class SparkJobs {
    private static final int KEY = 10;
    private static final int RECORD = 100;

    private SparkJobs() {}

    public static void main(String[] arguments) throws Exception {
        SparkConf conf =
                new SparkConf()
                        .setMaster("local[2]")
                        .setAppName(arguments[0])
                        .set("spark.ui.enabled", "false")
                        .set("spark.driver.host", "127.0.0.1")
                        .set("spark.driver.bindAddress", "127.0.0.1");
        Path out = Files.createDirectories(Path.of(arguments[2]));
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            if (arguments[0].equals("words")) {
                words(spark, arguments[1], out.toString());
            } else {
                sort(spark, arguments[1], out.toString());
            }
        }
    }

    private static void words(JavaSparkContext spark, String in, String out) {
        spark.newAPIHadoopFile(
                        in,
                        TextInputFormat.class,
                        LongWritable.class,
                        Text.class,
                        new Configuration())
                .mapPartitionsToPair(SparkJobs::count)
                .reduceByKey(Long::sum)
                .sortByKey()
                .map(pair -> (pair._1 + "\t" + pair._2 + "\n").getBytes(StandardCharsets.UTF_8))
                .foreachPartition(lines -> write(lines, out));
    }

    private static Iterator<Tuple2<String, Long>> count(Iterator<Tuple2<LongWritable, Text>> lines) {
        Words words = new Words();
        while (lines.hasNext()) {
            Text line = lines.next()._2;
            words.count(line.getBytes(), 0, line.getLength());
        }
        List<Tuple2<String, Long>> counts = new ArrayList<>();
        words.each(
                (bytes, start, length, count) ->
                        counts.add(
                                new Tuple2<>(
                                        new String(bytes, start, length, StandardCharsets.UTF_8),
                                        count)));
        return counts.iterator();
    }

    /** A key of ten bytes as Spark sorts it: as two unsigned numbers in one order. */
    private record Key(long high, int low) implements Comparable<Key>, java.io.Serializable {
        static Key of(byte[] record) {
            long high = 0;
            for (int i = 0; i < 8; i++) {
                high = high << 8 | record[i] & 0xff;
            }
            return new Key(high, (record[8] & 0xff) << 8 | record[9] & 0xff);
        }

        @Override
        public int compareTo(Key other) {
            int first = Long.compareUnsigned(high, other.high);
            return first != 0 ? first : Integer.compare(low, other.low);
        }
    }

    private static void sort(JavaSparkContext spark, String in, String out) {
        Configuration configuration = new Configuration();
        FixedLengthInputFormat.setRecordLength(configuration, RECORD);
        JavaPairRDD<Key, byte[]> records =
                spark.newAPIHadoopFile(
                                in,
                                FixedLengthInputFormat.class,
                                LongWritable.class,
                                BytesWritable.class,
                                configuration)
                        .mapToPair(
                                pair -> {
                                    byte[] bytes = Arrays.copyOf(pair._2.getBytes(), RECORD);
                                    return new Tuple2<>(Key.of(bytes), bytes);
                                });
        JavaRDD<byte[]> sorted = records.sortByKey().values();
        sorted.foreachPartition(lines -> write(lines, out));
    }

    private static void write(Iterator<byte[]> records, String directory) throws Exception {
        String name = String.format("part-%05d", TaskContext.getPartitionId());
        try (OutputStream out =
                new BufferedOutputStream(
                        Files.newOutputStream(Path.of(directory, name)), 1 << 16)) {
            while (records.hasNext()) {
                out.write(records.next());
            }
        }
    }
}
