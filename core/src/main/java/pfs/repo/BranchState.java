package pfs.repo;

import org.jspecify.annotations.Nullable;

/**
 * All that is known of a branch at one moment. Immutable; only the {@link WriteQueue}'s thread
 * replaces it.
 *
 * @param head null before the first commit
 * @param view the files as they stand
 * @param position of the last journal record that the view has seen
 * @param version of the record in the metadata store; {@link pfs.meta.Batch#ABSENT} if there is
 *     none
 * @param folded the position that the record in the metadata store has seen
 */
record BranchState(@Nullable Commit head, View view, long position, long version, long folded) {
    /** True if a restart would have to replay the journal for this branch. */
    boolean dirty() {
        return position > folded;
    }
}
