package pfs.benchmarks.mapreduce;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.Mapper;
import org.apache.hadoop.mapreduce.Reducer;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;

/** Word count by Hadoop MapReduce's local runner, two maps at once: {@code IN OUT}. */
public final class HadoopJobs {
    private HadoopJobs() {}

    /** Adds up within its split. */
    public static final class Count extends Mapper<LongWritable, Text, Text, LongWritable> {
        private final Words words = new Words();

        @Override
        protected void map(LongWritable offset, Text line, Context context) {
            words.count(line.getBytes(), 0, line.getLength());
        }

        @Override
        protected void cleanup(Context context) throws IOException, InterruptedException {
            Text word = new Text();
            LongWritable number = new LongWritable();
            try {
                words.each(
                        (bytes, start, length, count) -> {
                            word.set(bytes, start, length);
                            number.set(count);
                            context.write(word, number);
                        });
            } catch (IOException | InterruptedException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }

    /** Adds up the splits. */
    public static final class Sum extends Reducer<Text, LongWritable, Text, LongWritable> {
        @Override
        protected void reduce(Text word, Iterable<LongWritable> counts, Context context)
                throws IOException, InterruptedException {
            long sum = 0;
            for (LongWritable count : counts) {
                sum += count.get();
            }
            context.write(word, new LongWritable(sum));
        }
    }

    public static void main(String[] arguments) throws Exception {
        Configuration configuration = new Configuration();
        configuration.set("mapreduce.framework.name", "local");
        configuration.setInt("mapreduce.local.map.tasks.maximum", 2);
        configuration.set("hadoop.tmp.dir", arguments[1] + ".tmp");
        Job job = Job.getInstance(configuration, "words");
        job.setJarByClass(HadoopJobs.class);
        job.setMapperClass(Count.class);
        job.setCombinerClass(Sum.class);
        job.setReducerClass(Sum.class);
        job.setOutputKeyClass(Text.class);
        job.setOutputValueClass(LongWritable.class);
        FileInputFormat.addInputPath(job, new Path(arguments[0]));
        FileOutputFormat.setOutputPath(job, new Path(arguments[1]));
        if (!job.waitForCompletion(false)) {
            throw new IOException("the job failed");
        }
    }
}
