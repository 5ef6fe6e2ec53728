package pfs.cli.jobs;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.api.PathEncoding;
import pfs.cli.session.Session;
import pfs.client.PfsClient;
import pfs.client.Query;
import pfs.client.http.Response;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "run", description = "Run a job on a commit; prints the run's id.")
public final class RunCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Option(
            names = {"-w", "--wait"},
            description = "Wait until it is done; exit code 1 if it failed.")
    boolean wait;

    @Option(
            names = {"-c", "--commit"},
            paramLabel = "REF",
            description = "The input (default: the head of the job's branch).")
    @Nullable String commit;

    @Parameters(index = "0", arity = "1", paramLabel = "JOB", description = "The job.")
    String job = "";

    @Override
    public Integer call() throws IOException {
        Session session = Objects.requireNonNull(parent);
        PfsClient client = session.client();
        Query query = Query.NONE.and("job", job).and("commit", commit);
        if (!wait) {
            return session.show(client.request("POST", "/run", query));
        }
        String id;
        try (Response response =
                client.send(client.request("POST", "/run", query).with("Accept", "text/plain"))) {
            id = response.text().strip();
        }
        String route = "/runs/" + PathEncoding.encodeSegment(id);
        RunEvent end = follow(client, route);
        if (session.json()) {
            session.show(client.request("GET", route, Query.NONE));
        } else {
            session.out().line(id);
        }
        if (end.text("state").equals("succeeded")) {
            return 0;
        }
        String why = end.text("error");
        System.err.println(
                "pfs: run " + id + " " + end.text("state") + (why.isEmpty() ? "" : ": " + why));
        return 1;
    }

    /** Reads the run's events to its end, and draws them on a terminal. */
    private static RunEvent follow(PfsClient client, String route) throws IOException {
        RunBars bars = Boolean.getBoolean("pfs.terminal") ? new RunBars(System.err) : null;
        try (Response response =
                        client.await(
                                client.request("GET", route, Query.NONE.flag("follow", true)));
                BufferedReader lines =
                        new BufferedReader(
                                new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("data: ")) {
                    continue;
                }
                RunEvent run = RunEvent.parse(line.substring("data: ".length()));
                if (bars != null) {
                    bars.draw(run);
                }
                if (run.ended()) {
                    return run;
                }
            }
        } finally {
            if (bars != null) {
                bars.clear();
            }
        }
        throw new IOException("the server ended before the run; it goes on when it is back");
    }
}
