package pfs.repo;

import pfs.tree.DirectoryEntry;
import pfs.tree.Edit;

/**
 * What the journal says of an operation that was accepted: enough to do it again without checks.
 */
sealed interface Journaled {
    /** One edit at a key. */
    record Edited(String key, Edit edit) implements Journaled {}

    /** The work tree is this one, and no edits are left. */
    record Replaced(DirectoryEntry work) implements Journaled {}

    /** A change was made for an idempotency key; beside it in the record, and no change itself. */
    record Answered(Answer answer) implements Journaled {}
}
