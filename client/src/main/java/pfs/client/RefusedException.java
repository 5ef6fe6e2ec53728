package pfs.client;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import pfs.api.Problem;
import pfs.client.http.Response;

/** The server answered, and the answer is no. The message is its own, fit to be shown. */
public final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 500;

    private final transient Problem problem;

    public RefusedException(Problem problem) {
        super(problem.detail());
        this.problem = problem;
    }

    /** Reads the problem that the answer carries, whatever form it has. */
    static RefusedException of(Response response) throws IOException {
        String text = response.text();
        @Nullable Problem problem = Problem.parse(text);
        if (problem == null || problem.detail().isEmpty()) {
            String line = text.strip().lines().findFirst().orElse("");
            String detail = line.length() > LONGEST ? line.substring(0, LONGEST) : line;
            problem =
                    new Problem(
                            "about:blank",
                            "",
                            response.status(),
                            detail.isEmpty() ? "the server answered " + response.status() : detail,
                            java.util.Map.of());
        }
        return new RefusedException(
                new Problem(
                        problem.type(),
                        problem.title(),
                        response.status(),
                        problem.detail(),
                        problem.members()));
    }

    public int status() {
        return problem.status();
    }

    public Problem problem() {
        return problem;
    }
}
