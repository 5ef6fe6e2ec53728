package pfs.repo;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.object.ObjectId;
import pfs.tree.FileEntry;

/** DRAFT of the facade; the lead replaces the bodies. */
public final class Repo {
    public static final String DEFAULT_BRANCH = "master";

    private static UnsupportedOperationException draft() {
        return new UnsupportedOperationException("draft");
    }

    public String name() {
        throw draft();
    }

    // ---- reading

    /** The branch as it stands, uncommitted changes included. NO_SUCH_REF. */
    public Snapshot snapshot(String branch) {
        throw draft();
    }

    public Snapshot snapshot(Commit commit) {
        throw draft();
    }

    /** The commit that an expression names (all of SURFACE's grammar; numbers count on branch). */
    public Commit resolve(String expression, String branch) {
        throw draft();
    }

    /** The head of a branch; empty for a branch without commits. NO_SUCH_REF. */
    public Optional<Commit> head(String branch) {
        throw draft();
    }

    /**
     * Newest first: the commit and its ancestors in order of generation and time; with a path only
     * those that changed it.
     */
    public Iterator<Commit> log(Commit from, @Nullable String path) {
        throw draft();
    }

    /** Uncommitted changes against the head. */
    public Iterator<Difference> status(String branch) {
        throw draft();
    }

    public Iterator<Difference> diff(Snapshot from, Snapshot to, String path, boolean renames) {
        throw draft();
    }

    // ---- writing: each returns when it is durable and visible

    /**
     * Puts a file whose content was stored by a ContentWriter. EXISTS, IS_A_DIRECTORY,
     * NOT_A_DIRECTORY, PRECONDITION_FAILED.
     */
    public Written put(String branch, String path, FileEntry entry, Precondition precondition) {
        throw draft();
    }

    /** NO_SUCH_PATH; NOT_EMPTY for a directory unless recursive. */
    public void delete(String branch, String path, boolean recursive, Precondition precondition) {
        throw draft();
    }

    /** True if it was made, false if it was there. */
    public boolean makeDirectory(String branch, String path) {
        throw draft();
    }

    /** The file's bytes followed by tail's; a missing file is made. */
    public Written append(
            String branch,
            String path,
            Content tail,
            FileEntry template,
            Precondition precondition) {
        throw draft();
    }

    /**
     * source null: from the branch as it stands. EXISTS, NO_SUCH_PATH, IMPOSSIBLE (into itself).
     */
    public void copy(String branch, String from, @Nullable Commit source, String to) {
        throw draft();
    }

    public void move(String branch, String from, String to) {
        throw draft();
    }

    /** Many files at once, visible at finish, all or nothing. */
    public Unpacking unpack(String branch, String directory) {
        throw draft();
    }

    /** Collects a tree of files. Not thread-safe. Closing without finish drops it. */
    public interface Unpacking extends AutoCloseable {
        void file(String path, FileEntry entry);

        void directory(String path);

        void finish();

        @Override
        void close();
    }

    // ---- history

    public Committed commit(String branch, CommitRequest request) {
        throw draft();
    }

    /** Drops uncommitted changes, of one path (file or directory) or all. */
    public void reset(String branch, @Nullable String path) {
        throw draft();
    }

    /**
     * Commits a tree made elsewhere (a run's output) onto a branch, which appears if it is not
     * there.
     */
    public Committed publish(String branch, ObjectId tree, CommitRequest request) {
        throw draft();
    }

    public List<String> branches(String after, int limit) {
        throw draft();
    }

    /** EXISTS, INVALID_NAME. */
    public void createBranch(String name, Commit at) {
        throw draft();
    }

    public void deleteBranch(String name) {
        throw draft();
    }

    /** Moves (or makes) a branch; uncommitted changes must not be there (NOT_EMPTY). */
    public void moveBranch(String name, Commit to, @Nullable ObjectId expectedHead) {
        throw draft();
    }

    public List<String> tags(String after, int limit) {
        throw draft();
    }

    /** NO_SUCH_REF. */
    public Commit tag(String name) {
        throw draft();
    }

    public void createTag(String name, Commit at) {
        throw draft();
    }

    public void deleteTag(String name) {
        throw draft();
    }
}
