package pfs.testing.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import pfs.testing.crash.CrashWorkloads;
import pfs.testing.crash.Damages;
import pfs.testing.fuzz.FuzzRun;

/**
 * The torture's main program: {@code torture ROOT [--short|--long] [--seed N] [--only NAME]
 * [--minutes N] [--by-seed] [--pause MS]}. Runs every torture, says what it did in a line each, and
 * exits with 1 if one of them found anything. A part that has had its minutes, or is told to end
 * (SIGTERM), ends what it is at and says what it has done: counts of runs of other seeds add up.
 */
public final class Torture {
    private static final long CRASHES = 1_000_000;

    /** Kills over one directory, before another is made. */
    private static final int KILLS = 100;

    /** Damages of one store, before another is made. */
    private static final long DAMAGES = 10_000;

    /** Damages between two looks at the time. */
    private static final long FEW_DAMAGES = 100;

    /** Minutes of mixed load. */
    private static final double LONG_LEAK = 60;

    private static final double SHORT_LEAK = 0.5;

    /** Minutes of collections beside writers. */
    private static final double LONG_GC = 60;

    private static final double SHORT_GC = 0.25;

    /** How long a part may take, once it is told to end, to end what it is at. */
    private static final long ENDING_SECONDS = 600;

    private static final String USAGE =
            "usage: torture [--short|--long] [--seed N] [--only"
                    + " crash|kill|replica|failover|order|hostile"
                    + "|history|power|gc|damage|disk|files|fuzz|memory|leak]"
                    + " [--minutes N] [--by-seed] [--pause MS]";

    private final Path root;
    private final Path work;
    private final boolean longRun;
    private final boolean bySeed;
    private final long seed;
    private final double minutes;
    private final long pauseMillis;
    private final List<String> failed = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Set by SIGTERM. */
    private volatile boolean told;

    /** Whether the part that runs asks if it is to end. */
    private volatile boolean heeds;

    private long endNanos;

