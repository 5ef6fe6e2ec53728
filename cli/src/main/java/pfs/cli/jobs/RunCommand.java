package pfs.cli.jobs;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.cli.session.Session;
import pfs.client.PfsClient;
import pfs.client.Query;
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
        return session.show(
                client.request(
                        "POST",
                        "/run",
                        Query.NONE.and("job", job).and("commit", commit).flag("wait", wait)));
    }
}
