package pfs.cli.jobs;

import java.io.PrintStream;
import java.util.Locale;

/** Draws how far a run is: a line that is drawn again. Not thread-safe. */
final class RunBars {
    private static final int WIDTH = 16;

    private final PrintStream err;
    private final long start = System.nanoTime();

    RunBars(PrintStream err) {
        this.err = err;
    }

    void draw(RunEvent run) {
        err.print("\r\033[K" + line(run, (System.nanoTime() - start) / 1e9));
        err.flush();
    }

    void clear() {
        err.print("\r\033[K");
        err.flush();
    }

    /** The line after so many seconds. */
    static String line(RunEvent run, double seconds) {
        StringBuilder line = new StringBuilder(run.text("state"));
        stage(line, run, "maps");
        stage(line, run, "combines");
        stage(line, run, "reduces");
        long reused =
                run.number("progress.maps.reused")
                        + run.number("progress.combines.reused")
                        + run.number("progress.reduces.reused");
        line.append(
                String.format(
                        Locale.ROOT,
                        "  %,d records  %.1f MB  %,d reused",
                        run.number("progress.records"),
                        run.number("progress.bytesIn") / 1e6,
                        reused));
        long done = run.number("progress.maps.done");
        long total = run.number("progress.maps.total");
        boolean known = run.text("progress.maps.complete").equals("true");
        if (known && done > 0 && done < total) {
            line.append(
                    String.format(Locale.ROOT, "  %.0f s left", seconds * (total - done) / done));
        }
        return line.toString();
    }

    private static void stage(StringBuilder line, RunEvent run, String name) {
        long total = run.number("progress." + name + ".total");
        if (total == 0) {
            return;
        }
        long done = run.number("progress." + name + ".done");
        int filled = (int) (WIDTH * Math.min(done, total) / total);
        boolean all = run.text("progress." + name + ".complete").equals("true");
        line.append("  ")
                .append(name)
                .append(" [")
                .append("#".repeat(filled))
                .append(" ".repeat(WIDTH - filled))
                .append("] ")
                .append(done)
                .append(" of ")
                .append(total)
                .append(all ? "" : "+");
    }
}
