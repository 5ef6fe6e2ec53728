package pfs.repo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.Key;
import pfs.meta.MetaLimits;
import pfs.meta.MetaStore;
import pfs.object.ObjectId;
import pfs.tree.DirectoryEntry;
import pfs.tree.Edit;

/** All that the refs, and the branches as they stand, reach: where marking begins. */
final class RootSearch {
    private static final int PAGE = 1000;

    /** Commits forgotten at once: three changes and a condition each. */
    private static final int FORGOTTEN = MetaLimits.USUAL_BATCH / 4;

    private final Store store;

    RootSearch(Store store) {
        this.store = store;
    }

    /** What is shown of the branches in use at this moment. */
    List<View> shown() {
        List<View> views = new ArrayList<>();
        store.branches().loaded().forEach(branch -> views.add(branch.state().view()));
        return views;
    }

    /** Marks what these views show, and what the metadata name. */
    void visit(Marking marking, List<View> views) {
        Retaining rules = new Retaining(store, marking);
        marking.tree(store.folder().empty().tree());
        for (View view : views) {
            visit(marking, view);
        }
        for (Branch branch : store.branches().loaded()) {
            @Nullable Commit head = branch.state().head();
            if (head != null) {
                rules.head(branch.id(), head.id());
            }
        }
        each(RefKeys.ALL_BRANCHES, pair -> visitBranch(marking, rules, pair));
        each(RefKeys.ALL_TAGS, pair -> marking.commit(id(pair)));
        each(
                RefKeys.MOVES,
                pair ->
                        rules.earlier(
                                RefKeys.branchOfMove(pair.key()),
                                id(pair),
                                RefKeys.timeOfMove(pair.key())));
    }

    private static void visit(Marking marking, View view) {
        marking.tree(view.work().tree());
        @Nullable DirectoryEntry folded = view.foldedOrNull();
        if (folded != null) {
            marking.tree(folded.tree());
        }
        for (Map.Entry<String, Edit> edit : view.edits().all()) {
            switch (edit.getValue()) {
                case Edit.PutFile(var file) -> marking.content(file.content());
                case Edit.Graft(var directory) -> marking.tree(directory.tree());
                case Edit.DeleteFile _, Edit.DeleteDirectory _, Edit.MakeDirectory _ -> {}
            }
        }
    }

    private static void visitBranch(Marking marking, Retaining rules, MetaStore.Pair pair) {
        BranchRecord record = BranchRecord.decode(pair.key().text(), pair.value().value());
        @Nullable ObjectId head = record.head();
        if (head != null) {
            rules.head(RefKeys.branchOf(pair.key()), head);
        }
        marking.tree(record.work().tree());
    }

    private static ObjectId id(MetaStore.Pair pair) {
        return ObjectId.decode(pair.value().value().array(), 0);
    }

    private void each(Key prefix, Consumer<MetaStore.Pair> visitor) {
        Key after = prefix;
        for (List<MetaStore.Pair> page = store.meta().scan(prefix, after, PAGE);
                !page.isEmpty();
                page = store.meta().scan(prefix, after, PAGE)) {
            page.forEach(visitor);
            after = page.getLast().key();
        }
    }

    /**
     * Takes the commits that do not stay out of the metadata: they are no repo's any more. Those
     * that stay without their files are written down as such.
     */
    void forgetCommits(Marking marking) {
        List<MetaStore.Pair> gone = new ArrayList<>();
        List<ObjectId> emptied = new ArrayList<>();
        each(
                RefKeys.ALL_COMMITS,
                pair -> {
                    ObjectId id = commitOf(pair);
                    boolean stays = store.leases().naming().stays(id);
                    if (!stays && !marking.isCommit(id)) {
                        gone.add(pair);
                    } else if (!stays && !store.hollow().contains(id)) {
                        emptied.add(id);
                    }
                    if (gone.size() + emptied.size() >= FORGOTTEN) {
                        empty(emptied);
                        emptied.clear();
                        forget(gone);
                        gone.clear();
                    }
                });
        empty(emptied);
        forget(gone);
    }

    /** Commits go without files, unless they came again meanwhile, with them. */
    private void empty(List<ObjectId> commits) {
        store.hollow().add(commits, store.leases().naming()::stays);
    }

    /** Writes down that packs are about to be swept, for those whose index is another's. */
    void sweeping() {
        long before =
                store.meta()
                        .get(RefKeys.SWEEPS)
                        .map(v -> RefKeys.u64(v.value().array()))
                        .orElse(0L);
        store.meta().commit(new Batch().put(RefKeys.SWEEPS, Bytes.of(RefKeys.u64(before + 1))));
    }

    /**
     * Writes down that all is done.
     *
     * @param millis when, since 1970
     */
    void collected(long millis) {
        store.meta().commit(new Batch().put(RefKeys.COLLECTED, Bytes.of(RefKeys.u64(millis))));
    }

    private static ObjectId commitOf(MetaStore.Pair pair) {
        byte[] key = pair.key().array();
        return ObjectId.decode(key, key.length - ObjectId.BYTES);
    }

    private void forget(List<MetaStore.Pair> gone) {
        Batch all = new Batch();
        gone.forEach(pair -> add(all, pair));
        if (!gone.isEmpty() && !store.meta().commit(all)) {
            // One of them was made again meanwhile.
            for (MetaStore.Pair pair : gone) {
                Batch one = new Batch();
                add(one, pair);
                store.meta().commit(one);
            }
        }
    }

    private static void add(Batch batch, MetaStore.Pair pair) {
        long repo = RefKeys.repoOfCommit(pair.key());
        batch.require(pair.key(), pair.value().version())
                .delete(pair.key())
                .delete(RefKeys.hollow(commitOf(pair)))
                .delete(RefKeys.paths(repo, commitOf(pair)));
    }
}