    private Torture(Path work, String[] arguments) {
        boolean longForm = false;
        boolean seeded = false;
        long given = System.nanoTime();
        double limit = 0;
        long pause = 0;
        for (int i = 1; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--short" -> longForm = false;
                case "--long" -> longForm = true;
                case "--by-seed" -> seeded = true;
                case "--seed" -> given = Long.parseLong(arguments[++i]);
                case "--minutes" -> limit = Double.parseDouble(arguments[++i]);
                case "--pause" -> pause = Long.parseLong(arguments[++i]);
                case "--only" -> i++;
                default -> throw new IllegalArgumentException(arguments[i]);
            }
        }
        this.root = Path.of(arguments[0]).toAbsolutePath();
        this.work = work;
        this.longRun = longForm;
        this.bySeed = seeded;
        this.seed = given;
        this.minutes = limit;
        this.pauseMillis = pause;
    }

    private interface Part {
        String run() throws Exception;
    }

    /** The program. */
    public static void main(String[] arguments) throws Exception {
        Path work = Files.createTempDirectory("pfs-torture");
        Torture torture;
        try {
            torture = new Torture(work, arguments);
        } catch (RuntimeException e) {
            System.err.println(USAGE);
            System.exit(2);
            return;
        }
        // Stores of this process that are crashed and damaged warn thousands of times, rightly, and
        // so does the parser of requests.
        for (String quiet : List.of("pfs", "org.eclipse.jetty")) {
            ((Logger) LoggerFactory.getLogger(quiet)).setLevel(Level.OFF);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(torture::endSoon));
        System.out.println("seed " + torture.seed + (torture.longRun ? ", long" : ", short"));
        int only = List.of(arguments).indexOf("--only");
        try {
            torture.all(only < 0 ? "" : arguments[only + 1]);
            if (torture.failed.isEmpty()) {
                delete(work);
            } else {
                System.out.println("FAILED: " + torture.failed + "; what is left is in " + work);
            }
        } finally {
            torture.ended.countDown();
        }
        System.exit(torture.failed.isEmpty() ? 0 : 1);
    }

    /** Has the part that runs end, and gives it time to say what it did, if it asks. */
    private void endSoon() {
        told = true;
        try {
            if (heeds && !ended.await(ENDING_SECONDS, TimeUnit.SECONDS)) {
                System.out.println("what was under way did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean told() {
        heeds = true;
        return told;
    }

    private boolean over() {
        return told() || (minutes > 0 && System.nanoTime() - endNanos > 0);
    }

    private static Duration minutes(double minutes) {
        return Duration.ofMillis((long) (minutes * 60_000));
    }

    private void all(String only) {
        part(only, "crash", this::crash);
        part(only, "kill", () -> kill(longRun ? 10_000 : 20));
        part(
                only,
                "replica",
                () -> new ReplicaTorture(root, data("replica"), seed).run(longRun ? 100 : 5));
        part(only, "failover", () -> failover(longRun ? 100 : 5));
        part(only, "order", () -> new SyncOrder(root, data("order")).run(longRun ? 2000 : 200));
        part(only, "hostile", () -> new HostileClients(root, data("hostile")).run(longRun));
        part(only, "history", () -> history(longRun ? 10 : 1, longRun ? 100_000 : 4_000));
        part(only, "power", () -> power(longRun ? 100 : 3));
        part(only, "gc", this::gc);
        part(only, "damage", () -> damage(longRun ? 1_000_000 : 3_000));
        part(only, "disk", this::disk);
        part(only, "files", () -> new FewFiles(root, data("files")).run());
        part(only, "fuzz", () -> fuzz(longRun ? 1_000_000_000 : 2_000_000));
        part(only, "memory", () -> new MemoryTorture(root, data("memory")).run(longRun));
        part(only, "leak", this::leak);
    }

    /** Some kills each over a directory of its own, so that it stays small. */
    private String kill(int kills) throws Exception {
        long answered = 0;
        long commits = 0;
        int done = 0;
        String said = "";
        for (int part = 0; done < kills && !over(); part++) {
            Path data = data("kill" + part);
            KillTorture torture = new KillTorture(root, data, seed + (long) part * KILLS);
            said = torture.run(Math.min(KILLS, kills - done), this::over);
            done += torture.kills();
            answered += torture.answered();
            commits += torture.commits();
            progress(done + " kills, " + answered + " requests answered, " + said);
            delete(data);
        }
        return done
                + " kills, "
                + answered
                + " requests answered, "
                + commits
                + " commits among them, nothing lost; of the last store: "
                + said;
    }

    private String failover(int kills) throws Exception {
        if (!EtcdProcesses.possible(root)) {
            return "not run: there is no etcd";
        }
        try (EtcdProcesses etcd = EtcdProcesses.start(root, data("coordinator"))) {
            return new FailoverTorture(root, data("failover"), etcd.uri(), seed, this::progress)
                    .run(kills);
        }
    }

    /** Each history has a store of its own, so that what is to be compared stays small. */
    private String history(int histories, long calls) throws Exception {
        long made = 0;
        String said = "";
        int done = 0;
        while (done < histories && !over()) {
            Path data = data("history" + done);
            HistoryTorture torture = new HistoryTorture(root, data, seed + done);
            said = torture.run(calls, longRun ? 7 : 3, this::over);
            made += torture.calls();
            delete(data);
            progress("history " + ++done + " of " + histories + ": " + said);
        }
        return done + " histories, " + made + " calls in all; the last: " + said;
    }

    private String damage(long times) throws Exception {
        long refused = 0;
        long done = 0;
        for (long part = 0; done < times && !over(); part++) {
            Damages damages = new Damages(seed + part, part % 10 == 9);
            long end = Math.min(times, done + DAMAGES);
            while (done < end && !over()) {
                long now = Math.min(FEW_DAMAGES, end - done);
                damages.run(now);
                done += now;
            }
            refused += damages.refused();
            progress(done + " damages, of the last store " + damages.tried());
        }
        return done
                + " damages (bits, ends, blocks), "
                + refused
                + " of them met by a reader and refused, 0 wrong bytes; all were found by fsck";
    }

    private String power(int cuts) throws Exception {
        if (!LoopDevice.possible(work)) {
            return "not run: it needs root, mkfs.ext4 and a loop device";
        }
        try (LoopDevice disk = LoopDevice.make(work.resolve("power"), 1024)) {
            Path data = disk.directory().resolve("data");
            KillTorture torture = new KillTorture(root, data, seed, disk::cut);
            return "power cuts of ext4: " + torture.run(cuts, this::over);
        }
    }

    private String gc() throws Exception {
        GarbageTorture torture =
                new GarbageTorture(root, data("gc"), seed, pause(longRun ? 50 : 5));
        double time = minutes > 0 ? minutes : longRun ? LONG_GC : SHORT_GC;
        return torture.run(minutes(time), this::told);
    }

    private String leak() throws Exception {
        double time = minutes > 0 ? minutes : longRun ? LONG_LEAK : SHORT_LEAK;
        return new LeakTorture(root, data("leak"), seed, pause(20)).run(minutes(time));
    }

    private long pause(long standardMillis) {
        return pauseMillis > 0 ? pauseMillis : standardMillis;
    }

    private String disk() throws Exception {
        if (!LoopDevice.possible(work)) {
            return "not run: it needs root, mkfs.ext4 and a loop device";
        }
        return new BadDisk(root, work.resolve("disk")).run();
    }

    private String fuzz(long times) throws Exception {
        FuzzRun run = new FuzzRun(seed);
        run.run(times, this::over, this::progress);
        run.write(root.resolve("testing/target/corpus"));
        progress(run.perTarget());
        return run.summary();
    }

    private void progress(String what) {
        if (longRun) {
            System.out.printf("%tT  %s%n", System.currentTimeMillis(), what);
        }
    }

    private Path data(String name) {
        return work.resolve(name);
    }

    /** All short workloads, whatever the seed, then those that it makes. */
    private String crash() throws Exception {
        CrashWorkloads workloads = new CrashWorkloads(this::over);
        for (int steps = 1; !bySeed && steps <= (longRun ? 3 : 2); steps++) {
            workloads.everyWorkload(steps);
            progress("workloads of up to " + steps + " steps: " + workloads.states() + " states");
        }
        for (int i = 0; i < (longRun ? 1000 : 50) && !over(); i++) {
            workloads.random(seed + i, 20, 20);
        }
        for (int i = 0; longRun && workloads.states() < CRASHES && !over(); i++) {
            workloads.random(seed - i, 6, CrashWorkloads.ALL);
            if (i % 100 == 0) {
                progress(workloads.states() + " states");
            }
        }
        return workloads.runs()
                + " workloads, "
                + workloads.states()
                + " crash states, "
                + workloads.distinct()
                + " of them differ and were checked";
    }

    private void part(String only, String name, Part part) {
        if (told || (!only.isEmpty() && !only.equals(name))) {
            return;
        }
        long start = System.nanoTime();
        heeds = false;
        endNanos = start + minutes(minutes).toNanos();
        String said;
        try {
            said = part.run();
        } catch (Exception | AssertionError e) {
            failed.add(name);
            e.printStackTrace(System.out);
            said = "FAILED: " + e.getMessage();
        }
        boolean timed = name.equals("leak") || name.equals("gc"); // whole when the minutes are over
        String cut = told() || over() && !timed ? "cut off, " : "";
        System.out.printf(
                "%-8s %5.1f s  %s%s%n", name, (System.nanoTime() - start) / 1e9, cut, said);
    }

    private static void delete(Path directory) throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
