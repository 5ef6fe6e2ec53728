package pfs.repo;

import java.util.List;
import java.util.function.Function;
import pfs.object.ObjectId;
import pfs.tree.DirectoryEntry;
import pfs.tree.TreeMerge;

/** Merges the trees of commits. Thread-safe. */
final class Merging {
    /** How deep bases of bases are merged before one of them is taken as it is. */
    private static final int MAX_DEPTH = 8;

    private final Folder folder;
    private final Commits commits;
    private final MergeBases bases;
    private final Hollow hollow;

    Merging(Folder folder, Commits commits, Hollow hollow) {
        this.folder = folder;
        this.commits = commits;
        this.hollow = hollow;
        this.bases = new MergeBases(commits);
    }

    MergeBases bases() {
        return bases;
    }

    /**
     * A merged tree.
     *
     * @param conflicts if there are any, the tree means nothing
     */
    record Result(DirectoryEntry root, List<TreeMerge.Conflict> conflicts) {}

    Result merge(
            DirectoryEntry base,
            DirectoryEntry ours,
            DirectoryEntry theirs,
            Function<String, TreeMerge.Choice> choices) {
        TreeMerge merge = new TreeMerge(folder.trees(), base, ours, theirs, choices);
        DirectoryEntry root = Folder.root(folder.editor().apply(ours, merge));
        return new Result(root, merge.conflicts());
    }

    /**
     * The tree that two commits are merged against: their best common ancestor's, or nothing. Where
     * histories have crossed there is more than one; these are merged first, as git's recursive
     * strategy does, and where they conflict the path is as in their own base.
     */
    DirectoryEntry base(Commit one, Commit other) {
        return base(bases.of(one, other), 0);
    }

    private DirectoryEntry base(List<Commit> best, int depth) {
        if (best.isEmpty()) {
            return folder.empty();
        }
        Commit first = best.getFirst();
        best.forEach(commit -> hollow.refuse(commit.id()));
        DirectoryEntry root = first.root();
        if (depth == MAX_DEPTH) {
            return root;
        }
        for (Commit next : best.subList(1, best.size())) {
            DirectoryEntry below = base(bases.of(first, next), depth + 1);
            root = merge(below, root, next.root(), _ -> TreeMerge.Choice.BASE).root();
        }
        return root;
    }

    /** The tree before a commit: its first parent's, or nothing. */
    DirectoryEntry before(Commit commit) {
        List<ObjectId> parents = commit.parents();
        if (parents.isEmpty()) {
            return folder.empty();
        }
        hollow.refuse(parents.getFirst());
        return commits.read(parents.getFirst()).root();
    }
}
