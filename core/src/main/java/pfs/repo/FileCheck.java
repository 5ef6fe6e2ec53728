package pfs.repo;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.chunk.ManifestReferences;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.journal.PackAudit;
import pfs.meta.Key;
import pfs.meta.MetaStore;
import pfs.object.IdSet;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.object.ObjectSource;
import pfs.pack.IndexEntry;
import pfs.pack.Place;
import pfs.tree.DirectoryEntry;
import pfs.tree.Edit;
import pfs.tree.TreeReferences;

/**
 * Follows all refs down to the chunks, and names what is missing or damaged by the file that it
 * belongs to and the commit that has it. What was found whole is not looked at again, so the work
 * is that of reading each tree and manifest once. One thread.
 */
final class FileCheck {
    private static final int PAGE = 1000;

    /** Findings that are told apart; a damage in each of a million commits is named once. */
    private static final int MOST_NAMED = 100_000;

    private final Store store;
    private final PackAudit audit;
    private final IdSet intact;
    private final IdSet clean;
    private final Fsck fsck;
    private final ObjectSource copy;
    private final Set<String> named = new HashSet<>();
    private long commits;

    FileCheck(
            Store store, PackAudit audit, IdSet intact, IdSet clean, Fsck fsck, ObjectSource copy) {
        this.store = store;
        this.audit = audit;
        this.intact = intact;
        this.clean = clean;
        this.fsck = fsck;
        this.copy = copy;
    }

    long commits() {
        return commits;
    }

    void run() {
        for (MetaStore.Pair repo : pages(RefKeys.REPOS)) {
            String name = repo.key().text().substring(RefKeys.REPOS.text().length());
            checkRepo(name, RefKeys.u64(repo.value().value().array()));
        }
    }

    private Iterable<MetaStore.Pair> pages(Key prefix) {
        java.util.ArrayList<MetaStore.Pair> all = new java.util.ArrayList<>();
        Key after = prefix;
        for (List<MetaStore.Pair> page = store.meta().scan(prefix, after, PAGE);
                !page.isEmpty();
                page = store.meta().scan(prefix, after, PAGE)) {
            all.addAll(page);
            after = page.getLast().key();
        }
        return all;
    }

    private void checkRepo(String name, long repo) {
        int prefix = RefKeys.branches(repo).text().length();
        for (MetaStore.Pair pair : pages(RefKeys.branches(repo))) {
            String branch = pair.key().text().substring(prefix);
            String where = "repo " + name + " branch " + branch;
            try {
                BranchRecord record = BranchRecord.decode(branch, pair.value().value());
                if (record.head() != null) {
                    history(record.head(), name);
                }
                directory(record.work().tree(), "", where + ", uncommitted");
            } catch (PfsException e) {
                refuseWithoutPeer(e);
                fsck.found("a branch: " + e.getMessage(), where, false);
            }
        }
        for (MetaStore.Pair pair : pages(RefKeys.tags(repo))) {
            history(ObjectId.decode(pair.value().value().array(), 0), name);
        }
        for (MetaStore.Pair pair : pages(RefKeys.allMoves(repo))) {
            history(ObjectId.decode(pair.value().value().array(), 0), name);
        }
        for (Branch branch : store.branches().loaded()) {
            if (branch.id().repo() == repo) {
                shown(branch, "repo " + name + " branch " + branch.id().branch() + ", uncommitted");
            }
        }
    }

    private void shown(Branch branch, String where) {
        View view = branch.state().view();
        directory(view.work().tree(), "", where);
        for (Map.Entry<String, Edit> edit : view.edits().all()) {
            switch (edit.getValue()) {
                case Edit.PutFile(var file) -> file(file.content(), edit.getKey(), where);
                case Edit.Graft(DirectoryEntry graft) ->
                        directory(graft.tree(), edit.getKey(), where);
                case Edit.DeleteFile _, Edit.DeleteDirectory _, Edit.MakeDirectory _ -> {}
            }
        }
    }

    private void history(ObjectId head, String repo) {
        Deque<ObjectId> left = new ArrayDeque<>();
        left.push(head);
        for (ObjectId id = left.poll(); id != null; id = left.poll()) {
            if (!clean.add(id)) {
                continue;
            }
            commits++;
            String where = "repo " + repo + " commit " + id;
            if (!whole(ObjectKind.COMMIT, id, where)) {
                continue;
            }
            Commit commit = CommitFormat.decode(id, store.journal().read(id, ObjectKind.COMMIT));
            if (!store.hollow().contains(id)) {
                directory(commit.root().tree(), "", where);
            }
            commit.parents().forEach(left::push);
        }
    }

