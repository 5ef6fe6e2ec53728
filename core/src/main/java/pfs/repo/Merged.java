package pfs.repo;

import java.util.List;

/** What came of a merge, a revert or a cherry-pick. */
public sealed interface Merged {
    /**
     * The branch's head now.
     *
     * @param created false when the branch had it all already
     */
    record Done(Commit commit, boolean created) implements Merged {}

    /** Both sides changed these paths, each in its way; nothing has changed. In path order. */
    record Conflicts(List<String> paths) implements Merged {
        public Conflicts {
            paths = List.copyOf(paths);
        }
    }
}
