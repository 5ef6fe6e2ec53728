package pfs.server.view;

import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.repo.Commit;
import pfs.repo.Once;
import pfs.repo.Repo;
import pfs.repo.Repos;
import pfs.repo.Snapshot;
import pfs.server.http.Exchange;
import pfs.server.http.Refusal;
import pfs.tree.TreePath;

/** What a request looks at: its repo, branch, commit and path. Thread-safe. */
public final class Views {
    private final Repos repos;

    public Views(Repos repos) {
        this.repos = repos;
    }

    /** The repo of the request's path; 404 if there is none. */
    public Repo repo(Exchange exchange) {
        String name = exchange.repo();
        return repos.find(name)
                .orElseThrow(
                        () ->
                                new PfsException(
                                        ErrorCode.NO_SUCH_REPO,
                                        "there is no repo '"
                                                + name
                                                + "'; PUT /repos/"
                                                + name
                                                + " makes it",
                                        name));
    }

    /** The repo for a change, which is made once if the request has an Idempotency-Key. */
    public Repo repoToChange(Exchange exchange) {
        Once once = IdempotencyKey.of(exchange);
        Repo repo = repo(exchange);
        return once == null ? repo : repo.once(once);
    }

    /** True if the request is to be done once however often it comes. */
    public static boolean isOnce(Exchange exchange) {
        return IdempotencyKey.isIn(exchange);
    }

    /** The repo if it is in memory; null says nothing. Never waits. */
    public @Nullable Repo repoInMemory(Exchange exchange) {
        return repos.inMemory(exchange.repo());
    }

    /** {@code ?branch=}, or master. */
    public String branch(Exchange exchange) {
        return exchange.query().get("branch", Repo.DEFAULT_BRANCH);
    }

    /** {@code ?branch=} for a write: not a run's branch. */
    public String writableBranch(Exchange exchange) {
        if (exchange.query().find("commit") != null) {
            throw Refusal.invalid("a commit never changes: leave commit= out of a write");
        }
        return branchToWrite(exchange);
    }

    /** As {@link #writableBranch}, where {@code commit=} names a source. */
    public String branchToWrite(Exchange exchange) {
        String branch = branch(exchange);
        if (branch.startsWith("jobs/")) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE,
                    "branch '" + branch + "' is written by runs only",
                    branch);
        }
        return branch;
    }

    /** The commit of {@code ?commit=} if it is given, else the branch as it stands. */
    public Snapshot snapshot(Exchange exchange) {
        Repo repo = repo(exchange);
        Commit commit = commit(exchange, repo);
        return commit == null ? repo.snapshot(branch(exchange)) : repo.snapshot(commit);
    }

    /** The commit of {@code ?commit=}; null if it is not given. */
    public @Nullable Commit commit(Exchange exchange, Repo repo) {
        String expression = exchange.query().find("commit");
        return expression == null ? null : repo.resolve(expression, branch(exchange));
    }

    /** Checks the path of a file or directory in a URL: 400, or 414 for one too long. */
    public static String path(String path) {
        try {
            return TreePath.verify(path);
        } catch (PfsException e) {
            if (e.code() == ErrorCode.OVER_LIMIT) {
                throw new Refusal(414, "Path too long", String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    /**
     * A path of a query's field, which may begin and end with a slash: without them. The root is
     * "".
     */
    public static String field(String value) {
        int start = value.startsWith("/") ? 1 : 0;
        int end =
                value.endsWith("/") && value.length() > start ? value.length() - 1 : value.length();
        String path = value.substring(start, end);
        return path.isEmpty() ? path : path(path);
    }
}
