package pfs.testing.crash;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import pfs.error.PfsException;
import pfs.testing.disk.CrashState;
import pfs.testing.disk.Fault;
import pfs.testing.disk.LyingDisk;

/**
 * Runs a workload until the power is lost at one call of the disk, starts again from what that
 * left, and compares: every step that was answered is there; the step under way is there whole or
 * not at all; nothing else is. Then it goes on writing, to see that the store lives.
 */
final class CrashRun {
    private final List<Step> steps;
    private final long maxPack;

    private final Seams seams;

    CrashRun(List<Step> steps, long maxPack) {
        this(steps, maxPack, Seams.NONE);
    }

    CrashRun(List<Step> steps, long maxPack, Seams seams) {
        this.seams = seams;
        this.steps = List.copyOf(steps);
        this.maxPack = maxPack;
    }

    /** What was promised, and what the step under way would make of it. */
    private record Fate(StoreUnderTest store, State acknowledged, State inDoubt) {}

    /** Calls to the disk that the workload makes when nothing goes wrong. */
    long calls() throws IOException {
        LyingDisk disk = new LyingDisk();
        Fate fate = run(disk);
        State observed = fate.store.observe();
        expect(observed.equals(fate.acknowledged), fate, observed, "without any crash");
        fate.store.close();
        return disk.calls();
    }

    private Fate run(LyingDisk disk) throws IOException {
        StoreUnderTest store = StoreUnderTest.make(disk, maxPack, seams);
        State state = State.EMPTY;
        for (int i = 0; i < steps.size() && !disk.dead(); i++) {
            State after = StoreUnderTest.expected(state, steps.get(i), i + 1);
            try {
                if (steps.get(i) == Step.RESTART) {
                    store.close();
                    if (!disk.dead()) {
                        store = store.again();
                    }
                } else {
                    store.run(steps.get(i), i + 1);
                }
                state = after;
            } catch (PfsException | IOException e) {
                if (disk.dead()) {
                    return new Fate(store, state, after);
                }
                if (!after.equals(state)) {
                    throw new AssertionError(steps + ": step " + (i + 1) + " failed", e);
                }
            }
        }
        return new Fate(store, state, state);
    }

    /** Crashes before or in the n-th call of the disk, and checks what a start finds. */
    void crashAt(long call, CrashState left, long seed) throws IOException {
        Random random = new Random(seed);
        LyingDisk disk = new LyingDisk().fail(call, Fault.CRASH);
        Fate fate;
        try {
            fate = run(disk);
        } catch (PfsException | IOException e) {
            if (disk.dead()) {
                return; // the first start ever: nothing was promised, and its threads are gone
            }
            throw e;
        }
        disk.crash();
        fate.store.close();
        String what = "crash at call " + call + ", " + left + ", seed " + seed;
        try {
            recover(fate, what, left, random);
        } catch (PfsException | IOException e) {
            throw new AssertionError(describe(fate, what), e);
        }
    }

    private void recover(Fate fate, String what, CrashState left, Random random)
            throws IOException {
        try (StoreUnderTest next = fate.store.afterCrash(left, random)) {
            State observed = next.observe();
            expect(
                    observed.equals(fate.acknowledged) || observed.equals(fate.inDoubt),
                    fate,
                    observed,
                    what);
            State more = StoreUnderTest.expected(observed, Step.PUT_B, 77);
            next.run(Step.PUT_B, 77);
            next.run(Step.COMMIT, 78);
            State expected = more.committed();
            State seen = next.observe();
            expect(seen.equals(expected), fate, seen, what + ", then a put and a commit");
            next.close();
            try (StoreUnderTest last = next.again()) {
                State again = last.observe();
                expect(again.equals(expected), fate, again, what + ", then a restart");
            }
        }
    }

    private void expect(boolean holds, Fate fate, State observed, String what) {
        if (!holds) {
            throw new AssertionError(describe(fate, what) + "\n  found        " + observed);
        }
    }

    private String describe(Fate fate, String what) {
        List<String> lines = new ArrayList<>();
        lines.add(steps + " with packs of " + maxPack + " bytes: " + what);
        lines.add("  acknowledged " + fate.acknowledged);
        lines.add("  or           " + fate.inDoubt);
        List<String> trace = fate.store.disk().trace();
        lines.addAll(trace.subList(Math.max(0, trace.size() - 40), trace.size()));
        return String.join("\n", lines);
    }
}
