package pfs.testing.fuzz;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a {@link Target} with mutated inputs. A target may refuse an input with its own exceptions;
 * anything else, and taking too long, is a finding, which is told with the seed and the input. An
 * input that leads where none has led before is mutated further: see {@link Outcomes}.
 */
public final class Fuzzer {
    private static final long TOO_LONG_NANOS = 5_000_000_000L;

    /** Inputs that are kept for a target, at most. */
    private static final int MOST_KEPT = 2_000;

    /** The longest input that is kept, so that the corpus stays quick. */
    private static final int LONGEST_KEPT = 8 << 10;

    private final long seed;
    private final Target target;
    private final Mutator mutator;
    private final Outcomes outcomes = new Outcomes();
    private final List<byte[]> corpus;
    private final List<byte[]> found = new ArrayList<>();
    private long executions;

    /** Begins with the target's own inputs, all of which are tried. */
    public Fuzzer(Target target, long seed) {
        this.seed = seed;
        this.target = target;
        this.corpus = new ArrayList<>(target.corpus());
        this.mutator = new Mutator(new SplittableRandom(seed ^ target.name().hashCode()));
        target.corpus().forEach(this::tryOut);
        executions = corpus.size();
    }

    /** Inputs that were tried. */
    public long executions() {
        return executions;
    }

    /** Inputs that led where those of the target had not. */
    public List<byte[]> found() {
        return List.copyOf(found);
    }

    /** Places where inputs have led. */
    public int outcomes() {
        return outcomes.size();
    }

    /**
     * Tries so many inputs.
     *
     * @throws AssertionError with the first finding
     */
    public void run(long times) {
        for (long i = 0; i < times; i++) {
            byte[] input = mutator.mutate(corpus);
            executions++;
            if (tryOut(input) && corpus.size() < MOST_KEPT && input.length <= LONGEST_KEPT) {
                corpus.add(input);
                found.add(input);
            }
        }
    }

    /** True if the input led somewhere new. */
    private boolean tryOut(byte[] input) {
        long start = System.nanoTime();
        long size = 0;
        @Nullable Throwable refusal = null;
        try {
            size = target.feed(input);
        } catch (Exception | StackOverflowError | OutOfMemoryError e) {
            if (!target.refuses(e)) {
                throw new AssertionError(describe(input), e);
            }
            refusal = e;
        }
        if (System.nanoTime() - start > TOO_LONG_NANOS && isSlow(input)) {
            throw new AssertionError(describe(input) + " takes too long");
        }
        return outcomes.isNew(size, refusal);
    }

    /** Whether it was the input that took so long, and not the machine. */
    private boolean isSlow(byte[] input) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        try {
            target.feed(input);
        } catch (Exception | StackOverflowError | OutOfMemoryError e) {
            // it was refused the first time, too
        }
        return threads.getCurrentThreadCpuTime() - start > TOO_LONG_NANOS;
    }

    private String describe(byte[] input) {
        return target.name()
                + ", seed "
                + seed
                + ", input "
                + Base64.getEncoder().encodeToString(input)
                + " ("
                + new String(input, StandardCharsets.ISO_8859_1)
                        .replaceAll("[^ -~]", ".")
                        .substring(0, Math.min(200, input.length))
                + ")";
    }
}
