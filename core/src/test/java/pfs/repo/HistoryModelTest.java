package pfs.repo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.tree.FileEntry;
import pfs.tree.TreeMerge;

/** Random histories against plain maps, and their merges against those of git. */
class HistoryModelTest {
    private static final int HISTORIES = Integer.getInteger("pfs.histories", 2_000);
    private static final int STEPS = 30;
    private static final String[] BRANCHES = {"master", "left", "right"};
    private static final String[] DIRECTORIES = {"d", "e", "f", "d/g"};
    private static final String[] NAMES = {"a", "b", "x", "é"};

    @TempDir Path directory;

    /** A merge that was asked for, by commits, and what came of it; null for conflicts. */
    record Asked(Commit ours, Commit theirs, int bases, TreeMap<String, String> result) {}

    @Test
    void historiesAreThoseOfPlainMapsAndMergesThoseOfGit() throws Exception {
        long seed = Long.getLong("pfs.seed", 20_261_122L);
        System.out.println("histories: seed " + seed);
        GitMerges git = GitMerges.open(directory);
        int merges = 0;
        int compared = 0;
        try (MemoryStore store = new MemoryStore()) {
            for (int h = 0; h < HISTORIES; h++) {
                store.repos().create("h" + h);
                Repo repo = store.repos().find("h" + h).orElseThrow();
                Run run = new Run(store, repo, new Random(seed + h));
                try {
                    run.begin();
                    for (int i = 0; i < STEPS; i++) {
                        run.step();
                    }
                    run.compare();
                    if (git != null && h % 20 == 0) {
                        compared += git.compare("h" + h, run.commits, run.trees, run.asked);
                    }
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError("seed " + (seed + h) + ": " + run.done, e);
                }
                merges += run.asked.size();
            }
        }
        System.out.println(merges + " merges, " + compared + " of them compared with git's");
        assertThat(merges).isGreaterThan(HISTORIES);
    }

    private static final class Run {
        final MemoryStore store;
        final Repo repo;
        final Random random;
        final Map<String, TreeMap<String, String>> work = new HashMap<>();
        final Map<String, Commit> heads = new HashMap<>();
        final Map<ObjectId, TreeMap<String, String>> trees = new HashMap<>();
        final Map<ObjectId, Commit> commits = new LinkedHashMap<>();
        final List<Asked> asked = new ArrayList<>();
        final List<String> done = new ArrayList<>();

        Run(MemoryStore store, Repo repo, Random random) {
            this.store = store;
            this.repo = repo;
            this.random = random;
            work.put("master", new TreeMap<>());
        }

        /** Three branches that begin with the same few files. */
        void begin() {
            for (int i = 0; i < 4; i++) {
                put("master");
            }
            commit("master");
            makeBranch("master");
            makeBranch("master");
        }

        void step() {
            List<String> there = new ArrayList<>(work.keySet());
            String branch = there.get(random.nextInt(there.size()));
            store.tick();
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> put(branch);
                case 3 -> delete(branch);
                case 4, 5 -> commit(branch);
                case 6 -> copy(branch);
                case 7, 8 -> merge(branch, there.get(random.nextInt(there.size())));
                default -> pick(branch);
            }
        }

        private String path() {
            String name = NAMES[random.nextInt(NAMES.length)];
            return random.nextInt(3) == 0
                    ? name
                    : DIRECTORIES[random.nextInt(DIRECTORIES.length)] + "/" + name;
        }

        private void put(String branch) {
            String path = path();
            String text = "text " + random.nextInt(6);
            done.add("put " + branch + " " + path + " " + text);
            repo.put(branch, path, store.file(text), Precondition.NONE);
            work.get(branch).put(path, text);
        }

        private void delete(String branch) {
            TreeMap<String, String> files = work.get(branch);
            if (files.isEmpty()) {
                return;
            }
            String path = new ArrayList<>(files.keySet()).get(random.nextInt(files.size()));
            done.add("delete " + branch + " " + path);
            repo.delete(branch, path, false, Precondition.NONE);
            files.remove(path);
        }

