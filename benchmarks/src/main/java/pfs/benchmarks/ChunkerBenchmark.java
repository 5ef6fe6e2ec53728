package pfs.benchmarks;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import pfs.chunk.ChunkLimits;
import pfs.chunk.Chunker;

/** How fast cuts are found: operations are MiB, so a score of 2,000 is 2,000 MiB/s. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ChunkerBenchmark {
    private static final int MEBIBYTES = 64;

    @Param({"65536", "262144"})
    int normal;

    private byte[] bytes = {};
    private Chunker chunker = new Chunker(ChunkLimits.STANDARD);

    @Setup
    public void fill() {
        bytes = new byte[MEBIBYTES << 20];
        new SplittableRandom(1).nextBytes(bytes);
        chunker = new Chunker(new ChunkLimits(normal / 4, normal, normal * 4));
    }

    @Benchmark
    @OperationsPerInvocation(MEBIBYTES)
    public int scan() {
        int chunks = 0;
        int at = 0;
        while (at < bytes.length) {
            int cut = chunker.scan(bytes, at, bytes.length);
            at = cut < 0 ? bytes.length : cut;
            chunks++;
        }
        chunker.reset();
        return chunks;
    }
}
