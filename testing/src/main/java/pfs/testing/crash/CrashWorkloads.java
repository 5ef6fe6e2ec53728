package pfs.testing.crash;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import pfs.testing.disk.CrashState;
import pfs.testing.disk.Fault;

/** The workloads that are crashed at every call: all short ones, and longer ones by seed. */
public final class CrashWorkloads {
    private static final long ONE_PACK = 64L << 20;

    /** So small that the large file alone needs several packs. */
    private static final long SMALL_PACKS = 300_000;

    private long states;
    private long runs;

    /** Counts nothing yet. */
    public CrashWorkloads() {}

    /** Crash states that were recovered from and checked. */
    public long states() {
        return states;
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
        runs++;
        long calls = run.calls();
        for (long call = 1; call <= calls + 1; call++) {
            for (CrashState left : CrashState.values()) {
                run.crashAt(call, left, seed + call);
                states++;
            }
        }
    }

    /** A workload of random steps, crashed at some calls. */
    public void random(long seed, int steps, int crashes) throws IOException {
        Random random = new Random(seed);
        List<Step> workload = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            workload.add(Step.values()[random.nextInt(Step.values().length)]);
        }
        CrashRun run = new CrashRun(workload, random.nextBoolean() ? ONE_PACK : SMALL_PACKS);
        runs++;
        long calls = run.calls();
        for (int i = 0; i < crashes; i++) {
            CrashState left = CrashState.values()[random.nextInt(CrashState.values().length)];
            run.crashAt(1 + random.nextLong(calls + 1), left, random.nextLong());
            states++;
        }
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
