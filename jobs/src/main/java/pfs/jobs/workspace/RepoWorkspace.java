package pfs.jobs.workspace;

import java.util.Iterator;
import java.util.Optional;
import pfs.chunk.ContentReader;
import pfs.chunk.ContentWriter;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.repo.Commit;
import pfs.repo.CommitRequest;
import pfs.repo.Committed;
import pfs.repo.Lease;
import pfs.repo.Repo;
import pfs.repo.Repos;
import pfs.repo.Snapshot;
import pfs.tree.DirectoryEntry;
import pfs.tree.TreeAssembler;

/** The repos of this server as a workspace. */
public final class RepoWorkspace implements Workspace {
    private static final long TREE_BYTES = 8L << 20;

    private final Repos repos;

    public RepoWorkspace(Repos repos) {
        this.repos = repos;
    }

    private Repo repo(String name) {
        return repos.find(name)
                .orElseThrow(
                        () ->
                                new PfsException(
                                        ErrorCode.NO_SUCH_REPO,
                                        "there is no repo '" + name + "'",
                                        name));
    }

    @Override
    public boolean shared() {
        return repos.shared();
    }

    @Override
    public Lease lease() {
        return repos.lease();
    }

    @Override
    public ContentReader contents() {
        return repos.contents();
    }

    @Override
    public ContentWriter newContent() {
        return repos.newContent();
    }

    @Override
    public void flush() {
        repos.flush();
    }

    @Override
    public void requireRepo(String repo) {
        repo(repo);
    }

    @Override
    public Optional<Commit> head(String repo, String branch) {
        try {
            return repo(repo).head(branch);
        } catch (PfsException e) {
            if (e.code() == ErrorCode.NO_SUCH_REF) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public Commit resolve(String repo, String expression, String branch) {
        return repo(repo).resolve(expression, branch);
    }

    @Override
    public Snapshot snapshot(String repo, Commit commit) {
        return repo(repo).snapshot(commit);
    }

    @Override
    public DirectoryEntry tree(Iterator<File> files) {
        TreeAssembler tree = new TreeAssembler(repos.editor(), TREE_BYTES);
        while (files.hasNext()) {
            File file = files.next();
            tree.file(file.path(), file.entry());
        }
        return tree.finish();
    }

    @Override
    public Committed publish(
            String repo, String branch, DirectoryEntry tree, CommitRequest request) {
        return repo(repo).publish(branch, tree, request);
    }
}
