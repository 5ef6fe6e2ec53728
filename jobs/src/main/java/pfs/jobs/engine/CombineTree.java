package pfs.jobs.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import pfs.chunk.Content;
import pfs.jobs.memo.MemoKey;
import pfs.jobs.memo.Result;
import pfs.jobs.record.Framing;
import pfs.object.ObjectId;

/**
 * Joins sorted runs by the combine route, in a tree of small fan-in whose nodes are remembered: the
 * contraction tree of Incoop (Bhatotia et al., SoCC 2011). Which runs a node joins depends on their
 * content, so an edit, an insert or a delete makes one path anew and leaves the rest; and of the
 * nodes on that path, the ranges of keys that it touched ({@link CombineNode}).
 */
final class CombineTree {
    /** A node ends behind about one child in so many, when it has the least. */
    private static final int ONE_IN = 4;

    private static final int LEAST_CHILDREN = 3;
    private static final int MOST_CHILDREN = 12;

    private final RunContext run;
    private final Framing framing;
    private final ObjectId stage;
    private final String route;

    CombineTree(RunContext run, Framing framing, String route) {
        this.run = run;
        this.framing = framing;
        this.route = "/" + route;
        this.stage = MemoKey.below(run.stage("combine")).text(route).text(framing.name()).id();
    }

    /** One run with the records of all, combined; or the only one as it is. */
    List<Content> join(List<Content> runs) throws IOException, InterruptedException {
        List<Content> level = runs;
        while (level.size() > 1) {
            List<CompletableFuture<Content>> nodes = new ArrayList<>();
            List<Content> children = new ArrayList<>();
            for (Content child : level) {
                children.add(child);
                if (children.size() == MOST_CHILDREN
                        || children.size() >= LEAST_CHILDREN && endsNode(child)) {
                    nodes.add(node(List.copyOf(children)));
                    children.clear();
                }
            }
            if (!children.isEmpty()) {
                nodes.add(node(List.copyOf(children)));
            }
            List<Content> next = new ArrayList<>(nodes.size());
            for (CompletableFuture<Content> node : nodes) {
                next.add(run.tasks().await(node));
            }
            level = next.stream().filter(c -> c.size() > 0).toList();
        }
        run.progress().combines.allPlanned();
        return level;
    }

    /** What few records cannot change mostly, so that a small edit makes no other tree. */
    private boolean endsNode(Content child) throws IOException {
        long anchor = run.cutTables().anchor(child, run.runs(run.taskMemory()));
        return Long.remainderUnsigned(anchor, ONE_IN) == 0;
    }

    private CompletableFuture<Content> node(List<Content> children) throws InterruptedException {
        if (children.size() == 1) {
            return CompletableFuture.completedFuture(children.getFirst());
        }
        MemoKey key = MemoKey.below(stage);
        children.forEach(c -> key.id(c.id()).number(c.depth()));
        ObjectId id = key.id();
        run.progress().combines.planned.increment();
        String label = "POST " + route + " of " + children.size() + " runs of records";
        CombineNode node = new CombineNode(run, framing, route, stage, children);
        return run.tasks()
                .submit(
                        () -> {
                            Result result =
                                    run.remembered(
                                            id,
                                            run.progress().combines,
                                            label,
                                            keeping -> node.combine(label, id, keeping));
                            return result.outputs().getFirst().content();
                        });
    }
}
