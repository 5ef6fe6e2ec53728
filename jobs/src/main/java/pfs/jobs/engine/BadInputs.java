package pfs.jobs.engine;

import java.util.ArrayList;
import java.util.List;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.spec.JobSpec;
import pfs.jobs.worker.PercentEncoding;

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
        String range =
                task.whole()
                        ? ""
                        : "-r "
                                + task.piece().offset()
                                + "-"
                                + (task.piece().offset() + task.piece().length() - 1)
                                + " ";
        String path = PercentEncoding.encode(task.path());
        return "  "
                + startOfWorker()
                + "\n  curl -s "
                + range
                + "'http://localhost:7370/repos/"
                + plan.inputRepo()
                + "/pfs/"
                + path
                + "?commit="
                + plan.input().id()
                + "' | curl -i --data-binary @- "
                + (plan.spec().path() ? "-H 'Pfs-Path: " + path + "' " : "")
                + "http://localhost:8080/map";
    }

    private String startOfWorker() {
        JobSpec spec = plan.spec();
        boolean docker = program.id().startsWith("sha256:");
        StringBuilder text =
                new StringBuilder(
                        docker
                                ? "docker run --rm -p 127.0.0.1:8080:8080 -e PORT=8080"
                                : "env PORT=8080");
        spec.env()
                .forEach(
                        (name, value) ->
                                text.append(docker ? " -e " : " ")
                                        .append(quoted(name + "=" + value)));
        if (docker) {
            text.append(' ').append(program.id());
        }
        spec.command().forEach(word -> text.append(' ').append(quoted(word)));
        return text.toString();
    }

    private static String quoted(String text) {
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