        private void commit(String branch) {
            TreeMap<String, String> files = work.get(branch);
            if (files.isEmpty() && heads.get(branch) == null) {
                return;
            }
            done.add("commit " + branch);
            known(branch, repo.commit(branch, request()).commit(), new TreeMap<>(files));
        }

        private static CommitRequest request() {
            return new CommitRequest("m", "a", Map.of(), null);
        }

        private void known(String branch, Commit commit, TreeMap<String, String> files) {
            heads.put(branch, commit);
            commits.put(commit.id(), commit);
            trees.put(commit.id(), files);
        }

        /** Copies or moves a directory within the branch, or copies one from another commit. */
        private void copy(String branch) {
            String from = DIRECTORIES[random.nextInt(3)];
            String to = "copy" + random.nextInt(2);
            TreeMap<String, String> files = work.get(branch);
            boolean move = random.nextBoolean();
            Commit source = move || commits.isEmpty() ? null : anyCommit();
            TreeMap<String, String> origin = source == null ? files : trees.get(source.id());
            TreeMap<String, String> below = new TreeMap<>(origin.subMap(from + "/", from + "0"));
            if (below.isEmpty() || !files.subMap(to + "/", to + "0").isEmpty()) {
                return;
            }
            done.add((move ? "move " : "copy ") + branch + " " + from + " " + to);
            if (move) {
                repo.move(branch, from, to);
                files.subMap(from + "/", from + "0").clear();
            } else {
                repo.copy(branch, from, source, to);
            }
            below.forEach((path, text) -> files.put(to + path.substring(from.length()), text));
        }

        private Commit anyCommit() {
            List<Commit> all = List.copyOf(commits.values());
            return all.get(random.nextInt(all.size()));
        }

        private void makeBranch(String from) {
            Commit head = heads.get(from);
            for (String branch : BRANCHES) {
                if (head != null && !work.containsKey(branch)) {
                    done.add("branch " + branch + " at " + from);
                    repo.createBranch(branch, head);
                    heads.put(branch, head);
                    work.put(branch, new TreeMap<>(trees.get(head.id())));
                    return;
                }
            }
        }

        private void merge(String into, String other) {
            if (random.nextInt(4) > 0) {
                commit(into);
                commit(other);
            }
            Commit ours = heads.get(into);
            Commit theirs = heads.get(other);
            if (ours == null || theirs == null || into.equals(other)) {
                return;
            }
            done.add("merge " + other + " into " + into);
            if (ancestors(ours).contains(theirs.id()) || ancestors(theirs).contains(ours.id())) {
                boolean behind = ancestors(theirs).contains(ours.id());
                Commit next = behind ? theirs : ours;
                change(
                        into,
                        trees.get(next.id()),
                        () -> history().merge(into, theirs, request(), NONE));
                return;
            }
            List<Commit> bases = bases(ours, theirs);
            assertThat(repo.history().mergeBases(ours, theirs)).isEqualTo(bases);
            TreeMap<String, String> merged =
                    merged(base(bases), trees.get(ours.id()), trees.get(theirs.id()), false);
            asked.add(new Asked(ours, theirs, bases.size(), merged));
            change(into, merged, () -> history().merge(into, theirs, request(), NONE));
        }

        private static final java.util.function.Function<String, TreeMerge.Choice> NONE =
                _ -> TreeMerge.Choice.NONE;

        private History history() {
            return repo.history();
        }

        private void pick(String branch) {
            Commit head = heads.get(branch);
            if (head == null) {
                return;
            }
            Commit commit = anyCommit();
            TreeMap<String, String> after = trees.get(commit.id());
            TreeMap<String, String> before =
                    commit.parents().isEmpty()
                            ? new TreeMap<>()
                            : trees.get(commit.parents().getFirst());
            boolean revert = random.nextBoolean();
            done.add((revert ? "revert " : "pick ") + branch + " " + commit.id());
            TreeMap<String, String> ours = trees.get(head.id());
            TreeMap<String, String> result =
                    revert
                            ? merged(after, ours, before, false)
                            : merged(before, ours, after, false);
            change(
                    branch,
                    result,
                    () ->
                            revert
                                    ? history().revert(branch, commit, request(), NONE)
                                    : history().cherryPick(branch, commit, request(), NONE));
        }

