package pfs.jobs.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.chunk.ContentWriter;
import pfs.jobs.memo.Result;
import pfs.jobs.record.Framing;
import pfs.jobs.spec.Combine;
import pfs.repo.Snapshot;
import pfs.tree.DirectoryEntry;
import pfs.tree.PathEntry;

/** The way of one run from its input's snapshot to the tree of its output. Used once. */
final class Execution {
    private final RunContext run;
    private final BadInputs bad;
    private final long memory;
    private @Nullable Framing framing;
    private String framedBy = "";

    /**
     * @param memory bytes for sorting and merging of the whole run
     */
    Execution(RunContext run, BadInputs bad, long memory) {
        this.run = run;
        this.bad = bad;
        this.memory = memory;
    }

    /** The output's tree. */
    DirectoryEntry execute(Snapshot input) throws IOException, InterruptedException {
        try (OutputFiles files =
                new OutputFiles(run.spills(), memory / 4, run.plan().input().time())) {
            if (run.plan().spec().reduce() == null) {
                new MapStage(run, bad)
                        .execute(input, (file, results) -> keep(file, results, files));
            } else {
                reduce(input, files);
            }
            return files.tree(run.workspace());
        }
    }

    /** Pieces that say no path of their own are joined to the file at their input's path. */
    private void keep(PathEntry file, List<Result> results, OutputFiles files) throws IOException {
        Map<String, List<Result.Output>> byPath = new LinkedHashMap<>();
        for (Result result : results) {
            for (Result.Output output : result.outputs()) {
                String location = output.location();
                String path = location == null ? file.path() : location;
                byPath.computeIfAbsent(path, _ -> new ArrayList<>(1)).add(output);
            }
        }
        for (Map.Entry<String, List<Result.Output>> entry : byPath.entrySet()) {
            List<Result.Output> pieces = entry.getValue();
            files.add(
                    entry.getKey(),
                    file.path(),
                    pieces.size() == 1 ? pieces.getFirst().content() : joined(pieces),
                    pieces.getFirst().contentType());
        }
    }

    private Content joined(List<Result.Output> pieces) throws IOException {
        try (ContentWriter all = run.workspace().newContent()) {
            for (Result.Output piece : pieces) {
                run.workspace()
                        .contents()
                        .read(piece.content(), 0, piece.content().size(), all::write);
            }
            return all.finish();
        }
    }

    private void reduce(Snapshot input, OutputFiles files)
            throws IOException, InterruptedException {
        List<Content> runs = new ArrayList<>();
        new MapStage(run, bad)
                .execute(
                        input,
                        (file, results) -> {
                            for (Result result : results) {
                                requireFraming(file.path(), result.framing());
                                result.outputs().forEach(o -> runs.add(o.content()));
                            }
                        });
        Framing known = framing == null ? Framing.TSV : framing;
        Combine combine = run.plan().spec().combine();
        List<Content> joined =
                combine == null || runs.size() < 2
                        ? runs
                        : new CombineTree(run, known, combine.text()).join(runs);
        run.progress().combines.allPlanned();
        List<ReduceStage.Part> parts = new ReduceStage(run, known).execute(joined, memory / 2);
        for (int i = 0; i < parts.size(); i++) {
            ReduceStage.Part part = parts.get(i);
            String name = String.format("part-%05d", i);
            files.add(name, name, part.content(), part.contentType());
        }
    }

    private void requireFraming(String path, @Nullable Framing next) {
        if (next == null || next == framing) {
            return;
        }
        if (framing != null) {
            throw new RunFailure(
                    "the map answered "
                            + framing.contentType()
                            + " for '"
                            + framedBy
                            + "' and "
                            + next.contentType()
                            + " for '"
                            + path
                            + "': the records of a job have one framing");
        }
        framing = next;
        framedBy = path;
    }
}
