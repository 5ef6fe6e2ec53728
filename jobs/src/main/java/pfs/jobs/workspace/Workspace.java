package pfs.jobs.workspace;

import java.util.Iterator;
import java.util.Optional;
import pfs.chunk.ContentReader;
import pfs.chunk.ContentWriter;
import pfs.repo.Commit;
import pfs.repo.CommitRequest;
import pfs.repo.Committed;
import pfs.repo.Lease;
import pfs.repo.Snapshot;
import pfs.tree.DirectoryEntry;
import pfs.tree.FileEntry;

/** What runs read and write: commits, files and bytes of repos. Thread-safe. */
public interface Workspace {
    /** Whether other servers may go on with what this one has stored. */
    boolean shared();

    /** Held while something is stored that is not named yet: garbage collection waits for it. */
    Lease lease();

    /** The bytes of stored files. */
    ContentReader contents();

    /** A writer for new bytes. */
    ContentWriter newContent();

    /** Returns when all that writers finished before is durable. */
    void flush();

    /** NO_SUCH_REPO. */
    void requireRepo(String repo);

    /** The head of a branch; empty when the branch is not there or has no commit. */
    Optional<Commit> head(String repo, String branch);

    /** The commit that an expression names; NO_SUCH_REF, NO_SUCH_REPO. */
    Commit resolve(String repo, String expression, String branch);

    Snapshot snapshot(String repo, Commit commit);

    /** Makes a tree of files. The files come in path order, each path once. */
    DirectoryEntry tree(Iterator<File> files);

    /** Commits a tree onto a branch, which appears if it is not there. */
    Committed publish(String repo, String branch, DirectoryEntry tree, CommitRequest request);

    /** A file at its path. */
    record File(String path, FileEntry entry) {}
}