        /** Does it; the head then has this tree, or null: there were conflicts. */
        private void change(
                String branch,
                TreeMap<String, String> tree,
                java.util.function.Supplier<Merged> change) {
            TreeMap<String, String> before = trees.get(heads.get(branch).id());
            TreeMap<String, String> left = work.get(branch);
            boolean clean = left.equals(before);
            TreeMap<String, String> rebased =
                    tree == null ? null : clean ? tree : merged(before, tree, left, false);
            Merged merged;
            try {
                merged = change.get();
            } catch (PfsException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.MERGE_CONFLICT);
                assertThat(rebased).isNull();
                assertThat(tree).isNotNull();
                return;
            }
            switch (merged) {
                case Merged.Conflicts _ -> assertThat(tree).isNull();
                case Merged.Done(Commit commit, boolean created) -> {
                    assertThat(tree).isNotNull();
                    known(branch, commit, tree);
                    if (created) {
                        assertThat(rebased).isNotNull();
                        work.put(branch, new TreeMap<>(rebased));
                    }
                }
            }
        }

        /** Three ways, path by path; null for conflicts unless they are to be as in the base. */
        private static TreeMap<String, String> merged(
                Map<String, String> base,
                Map<String, String> ours,
                Map<String, String> theirs,
                boolean conflictsAsBase) {
            Set<String> paths = new TreeSet<>(base.keySet());
            paths.addAll(ours.keySet());
            paths.addAll(theirs.keySet());
            TreeMap<String, String> result = new TreeMap<>();
            for (String path : paths) {
                String old = base.get(path);
                String mine = ours.get(path);
                String other = theirs.get(path);
                boolean keep = Objects.equals(old, other) || Objects.equals(mine, other);
                if (!keep && !Objects.equals(old, mine) && !conflictsAsBase) {
                    return null;
                }
                String text = keep ? mine : Objects.equals(old, mine) ? other : old;
                if (text != null) {
                    result.put(path, text);
                }
            }
            return result;
        }

        private TreeMap<String, String> base(List<Commit> bases) {
            if (bases.isEmpty()) {
                return new TreeMap<>();
            }
            Commit first = bases.getFirst();
            TreeMap<String, String> tree = trees.get(first.id());
            for (Commit next : bases.subList(1, bases.size())) {
                TreeMap<String, String> below = base(bases(first, next));
                tree = merged(below, tree, trees.get(next.id()), true);
            }
            return tree;
        }

        private List<Commit> bases(Commit one, Commit other) {
            Set<ObjectId> common = ancestors(one);
            common.retainAll(ancestors(other));
            Set<ObjectId> old = new LinkedHashSet<>();
            for (ObjectId id : common) {
                commits.get(id).parents().forEach(p -> old.addAll(ancestors(commits.get(p))));
            }
            common.removeAll(old);
            return common.stream()
                    .map(commits::get)
                    .sorted(
                            Comparator.comparingLong(Commit::generation)
                                    .thenComparingLong(Commit::time)
                                    .thenComparing(Commit::id)
                                    .reversed())
                    .toList();
        }

        private Set<ObjectId> ancestors(Commit of) {
            Set<ObjectId> seen = new LinkedHashSet<>();
            List<ObjectId> open = new ArrayList<>(List.of(of.id()));
            while (!open.isEmpty()) {
                ObjectId id = open.removeLast();
                if (seen.add(id)) {
                    open.addAll(commits.get(id).parents());
                }
            }
            return seen;
        }

        void compare() {
            work.forEach((branch, files) -> compare(repo.snapshot(branch), files));
            trees.forEach((id, files) -> compare(repo.snapshot(commits.get(id)), files));
            heads.forEach(
                    (branch, head) -> assertThat(repo.head(branch)).isEqualTo(Optional.of(head)));
        }

        private void compare(Snapshot snapshot, TreeMap<String, String> files) {
            TreeMap<String, String> found = new TreeMap<>();
            snapshot.list("", "", true)
                    .forEachRemaining(
                            e -> {
                                if (e.entry() instanceof FileEntry file) {
                                    found.put(e.path(), store.text(file));
                                }
                            });
            assertThat(found).isEqualTo(files);
        }
    }
}
