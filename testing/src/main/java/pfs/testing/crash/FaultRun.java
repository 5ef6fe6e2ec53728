package pfs.testing.crash;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.testing.disk.CrashState;
import pfs.testing.disk.Fault;
import pfs.testing.disk.LyingDisk;

/**
 * Runs a workload in which one call of the disk fails, once. A step may then be refused; what was
 * answered must hold, reads must go on, what was refused must not turn up behind a later answer,
 * and a start must find what was promised and take writes again.
 */
final class FaultRun {
    private final List<Step> steps;
    private final long call;
    private final Fault fault;
    private final LyingDisk disk;
    private final Seams seams;

    /** All states that the store may be in, by what was answered. */
    private Set<State> possible = Set.of(State.EMPTY);

    private FaultRun(List<Step> steps, long call, Fault fault, Seams seams) {
        this.seams = seams;
        this.steps = steps;
        this.call = call;
        this.fault = fault;
        this.disk = new LyingDisk().fail(call, fault);
    }

    static void run(List<Step> steps, long call, Fault fault, long maxPack) throws IOException {
        run(steps, call, fault, maxPack, Seams.NONE);
    }

    static void run(List<Step> steps, long call, Fault fault, long maxPack, Seams seams)
            throws IOException {
        FaultRun run = new FaultRun(steps, call, fault, seams);
        try {
            run.run(maxPack);
        } catch (PfsException | IOException e) {
            throw run.failure("it does not go on", e);
        }
    }

    /** As {@link #run}, but it ends with a loss of the power: what was answered must be left. */
    static void cut(List<Step> steps, long call, long maxPack, Seams seams) throws IOException {
        FaultRun run = new FaultRun(steps, call, Fault.EIO, seams);
        try {
            StoreUnderTest store = run.steps(maxPack);
            if (store == null) {
                return;
            }
            run.disk.crash();
            store.close();
            try (StoreUnderTest next = store.afterCrash(CrashState.NONE, new Random(call))) {
                run.expect(next.observe(), "after the power was lost");
            }
        } catch (PfsException | IOException e) {
            throw run.failure("it does not go on", e);
        }
    }

    /** Does all steps; null if the first start of all met the fault. */
    private @Nullable StoreUnderTest steps(long maxPack) throws IOException {
        StoreUnderTest store;
        try {
            store = StoreUnderTest.make(disk, maxPack, seams);
        } catch (PfsException | IOException e) {
            return null; // nothing was promised
        }
        for (int i = 0; i < steps.size(); i++) {
            store = step(store, i);
        }
        return store;
    }

    private void run(long maxPack) throws IOException {
        StoreUnderTest store = steps(maxPack);
        if (store == null) {
            return;
        }
        expect(store.observe(), "before the restart");
        try (StoreUnderTest next = restart(store)) {
            State found = next.observe();
            expect(found, "after the restart");
            State written = StoreUnderTest.expected(found, Step.PUT_B, 77);
            try {
                next.run(Step.PUT_B, 77);
                possible = Set.of(written);
            } catch (PfsException e) {
                // Calls of threads in the background come at other places in each run, so the call
                // that fails may be one of these last.
                possible = Set.of(found, written);
            }
            expect(next.observe(), "with a write after the restart");
        }
    }

    /** A stop and a start, of which one may meet the fault; the next start does not. */
    private static StoreUnderTest restart(StoreUnderTest store) throws IOException {
        try {
            store.close();
        } catch (PfsException | IOException e) {
            // The fault was in the stop: the start finds what was answered all the same.
        }
        try {
            return store.again();
        } catch (PfsException | IOException e) {
            return store.again(); // the fault was in the start itself
        }
    }

    private StoreUnderTest step(StoreUnderTest store, int i) throws IOException {
        Step step = steps.get(i);
        if (step == Step.RESTART) {
            return restart(store);
        }
        boolean stopped = !store.stopped().isEmpty();
        Set<State> after = new HashSet<>();
        possible.forEach(state -> after.add(StoreUnderTest.expected(state, step, i + 1)));
        try {
            store.run(step, i + 1);
            if (stopped && step != Step.COMMIT && step != Step.RESET) {
                throw failure(
                        "step " + (i + 1) + " was answered though the store had stopped", null);
            }
            possible = after;
            // what was answered stands on one of the states, which the next read shows
            State seen = store.observe();
            expect(seen, "after step " + (i + 1));
            possible = Set.of(seen);
        } catch (PfsException e) {
            if (!stopped && e.code() != ErrorCode.NO_SUCH_PATH) {
                after.addAll(possible);
                possible = after;
            }
            expect(store.observe(), "after step " + (i + 1) + ", refused");
        }
        return store;
    }

    private void expect(State seen, String when) {
        if (!possible.contains(seen)) {
            throw failure(when + " it holds " + seen + "\n  of " + possible, null);
        }
    }

    private AssertionError failure(String what, @Nullable Throwable e) {
        List<String> trace = disk.trace();
        return new AssertionError(
                steps
                        + ": "
                        + fault
                        + " at call "
                        + call
                        + ": "
                        + what
                        + "\n"
                        + String.join(
                                "\n", trace.subList(Math.max(0, trace.size() - 40), trace.size())),
                e);
    }
}
