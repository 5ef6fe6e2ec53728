package pfs.testing.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.testing.history.Event;
import pfs.testing.history.HistoryChecker;
import pfs.testing.history.Ledger;

/**
 * Three servers over three members of etcd and a Ceph, asked in turn by clients that write down
 * what they were told, while one thing after the other breaks: nothing that was acknowledged is
 * lost, nobody is told a lie, and service is back soon after each fault. {@code
 * -Dpfs.chaos.rounds=N} breaks everything N times (a round takes about three minutes), in another
 * order each time; {@code -Dpfs.chaos.only=TEXT} breaks only what has the text in its name.
 */
class ChaosTest {
    private static final int CLIENTS = 6;
    private static final long CALM_MILLIS = 2_000;
    static final Duration BACK = Duration.ofSeconds(15);

    @TempDir Path directory;

    private final List<String> told = new ArrayList<>();
    private TestCluster cluster;

    @Test
    void nothingAcknowledgedIsLostWhateverBreaks() throws Exception {
        try (TestCluster started = TestCluster.startApart(directory)) {
            cluster = started;
            clientsBeside(Long.getLong("pfs.seed", 1), Integer.getInteger("pfs.chaos.rounds", 1));
        } finally {
            told.forEach(System.out::println);
        }
    }

    private void clientsBeside(long seed, int rounds) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong values = new AtomicLong();
        AtomicLong calls = new AtomicLong();
        List<Recorder> recorders = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Recorder recorder =
                        new Recorder(cluster::any, i, seed * 100 + i, values, calls, stop);
                recorders.add(recorder);
                running.add(
                        threads.submit(
                                () -> {
                                    recorder.run();
                                    return null;
                                }));
            }
            try {
                breakEverything(new Random(seed), rounds);
            } finally {
                stop.set(true);
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
        List<Event> events = new ArrayList<>();
        recorders.forEach(recorder -> events.addAll(recorder.events()));
        Ledger ledger = HistoryTorture.ledger(cluster::any);
        assertThat(HistoryChecker.check(events, ledger)).as("seed " + seed).isEmpty();
        long done = events.stream().filter(Event::done).count();
        assertThat(done).as("calls that were answered").isGreaterThan(100);
        told.add(
                events.size()
                        + " calls, "
                        + done
                        + " answered, "
                        + ledger.commits().size()
                        + " commits: no promise broken");
    }

    private void breakEverything(Random random, int rounds) throws Exception {
        String only = System.getProperty("pfs.chaos.only", "");
        for (int round = 0; round < rounds; round++) {
            List<ChaosFaults.Fault> faults =
                    new ArrayList<>(new ChaosFaults(cluster, random).all());
            faults.removeIf(fault -> !fault.name().contains(only));
            if (round > 0) {
                Collections.shuffle(faults, random);
            }
            for (ChaosFaults.Fault fault : faults) {
                one(fault);
            }
        }
    }

    /** Breaks something, and waits until a write is taken again. */
    private void one(ChaosFaults.Fault fault) throws Exception {
        TimeUnit.MILLISECONDS.sleep(CALM_MILLIS);
        fault.step().run();
        long millis = cluster.back();
        double slowness = slowness();
        told.add("%s: back after %d ms (machine: %.1f)".formatted(fault.name(), millis, slowness));
        assertThat((double) millis).as(fault.name()).isLessThan(BACK.toMillis() * slowness);
    }

    /**
     * How many times {@link #BACK} it may take: once on a machine that has nothing else to do, up
     * to five times on one where so many wait for each processor, as when other tests run.
     */
    static double slowness() {
        OperatingSystemMXBean machine = ManagementFactory.getOperatingSystemMXBean();
        double waiting = machine.getSystemLoadAverage() / machine.getAvailableProcessors();
        String given = System.getProperty("pfs.slowness");
        return given == null ? Math.clamp(waiting, 1, 5) : Double.parseDouble(given);
    }
}
