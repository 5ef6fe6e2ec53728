package pfs.repo;

import java.util.HashMap;
import java.util.Map;
import pfs.journal.Journal;
import pfs.meta.MetaStore;

/**
 * Takes up the writes that the journal has and the metadata do not: each record is applied again,
 * without checks, to the branches whose work tree has not seen it.
 */
final class Recovery {
    private final Journal journal;
    private final MetaStore meta;
    private final Branches branches;
    private final WriteQueue queue;
    private final Answers answers;

    Recovery(
            Journal journal, MetaStore meta, Branches branches, WriteQueue queue, Answers answers) {
        this.journal = journal;
        this.meta = meta;
        this.branches = branches;
        this.queue = queue;
        this.answers = answers;
    }

    /** Where the journal begins that the metadata do not have. */
    long from() {
        return meta.get(RefKeys.JOURNAL).map(v -> RefKeys.u64(v.value().array())).orElse(0L);
    }

    /** Takes up all from a position on; answers how many records were read. */
    int replay(long from) {
        int[] records = {0};
        journal.replay(
                from,
                (position, payload) -> {
                    records[0]++;
                    apply(position, payload);
                });
        return records[0];
    }

    private void apply(long position, byte[] payload) {
        Map<Branch, View> views = new HashMap<>();
        for (JournalFormat.Change change : JournalFormat.decode(payload)) {
            if (change.journaled() instanceof Journaled.Answered(Answer answer)) {
                answers.journaled(answer);
                continue;
            }
            Branch branch = branches.findOrMake(change.branch());
            if (branch.exists() && position > branch.state().position()) {
                views.put(
                        branch,
                        views.getOrDefault(branch, branch.state().view()).with(change.journaled()));
            }
        }
        views.forEach((branch, view) -> install(branch, view, position));
    }

    private void install(Branch branch, View view, long position) {
        View bounded = view.edits().size() < Staging.MAX_EDITS ? view : view.folded();
        queue.install(
                branch,
                state ->
                        new BranchState(
                                state.head(), bounded, position, state.version(), state.folded()));
    }
}
