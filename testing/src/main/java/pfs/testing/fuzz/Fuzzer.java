package pfs.testing.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;

/**
 * Feeds a {@link Target} with mutated inputs. A target may refuse an input with its own exceptions;
 * anything else, and taking too long, is a finding, which is told with the seed and the input.
 */
public final class Fuzzer {
    private static final long TOO_LONG_NANOS = 5_000_000_000L;

    private final long seed;
    private long executions;

    public Fuzzer(long seed) {
        this.seed = seed;
    }

    /** Inputs that were tried. */
    public long executions() {
        return executions;
    }

    /**
     * Tries so many inputs.
     *
     * @throws AssertionError with the first finding
     */
    public void run(Target target, int times) {
        Random random = new Random(seed ^ target.name().hashCode());
        Mutator mutator = new Mutator(random);
        List<byte[]> corpus = new ArrayList<>(target.corpus());
        corpus.forEach(input -> tryOut(target, input));
        for (int i = 0; i < times; i++) {
            byte[] input = mutator.mutate(corpus);
            if (tryOut(target, input) && corpus.size() < 500 && random.nextInt(20) == 0) {
                // What was taken is a better beginning than what was refused at once.
                corpus.add(input);
            }
        }
    }

    /** True if the input was taken. */
    private boolean tryOut(Target target, byte[] input) {
        executions++;
        long start = System.nanoTime();
        boolean taken = false;
        try {
            target.feed(input.clone());
            taken = true;
        } catch (Exception | StackOverflowError | OutOfMemoryError e) {
            if (!target.refuses(e)) {
                throw new AssertionError(describe(target, input), e);
            }
        }
        if (System.nanoTime() - start > TOO_LONG_NANOS) {
            throw new AssertionError(describe(target, input) + " takes too long");
        }
        return taken;
    }

    private String describe(Target target, byte[] input) {
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