    /** True if the directory, and all below it, is whole. */
    private boolean directory(ObjectId tree, String prefix, String where) {
        if (clean.contains(tree)) {
            return true;
        }
        if (!whole(ObjectKind.TREE, tree, where + " directory /" + prefix)) {
            return false;
        }
        Directory directory = new Directory(prefix, where);
        try {
            TreeReferences.visit(store.journal(), tree, directory);
        } catch (PfsException e) {
            refuseWithoutPeer(e);
            name("tree " + tree + ": " + e.getMessage(), where + " directory /" + prefix, false);
            return false;
        }
        if (directory.clean) {
            clean.add(tree);
        }
        return directory.clean;
    }

    private final class Directory implements TreeReferences.Visitor {
        private final String prefix;
        private final String where;
        private boolean clean = true;
        private @Nullable ObjectId named;

        Directory(String prefix, String where) {
            this.prefix = prefix;
            this.where = where;
        }

        @Override
        public void directory(String name, ObjectId tree) {
            // What follows, the same tree as a node, is checked here already, by its name.
            named = tree;
            clean &= FileCheck.this.directory(tree, prefix + name, where);
        }

        @Override
        public void node(ObjectId tree) {
            if (named == null || !tree.equals(named)) {
                clean &= FileCheck.this.directory(tree, prefix, where);
            }
            named = null;
        }

        @Override
        public void file(String name, Content content) {
            clean &= FileCheck.this.file(content, prefix + name, where);
        }
    }

    private boolean file(Content content, String path, String where) {
        return part(content.id(), content.depth(), content.size(), where + " file /" + path);
    }

    private boolean part(ObjectId id, int depth, long size, String where) {
        if (depth == 0) {
            return whole(ObjectKind.CHUNK, id, where);
        }
        if (clean.contains(id)) {
            return true;
        }
        if (!whole(ObjectKind.MANIFEST, id, where)) {
            return false;
        }
        boolean[] all = {true};
        try {
            ManifestReferences.visit(
                    store.journal(),
                    id,
                    depth,
                    size,
                    (child, below, bytes) -> all[0] &= part(child, below, bytes, where));
        } catch (PfsException e) {
            refuseWithoutPeer(e);
            name("manifest " + id + ": " + e.getMessage(), where, false);
            return false;
        }
        if (all[0]) {
            clean.add(id);
        }
        return all[0];
    }

    /** True if the object can be read, be it that it was mended. */
    private boolean whole(ObjectKind kind, ObjectId id, String where) {
        Optional<Place> place = audit.place(id);
        if (place.isPresent() && (intact.contains(id) || canBeRead(kind, id))) {
            return true;
        }
        String what = kind.toString().toLowerCase(java.util.Locale.ROOT) + " " + id;
        boolean again = fsck.mends() && mend(kind, id);
        if (again) {
            intact.add(id);
        }
        name(what + (place.isPresent() ? " is damaged" : " is missing"), where, again);
        return again;
    }

    private boolean canBeRead(ObjectKind kind, ObjectId id) {
        try {
            return ObjectId.of(store.journal().read(id, kind)).equals(id);
        } catch (PfsException e) {
            return false;
        }
    }

    private boolean mend(ObjectKind kind, ObjectId id) {
        Optional<IndexEntry> other = fsck.spare(id);
        if (other.isPresent()) {
            audit.index(List.of(other.get()));
            return canBeRead(kind, id);
        }
        Optional<byte[]> bytes = copy.fetch(id).filter(b -> ObjectId.of(b).equals(id));
        bytes.ifPresent(b -> audit.store(kind, id, b));
        return bytes.isPresent();
    }

    /** That the other copy does not answer is no damage here. */
    private static void refuseWithoutPeer(PfsException e) {
        if (e.code() == ErrorCode.PEER_FAILED) {
            throw e;
        }
    }

    /** Says it once, by the first commit that has it. */
    private void name(String what, String where, boolean isMended) {
        String path = where.substring(Math.max(0, where.indexOf('/')));
        if (named.size() < MOST_NAMED && named.add(what + path)) {
            fsck.found(what, where, isMended);
        }
    }
}
