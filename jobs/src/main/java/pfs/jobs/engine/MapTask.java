package pfs.jobs.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import pfs.chunk.ContentReader;
import pfs.jobs.memo.MemoKey;
import pfs.jobs.memo.Result;
import pfs.jobs.split.Piece;
import pfs.jobs.worker.Body;
import pfs.jobs.worker.PercentEncoding;
import pfs.jobs.worker.Request;
import pfs.object.ObjectId;
import pfs.tree.FileEntry;

/**
 * One piece of one input file on its way through the map route.
 *
 * @param whole whether the piece is all of the file
 */
record MapTask(
        RunContext run, ObjectId stage, String path, FileEntry file, Piece piece, boolean whole) {
    /** Pieces up to this size are read before a worker is taken, so that it waits for nothing. */
    private static final long READ_AHEAD = 8L << 20;

    /** Up to this size the bytes cost less than to say where they are. */
    private static final long SMALL = 64L << 10;

    private static final String DEFAULT_TYPE = "application/octet-stream";

    /** For messages: {@code POST /map of 'a.txt', bytes 0 to 9}. */
    String label() {
        return "POST /map of '"
                + path
                + "'"
                + (whole
                        ? ""
                        : ", bytes " + piece.offset() + " to " + (piece.offset() + piece.length()));
    }

    private String contentType() {
        String type = file.contentType();
        boolean sendable = type != null && type.chars().allMatch(c -> c >= 0x20 && c < 0x7f);
        return type != null && sendable ? type : DEFAULT_TYPE;
    }

    private ObjectId key() {
        return MemoKey.below(stage)
                .id(piece.identity())
                .text(contentType())
                .text(run.plan().spec().path() ? path : null)
                .id();
    }

    /** The result, remembered or made; throws TaskException when this input fails for good. */
    Result call() throws Exception {
        ObjectId key = key();
        Result result =
                run.remembered(key, run.progress().maps, label(), keeping -> post(key, keeping));
        run.progress().records.add(result.records());
        return result;
    }

    private Result post(ObjectId key, Keeping keeping) throws Exception {
        Body body = body();
        Request.HeadBuilder head =
                new Request.HeadBuilder("POST", "/map")
                        .header("Content-Type", contentType())
                        .header("Pfs-Task", key.toString());
        if (run.plan().spec().path()) {
            head.header("Pfs-Path", PercentEncoding.encode(path));
        }
        Request request = new Request(label(), head.build(body.length()), body);
        run.progress().bytesIn.add(body.length());
        Result result =
                run.plan().spec().reduce() == null
                        ? run.attempts()
                                .send(
                                        request,
                                        answer -> Answers.files(answer, run.workspace()),
                                        keeping::kept)
                        : run.attempts()
                                .send(
                                        request,
                                        answer ->
                                                Answers.records(
                                                        answer, run.spills(), run.taskMemory()),
                                        (sorted, nanos) ->
                                                keeping.kept(
                                                        sorted.stored(run.runs(run.taskMemory())),
                                                        nanos));
        run.progress().bytesOut.add(result.bytes());
        return result;
    }

    /** What goes to other servers is best left where it is, unless it is small. */
    private Body body() throws IOException {
        ContentReader contents = run.workspace().contents();
        if (piece.length() > SMALL) {
            StoredBody stored =
                    StoredBody.of(contents, file.content(), piece.offset(), piece.length());
            if (piece.length() > READ_AHEAD || !stored.near().isEmpty()) {
                return stored;
            }
        }
        byte[] bytes = new byte[(int) piece.length()];
        contents.read(file.content(), piece.offset(), piece.length(), ByteBuffer.wrap(bytes)::put);
        return Body.of(bytes, 0, bytes.length);
    }
}
