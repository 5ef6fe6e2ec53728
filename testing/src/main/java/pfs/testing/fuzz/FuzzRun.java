package pfs.testing.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * All targets by turns. Half of the time is shared out in equal parts, the other half by how quick
 * a target is, so that the quick ones get most of the inputs and none goes short. What a target
 * gets depends on the seed alone, how much of it on the machine.
 */
public final class FuzzRun {
    private static final double TURN_SECONDS = 0.2;
    private static final int FEWEST = 100;

    private final List<Turn> turns = new ArrayList<>();

    /** A target, and how many inputs fill its turn. */
    private static final class Turn {
        private final Target target;
        private final Fuzzer fuzzer;
        private long inputs = FEWEST;
        private double perSecond;

        Turn(Target target, long seed) {
            this.target = target;
            this.fuzzer = new Fuzzer(target, seed);
        }

        void run() {
            long start = System.nanoTime();
            fuzzer.run(inputs);
            perSecond = inputs * 1e9 / Math.max(1, System.nanoTime() - start);
        }

        /**
         * Sets how many inputs the next turn has.
         *
         * @param usual inputs a second, of the mean of all targets
         */
        void plan(double usual) {
            double seconds = TURN_SECONDS * (1 + perSecond / usual) / 2;
            inputs = Math.max(FEWEST, Math.min(2 * inputs, (long) (perSecond * seconds)));
        }
    }

    /** All targets, none of them begun. */
    public FuzzRun(long seed) {
        Targets.all().forEach(target -> turns.add(new Turn(target, seed)));
    }

    /**
     * Goes on until so many inputs were tried in all, or it is over.
     *
     * @param progress told now and then
     * @throws AssertionError with the first finding
     */
    public void run(long times, BooleanSupplier over, Consumer<String> progress) {
        for (long round = 1; executions() < times && !over.getAsBoolean(); round++) {
            turns.forEach(Turn::run);
            double usual = turns.stream().mapToDouble(turn -> turn.perSecond).average().orElse(1);
            turns.forEach(turn -> turn.plan(usual));
            if (round % 50 == 0) {
                progress.accept(summary());
            }
        }
    }

    /** Inputs that were tried. */
    public long executions() {
        return turns.stream().mapToLong(turn -> turn.fuzzer.executions()).sum();
    }

    /** What was done. */
    public String summary() {
        long least = turns.stream().mapToLong(turn -> turn.fuzzer.executions()).min().orElse(0);
        int outcomes = turns.stream().mapToInt(turn -> turn.fuzzer.outcomes()).sum();
        int found = turns.stream().mapToInt(turn -> turn.fuzzer.found().size()).sum();
        return executions()
                + " inputs for "
                + turns.size()
                + " parsers, at least "
                + least
                + " each; "
                + outcomes
                + " ways to end, "
                + found
                + " by inputs that were not in the tree";
    }

    /** Writes the inputs that led somewhere new as the tree has them, a file for each target. */
    public void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (Turn turn : turns) {
            List<String> lines = new ArrayList<>();
            for (byte[] input : turn.fuzzer.found()) {
                lines.add(Base64.getEncoder().encodeToString(input));
            }
            Files.write(directory.resolve(Targets.file(turn.target.name())), lines);
        }
    }

    /** How many inputs each target had, and in how many ways they ended. */
    public String perTarget() {
        StringBuilder text = new StringBuilder();
        for (Turn turn : turns) {
            text.append(turn.target.name())
                    .append(' ')
                    .append(turn.fuzzer.executions())
                    .append(" (")
                    .append(turn.fuzzer.outcomes())
                    .append("), ");
        }
        return text.toString();
    }
}
