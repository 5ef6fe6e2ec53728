package pfs.jobs.engine;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.chunk.ContentWriter;
import pfs.error.PfsException;
import pfs.jobs.memo.Result;
import pfs.jobs.record.Framing;
import pfs.jobs.record.RecordParser;
import pfs.jobs.record.RecordSorter;
import pfs.jobs.record.Spills;
import pfs.jobs.worker.Answer;
import pfs.jobs.worker.BadAnswerException;
import pfs.jobs.worker.Multipart;
import pfs.jobs.workspace.Workspace;
import pfs.tree.TreePath;

/** What the bodies of good answers become: stored files, or sorted records. */
final class Answers {
    private static final int BUFFER = 64 << 10;

    private Answers() {}

    /**
     * Records that were read and not stored yet; the caller closes the sorter.
     *
     * @param framing null when there was no body
     */
    record Sorted(
            @Nullable Framing framing, RecordSorter sorter, SortedMap<String, Long> counters) {
        /** The records as a stored run; closes the sorter. */
        Result stored(Runs runs) throws IOException {
            try (RecordSorter records = sorter) {
                if (records.count() == 0) {
                    return new Result(null, 0, counters, List.of());
                }
                Content content = runs.write(records.sorted());
                return new Result(
                        framing,
                        records.count(),
                        counters,
                        List.of(new Result.Output(null, null, content)));
            }
        }
    }

    /** Stores the answer of a map without reduce: a file, none, or several. */
    static Result files(Answer answer, Workspace workspace) throws IOException {
        SortedMap<String, Long> counters = Counters.of(answer);
        if (answer.status() == 204) {
            return new Result(null, 0, counters, List.of());
        }
        String type = answer.header("Content-Type").orElse(null);
        if (type != null && type.toLowerCase(Locale.ROOT).startsWith("multipart/mixed")) {
            List<Result.Output> outputs = new ArrayList<>();
            Multipart.read(
                    type,
                    answer.body(),
                    (headers, body) ->
                            outputs.add(
                                    new Result.Output(
                                            location(headers.get("content-location")),
                                            headers.get("content-type"),
                                            store(body, workspace))));
            return new Result(null, 0, counters, outputs);
        }
        Content content = store(answer.body(), workspace);
        return new Result(null, 0, counters, List.of(new Result.Output(null, type, content)));
    }

    private static String location(@Nullable String given) throws BadAnswerException {
        if (given == null) {
            throw new BadAnswerException("a part of the answer has no Content-Location");
        }
        try {
            String decoded = URLDecoder.decode(given.replace("+", "%2B"), StandardCharsets.UTF_8);
            return TreePath.verify(decoded.startsWith("/") ? decoded.substring(1) : decoded);
        } catch (IllegalArgumentException | PfsException e) {
            throw new BadAnswerException(
                    "a part of the answer has the Content-Location '"
                            + given
                            + "': "
                            + e.getMessage());
        }
    }

    static Content store(InputStream body, Workspace workspace) throws IOException {
        try (ContentWriter writer = workspace.newContent()) {
            byte[] buffer = new byte[BUFFER];
            for (int n = body.read(buffer, 0, BUFFER); n >= 0; n = body.read(buffer, 0, BUFFER)) {
                writer.write(ByteBuffer.wrap(buffer, 0, n));
            }
            return writer.finish();
        }
    }

    /** Reads and sorts the records of an answer. */
    static Sorted records(Answer answer, Spills spills, long memory) throws IOException {
        SortedMap<String, Long> counters = Counters.of(answer);
        RecordSorter sorter = new RecordSorter(spills, memory);
        if (answer.status() == 204) {
            return new Sorted(null, sorter, counters);
        }
        Optional<String> type = answer.header("Content-Type");
        Framing framing =
                Framing.of(type)
                        .orElseThrow(
                                () ->
                                        new BadAnswerException(
                                                "the answer has Content-Type: "
                                                        + type.orElse("")
                                                        + ", which are no records: text,"
                                                        + " application/x-ndjson or"
                                                        + " application/vnd.pfs.records are"));
        try {
            long count = RecordParser.parse(framing, answer.body(), sorter);
            return new Sorted(count == 0 ? null : framing, sorter, counters);
        } catch (IOException | RuntimeException e) {
            sorter.close();
            throw e;
        }
    }
}
