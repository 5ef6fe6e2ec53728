package pfs.repo;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pfs.meta.MetaStore;
import pfs.object.ObjectId;

/**
 * The rules of branches, as garbage collection goes by them: which commits' files a branch keeps,
 * and of which only the commits. For one marking; one thread.
 */
final class Retaining {
    private static final int PAGE = 1000;
    private static final Comparator<Commit> NEWEST_FIRST =
            Comparator.comparingLong(Commit::generation)
                    .thenComparingLong(Commit::time)
                    .thenComparing(Commit::id)
                    .reversed();

    private final Store store;
    private final Marking marking;
    private final Map<BranchId, Retention> rules = new HashMap<>();
    private final long now;

    Retaining(Store store, Marking marking) {
        this.store = store;
        this.marking = marking;
        this.now = store.now();
        read(store.meta());
    }

    private void read(MetaStore meta) {
        var after = RefKeys.RULES;
        for (List<MetaStore.Pair> page = meta.scan(RefKeys.RULES, after, PAGE);
                !page.isEmpty();
                page = meta.scan(RefKeys.RULES, after, PAGE)) {
            for (MetaStore.Pair pair : page) {
                BranchId branch = RefKeys.branchOfRule(pair.key());
                Retention.parse(pair.value().value().text())
                        .ifPresent(rule -> rules.put(branch, rule));
            }
            after = page.getLast().key();
        }
    }

    /** Marks what a branch needs of a head of it. */
    void head(BranchId branch, ObjectId head) {
        switch (rules.get(branch)) {
            case null -> marking.commit(head);
            case Retention.Days days -> younger(head, now - days.duration().toNanos());
            case Retention.Newest newest -> newest(head, newest.commits());
        }
    }

    /** Marks what a branch needs of a head that it had from a time on, in ns since 1970. */
    void earlier(BranchId branch, ObjectId head, long time) {
        switch (rules.get(branch)) {
            case null -> marking.commit(head);
            case Retention.Days days -> {
                long horizon = now - days.duration().toNanos();
                if (time >= horizon) {
                    younger(head, horizon);
                } else {
                    marking.line(head);
                }
            }
            case Retention.Newest _ -> marking.line(head);
        }
    }

    private void younger(ObjectId head, long horizon) {
        Deque<ObjectId> open = new ArrayDeque<>(List.of(head));
        Set<ObjectId> seen = new HashSet<>();
        for (@Nullable ObjectId id = open.poll(); id != null; id = open.poll()) {
            if (!seen.add(id)) {
                continue;
            }
            Commit commit = store.commits().read(id);
            if (id.equals(head) || commit.time() >= horizon) {
                marking.files(id);
                open.addAll(commit.parents());
            } else {
                marking.line(id);
            }
        }
    }

    private void newest(ObjectId head, int count) {
        PriorityQueue<Commit> open = new PriorityQueue<>(NEWEST_FIRST);
        Set<ObjectId> seen = new HashSet<>(Set.of(head));
        open.add(store.commits().read(head));
        for (int kept = 0; kept < count && !open.isEmpty(); kept++) {
            Commit commit = open.remove();
            marking.files(commit.id());
            for (ObjectId parent : commit.parents()) {
                if (seen.add(parent)) {
                    open.add(store.commits().read(parent));
                }
            }
        }
        open.forEach(commit -> marking.line(commit.id()));
    }
}
