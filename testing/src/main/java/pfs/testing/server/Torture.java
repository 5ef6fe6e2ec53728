package pfs.testing.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import pfs.testing.crash.CrashWorkloads;
import pfs.testing.crash.Damages;
import pfs.testing.fuzz.FuzzRun;

/**
 * The torture's main program: {@code torture ROOT [--short|--long] [--seed N] [--only NAME]
 * [--minutes N] [--pause MS]}. Runs every torture, says what it did in a line each, and exits with
 * 1 if one of them found anything.
 */
public final class Torture {
    private static final long CRASHES = 1_000_000;

    /** Kills over one directory, before another is made. */
    private static final int KILLS = 100;

    /** Damages of one store, before another is made. */
    private static final long DAMAGES = 10_000;

    /** Minutes of mixed load. */
    private static final double LONG_LEAK = 60;

    private static final double SHORT_LEAK = 0.5;

    private final Path root;
    private final boolean longRun;
    private final long seed;
    private final Path work;
    private final Duration leakTime;
    private final long leakPauseMillis;
    private final List<String> failed = new ArrayList<>();

    private Torture(
            Path root,
            boolean longRun,
            long seed,
            Path work,
            Duration leakTime,
            long leakPauseMillis) {
        this.root = root;
        this.longRun = longRun;
        this.seed = seed;
        this.work = work;
        this.leakTime = leakTime;
        this.leakPauseMillis = leakPauseMillis;
    }

    private interface Part {
        String run() throws Exception;
    }

    /** The program. */
    public static void main(String[] arguments) throws Exception {
        String only = "";
        boolean longRun = false;
        long seed = System.nanoTime();
        double minutes = 0;
        long pause = 20;
        for (int i = 1; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--short" -> longRun = false;
                case "--long" -> longRun = true;
                case "--seed" -> seed = Long.parseLong(arguments[++i]);
                case "--only" -> only = arguments[++i];
                case "--minutes" -> minutes = Double.parseDouble(arguments[++i]);
                case "--pause" -> pause = Long.parseLong(arguments[++i]);
                default -> {
                    System.err.println(
                            "usage: torture [--short|--long] [--seed N] [--only"
                                    + " crash|kill|replica|failover|order|hostile"
                                    + "|history|power|gc|damage|disk|files|fuzz|memory|leak]"
                                    + " [--minutes N] [--pause MS]");
                    System.exit(2);
                }
            }
        }
        Path work = Files.createTempDirectory("pfs-torture");
        double leakMinutes = minutes > 0 ? minutes : longRun ? LONG_LEAK : SHORT_LEAK;
        Duration leakTime = Duration.ofMillis((long) (leakMinutes * 60_000));
        Path root = Path.of(arguments[0]).toAbsolutePath();
        // Stores of this process that are crashed and damaged warn thousands of times, rightly.
        ((Logger) LoggerFactory.getLogger("pfs")).setLevel(Level.OFF);
        Torture torture = new Torture(root, longRun, seed, work, leakTime, pause);
        System.out.println("seed " + seed + (longRun ? ", long" : ", short"));
        torture.all(only);
        if (torture.failed.isEmpty()) {
            delete(work);
        } else {
            System.out.println("FAILED: " + torture.failed + "; what is left is in " + work);
            System.exit(1);
        }
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
        part(
                only,
                "gc",
                () ->
                        new GarbageTorture(root, data("gc"), seed, longRun ? 50 : 5)
                                .run(Duration.ofSeconds(longRun ? 3600 : 15)));
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
        String said = "";
        for (int done = 0; done < kills; done += KILLS) {
            Path data = data("kill" + done);
            KillTorture torture = new KillTorture(root, data, seed + done);
            said = torture.run(Math.min(KILLS, kills - done));
            answered += torture.answered();
            commits += torture.commits();
            progress(done + KILLS + " kills, " + answered + " requests answered, " + said);
            delete(data);
        }
        return kills > KILLS
                ? kills
                        + " kills, "
                        + answered
                        + " requests answered, "
                        + commits
                        + " commits among them, nothing lost"
                : said;
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
        String said = "";
        for (int i = 0; i < histories; i++) {
            Path data = data("history" + i);
            said = new HistoryTorture(root, data, seed + i).run(calls, longRun ? 7 : 3);
            delete(data);
            progress("history " + (i + 1) + " of " + histories + ": " + said);
        }
        return histories + " histories of " + calls + " calls or more, the last: " + said;
    }

    private String damage(long times) throws Exception {
        long refused = 0;
        long done = 0;
        for (long part = 0; done < times; part++) {
            Damages damages = new Damages(seed + part, part % 10 == 9);
            long now = Math.min(DAMAGES, times - done);
            damages.run(now);
            done += now;
            refused += damages.refused();
            progress(done + " damages, the last " + now + ": " + damages.tried());
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
            return "power cuts of ext4: " + new KillTorture(root, data, seed, disk::cut).run(cuts);
        }
    }

    private String leak() throws Exception {
        return new LeakTorture(root, data("leak"), seed, leakPauseMillis).run(leakTime);
    }

    private String disk() throws Exception {
        if (!LoopDevice.possible(work)) {
            return "not run: it needs root, mkfs.ext4 and a loop device";
        }
        return new BadDisk(root, work.resolve("disk")).run();
    }

    private String fuzz(long times) throws Exception {
        FuzzRun run = new FuzzRun(seed);
        run.run(times, this::progress);
        run.write(root.resolve("testing/target/corpus"));
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

    private String crash() throws Exception {
        CrashWorkloads workloads = new CrashWorkloads();
        for (int steps = 1; steps <= (longRun ? 3 : 2); steps++) {
            workloads.everyWorkload(steps);
            progress("all workloads of " + steps + " steps: " + workloads.states() + " states");
        }
        for (int i = 0; i < (longRun ? 1000 : 50); i++) {
            workloads.random(seed + i, 20, 20);
        }
        for (int i = 0; longRun && workloads.states() < CRASHES; i++) {
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
        if (!only.isEmpty() && !only.equals(name)) {
            return;
        }
        long start = System.nanoTime();
        String said;
        try {
            said = part.run();
        } catch (Exception | AssertionError e) {
            failed.add(name);
            e.printStackTrace(System.out);
            said = "FAILED: " + e.getMessage();
        }
        System.out.printf("%-8s %5.1f s  %s%n", name, (System.nanoTime() - start) / 1e9, said);
    }

    private static void delete(Path directory) throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
