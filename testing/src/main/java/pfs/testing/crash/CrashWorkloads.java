package pfs.testing.crash;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import pfs.testing.disk.CrashState;
import pfs.testing.disk.Fault;

/** The workloads that are crashed at every call: all short ones, and longer ones by seed. */
public final class CrashWorkloads {
    private static final long ONE_PACK = 64L << 20;

    /** So small that the large file alone needs several packs. */
    private static final long SMALL_PACKS = 300_000;

    /** Crashes of a workload: at each call, in each way. */
    public static final int ALL = Integer.MAX_VALUE;

    private final BooleanSupplier over;
    private long states;
    private long distinct;
    private long runs;

    /** Counts nothing yet. */
    public CrashWorkloads() {
        this(() -> false);
    }

    /**
     * As above.
     *
     * @param over asked before each of all workloads of some length: the rest is left out
     */
    public CrashWorkloads(BooleanSupplier over) {
        this.over = over;
    }

    /** Crash states of all workloads; what one leaves twice in the same way is counted twice. */
    public long states() {
        return states;
    }

    /** Crash states that differ: each of them was started from and checked. */
    public long distinct() {
        return distinct;
    }

    /** Workloads that were crashed. */
    public long runs() {
        return runs;
    }

    /** Every workload of exactly so many steps, crashed at every call, in every way. */
    public void everyWorkload(int steps) throws IOException {
        exhaust(new ArrayList<>(), steps);
    }

    private void exhaust(List<Step> begun, int more) throws IOException {
        if (over.getAsBoolean()) {
            return;
        }
        if (more == 0) {
            crashEverywhere(new CrashRun(begun, ONE_PACK), begun.hashCode());
            return;
        }
        for (Step step : Step.values()) {
            begun.add(step);
            exhaust(begun, more - 1);
            begun.removeLast();
        }
    }

    private void crashEverywhere(CrashRun run, long seed) throws IOException {
        run.everywhere(seed);
        count(run);
    }

    private void count(CrashRun run) {
        runs++;
        states += run.states();
        distinct += run.distinct();
    }

    /** A workload of random steps, crashed at some calls. */
    public void random(long seed, int steps, int crashes) throws IOException {
        Random random = new Random(seed);
        List<Step> workload = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            workload.add(Step.values()[random.nextInt(Step.values().length)]);
        }
        CrashRun run = new CrashRun(workload, random.nextBoolean() ? ONE_PACK : SMALL_PACKS);
        if (crashes == ALL) {
            run.everywhere(random.nextLong());
        } else {
            long calls = run.calls();
            Set<Long> chosen = new HashSet<>();
            for (int i = 0; i < crashes; i++) {
                chosen.add(
                        random.nextLong(calls + 1) * CrashState.values().length
                                + i % CrashState.values().length);
            }
            run.some(
                    (call, left) ->
                            chosen.contains(
                                    (call - 1) * CrashState.values().length + left.ordinal()),
                    random.nextLong());
        }
        count(run);
    }

    /** One step of each kind, thirteen in all; each call of the disk fails once in each way. */
    public void everyFault() throws IOException {
        List<Step> steps =
                List.of(
                        Step.PUT_A,
                        Step.PUT_B,
                        Step.COMMIT,
                        Step.APPEND_A,
                        Step.PUT_LARGE,
                        Step.COPY_DIRECTORY,
                        Step.MOVE_A_TO_B,
                        Step.RESTART,
                        Step.UNPACK_THREE,
                        Step.COMMIT,
                        Step.DELETE_A,
                        Step.RESET,
                        Step.COLLECT);
        for (long maxPack : new long[] {ONE_PACK, SMALL_PACKS}) {
            runs++;
            long calls = new CrashRun(steps, maxPack).calls();
            for (long call = 1; call <= calls; call++) {
                for (Fault fault : EnumSet.complementOf(EnumSet.of(Fault.CRASH))) {
                    FaultRun.run(steps, call, fault, maxPack);
                    states++;
                }
            }
        }
    }
}
