package pfs.jobs.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.spec.JobSpec;

/** The inputs that failed for good; too many of them fail the run. Thread-safe. */
public final class BadInputs {
    private static final int KEPT = 1_000;

    private final RunPlan plan;
    private final Runtime.Program program;
    private final List<Bad> kept = new ArrayList<>();
    private long count;

    /** An input and why it failed. */
    public record Bad(String input, String reason, String repeat) {}

    BadInputs(RunPlan plan, Runtime.Program program) {
        this.plan = plan;
        this.program = program;
    }

    synchronized void add(MapTask task, String reason) {
        Bad bad = new Bad(task.path(), task.label() + " failed: " + reason, repeat(task));
        count++;
        if (kept.size() < KEPT) {
            kept.add(bad);
        }
        if (count > plan.spec().maxBad()) {
            throw new RunFailure(
                    bad.reason()
                            + (plan.spec().maxBad() > 0
                                    ? "\nThat is one more than maxBad, which is "
                                            + plan.spec().maxBad()
                                    : "")
                            + "\nTo repeat it:\n"
                            + bad.repeat());
        }
    }

    private String repeat(MapTask task) {
        JobSpec spec = plan.spec();
        StringBuilder text = new StringBuilder();
        String command = String.join(" ", spec.command().stream().map(BadInputs::quoted).toList());
        StringBuilder env = new StringBuilder();
        boolean docker = program.id().startsWith("sha256:");
        spec.env()
                .forEach(
                        (name, value) ->
                                env.append(docker ? "-e " : "")
                                        .append(quoted(name + "=" + value))
                                        .append(' '));
        text.append("  ")
                .append(
                        docker
                                ? "docker run --rm -p 127.0.0.1:8080:8080 -e PORT=8080 "
                                        + env
                                        + program.id()
                                : "env PORT=8080 " + env)
                .append(command.isEmpty() ? "" : docker ? " " + command : command)
                .append("\n  curl -s ");
        String range =
                task.whole()
                        ? ""
                        : "-r "
                                + task.piece().offset()
                                + "-"
                                + (task.piece().offset() + task.piece().length() - 1)
                                + " ";
        String encoded = pfs.jobs.worker.PercentEncoding.encode(task.path());
        text.append(range)
                .append("'http://localhost:7370/repos/")
                .append(plan.inputRepo())
                .append("/pfs/")
                .append(encoded)
                .append("?commit=")
                .append(plan.input().id())
                .append("' | curl -i --data-binary @- ");
        if (spec.path()) {
            text.append("-H 'Pfs-Path: ").append(encoded).append("' ");
        }
        return text.append("http://localhost:8080/map").toString();
    }

    private static String quoted(@Nullable String word) {
        String text = String.valueOf(word);
        return text.matches("[A-Za-z0-9_./:=@%+,-]+")
                ? text
                : "'" + text.replace("'", "'\\''") + "'";
    }

    public synchronized long count() {
        return count;
    }

    /** The first thousand. */
    public synchronized List<Bad> list() {
        return List.copyOf(kept);
    }
}
