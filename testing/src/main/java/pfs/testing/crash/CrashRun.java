package pfs.testing.crash;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pfs.error.PfsException;
import pfs.testing.disk.CrashState;
import pfs.testing.disk.LyingDisk;

/**
 * Runs a workload, and at calls of its disk looks at what a loss of power would leave there and
 * then: starts from that, and compares: every step that was answered is there; the step under way
 * is there whole or not at all; nothing else is. Then it goes on writing, to see that the store
 * lives. What was left in the same way before is counted and not looked at again.
 */
final class CrashRun {
    private final List<Step> steps;
    private final long maxPack;
    private final Seams seams;
    private final Set<List<Long>> looked = new HashSet<>();
    private long states;

    /**
     * What was promised, and what the step under way may have made of it already.
     *
     * @param number another one for each promise of a workload
     */
    private record Promise(int number, State acknowledged, State inDoubt) {}

    /** Read by the threads of the store, at their calls of the disk. */
    private volatile Promise promise = new Promise(0, State.EMPTY, State.EMPTY);

    private @Nullable Throwable failed;

    CrashRun(List<Step> steps, long maxPack) {
        this(steps, maxPack, Seams.NONE);
    }

    CrashRun(List<Step> steps, long maxPack, Seams seams) {
        this.seams = seams;
        this.steps = List.copyOf(steps);
        this.maxPack = maxPack;
    }

    /** At which calls the power is lost, and in which way. */
    interface Choice {
        boolean lost(long call, CrashState left);
    }

    /** States that were left, the same ones counted each time. */
    long states() {
        return states;
    }

    /** States that differ, each of which was started from and checked. */
    long distinct() {
        return looked.size();
    }

    /** Calls to the disk that the workload makes when nothing goes wrong. */
    long calls() throws IOException {
        LyingDisk disk = new LyingDisk();
        run(Machine.empty(disk, maxPack, seams));
        return disk.calls();
    }

    /**
     * Loses the power before and in every call, and at the end.
     *
     * @throws AssertionError that says what was broken
     */
    void everywhere(long seed) throws IOException {
        some((_, _) -> true, seed);
    }

    /** As above, where it is chosen. Background calls may come at other places in each run. */
    void some(Choice choice, long seed) throws IOException {
        LyingDisk disk = new LyingDisk();
        Machine machine = Machine.empty(disk, maxPack, seams);
        disk.watch(call -> lose(machine, choice, call, seed));
        run(machine);
        disk.watch(_ -> {});
        lose(machine, choice, disk.calls() + 1, seed);
        if (failed != null) {
            throw new AssertionError(failed.getMessage(), failed);
        }
    }

    private void run(Machine machine) throws IOException {
        State state = State.EMPTY;
        promise = new Promise(0, state, state);
        StoreUnderTest store = StoreUnderTest.start(machine);
        for (int i = 0; i < steps.size() && failed == null; i++) {
            State after = StoreUnderTest.expected(state, steps.get(i), i + 1);
            promise = new Promise(2 * i + 1, state, after);
            try {
                if (steps.get(i) == Step.RESTART) {
                    store.close();
                    store = store.again();
                } else {
                    store.run(steps.get(i), i + 1);
                }
            } catch (PfsException | IOException e) {
                if (!after.equals(state)) {
                    throw new AssertionError(steps + ": step " + (i + 1) + " failed", e);
                }
            }
            state = after;
            promise = new Promise(2 * i + 2, state, state);
        }
        State observed = store.observe();
        if (failed == null && !observed.equals(state)) {
            throw new AssertionError(describe(machine, promise, "without any crash", observed));
        }
        store.close();
    }

    /** Looks at all that a loss of power at this moment could leave. */
    private void lose(Machine machine, Choice choice, long call, long seed) {
        Promise promised = promise;
        for (CrashState left : CrashState.values()) {
            if (failed != null || !choice.lost(call, left)) {
                continue;
            }
            states++;
            Machine found = machine.afterCrash(left, new Random(seed + call));
            List<Long> print = new ArrayList<>(found.fingerprint());
            print.add((long) promised.number);
            if (!looked.add(print)) {
                continue;
            }
            String what = "crash at call " + call + ", " + left + ", seed " + seed;
            try {
                recover(machine, found, promised, what);
            } catch (AssertionError e) {
                failed = e;
            } catch (PfsException | IOException e) {
                failed = new AssertionError(describe(machine, promised, what, State.EMPTY), e);
            }
        }
    }

    private void recover(Machine machine, Machine found, Promise promised, String what)
            throws IOException {
        State expected;
        try (StoreUnderTest next = StoreUnderTest.start(found)) {
            State observed = next.observe();
            boolean right =
                    observed.equals(promised.acknowledged) || observed.equals(promised.inDoubt);
            expect(right, machine, promised, observed, what);
            next.run(Step.PUT_B, 77);
            next.run(Step.COMMIT, 78);
            expected = StoreUnderTest.expected(observed, Step.PUT_B, 77).committed();
        }
        try (StoreUnderTest last = StoreUnderTest.start(found)) {
            State again = last.observe();
            String then = what + ", then a put, a commit and a restart";
            expect(again.equals(expected), machine, promised, again, then);
        }
    }

    private void expect(
            boolean holds, Machine machine, Promise promised, State observed, String what) {
        if (!holds) {
            throw new AssertionError(describe(machine, promised, what, observed));
        }
    }

    private String describe(Machine machine, Promise promised, String what, State observed) {
        List<String> lines = new ArrayList<>();
        lines.add(steps + " with packs of " + maxPack + " bytes: " + what);
        lines.add("  acknowledged " + promised.acknowledged);
        lines.add("  or           " + promised.inDoubt);
        lines.add("  found        " + observed);
        List<String> trace = machine.disk().trace();
        lines.addAll(trace.subList(Math.max(0, trace.size() - 40), trace.size()));
        return String.join("\n", lines);
    }
}
