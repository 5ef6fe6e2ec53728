package pfs.jobs.split;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import pfs.chunk.Content;
import pfs.chunk.ContentReader;
import pfs.jobs.spec.Split;
import pfs.object.ObjectId;

/**
 * Cuts a stored file into pieces of whole records at content-defined points, so that an edit
 * changes the pieces that it touches and no others.
 *
 * <p>The cut points come from the file's chunks, which are content-defined already: a run of chunks
 * ends behind a short chunk, and its piece ends with the first record that ends at or behind the
 * run's end. An edit within a chunk changes its id, but hardly ever whether it is short: so it
 * changes the piece that it is in, and leaves the cut points as they are. Where that is depends on
 * the two chunks around it alone, and is remembered by their ids: planning an edited file reads its
 * manifest and the edited chunks, not its bytes.
 */
public final class SplitPlanner {
    static final long LEAST = 1L << 20;
    static final long MOST = 16L << 20;

    /** A shorter chunk ends a run. One in twelve is: that makes runs of about 4 MiB. */
    private static final int SHORT = 144 << 10;

    private final ContentReader reader;
    private final CutMemo memo;

    public SplitPlanner(ContentReader reader, CutMemo memo) {
        this.reader = reader;
        this.memo = memo;
    }

    /** Takes the pieces of a file, in order. */
    @FunctionalInterface
    public interface PieceSink {
        void piece(Piece piece) throws IOException;
    }

    /** Gives the pieces to the sink; all of the file is in them, once. An empty file is a piece. */
    public void plan(Content content, Split split, PieceSink sink) throws IOException {
        if (split instanceof Split.None || content.size() < LEAST) {
            sink.piece(whole(content));
            return;
        }
        Plan plan = new Plan(content, split, sink);
        reader.chunks(content, plan::chunk);
        plan.finish();
    }

    private static Piece whole(Content content) {
        MessageDigest sha = ObjectId.sha256();
        sha.update((byte) 'w');
        sha.update(content.id().toBytes());
        sha.update((byte) content.depth());
        return new Piece(0, content.size(), ObjectId.decode(sha.digest(), 0));
    }

    private record Chunk(ObjectId id, long start, int length) {
        long end() {
            return start + length;
        }
    }

    /** One walk over a file's chunks. */
    private final class Plan {
        private final Content content;
        private final Split split;
        private final PieceSink sink;
        private final Deque<Chunk> chunks = new ArrayDeque<>();
        private long start;
        private long runStart;
        private boolean cutWanted;

        Plan(Content content, Split split, PieceSink sink) {
            this.content = content;
            this.split = split;
            this.sink = sink;
        }

        void chunk(ObjectId id, long at, int length) throws IOException {
            Chunk next = new Chunk(id, at, length);
            if (cutWanted) {
                long end = recordEnd(chunks.getLast(), next);
                if (end >= 0) {
                    emit(end, next);
                    runStart = at;
                    cutWanted = false;
                }
            }
            chunks.addLast(next);
            long run = next.end() - runStart;
            cutWanted |= run >= MOST || run >= LEAST && length < SHORT;
        }

        void finish() throws IOException {
            if (start < content.size()) {
                if (start == 0) {
                    sink.piece(whole(content));
                } else {
                    sink.piece(new Piece(start, content.size() - start, identity(content.size())));
                }
            }
        }

        /** The piece up to {@code end}, which is in or at the start of {@code next}. */
        private void emit(long end, Chunk next) throws IOException {
            if (end > next.start()) {
                chunks.addLast(next);
            }
            if (end > start) {
                sink.piece(new Piece(start, end - start, identity(end)));
                start = end;
            }
            if (end > next.start()) {
                chunks.removeLast();
            }
            chunks.removeIf(c -> c.end() <= start);
        }

        private ObjectId identity(long end) {
            MessageDigest sha = ObjectId.sha256();
            Chunk first = chunks.getFirst();
            sha.update((byte) 'p');
            sha.update(
                    ByteBuffer.allocate(16)
                            .putLong(start - first.start())
                            .putLong(end - start)
                            .array());
            chunks.forEach(c -> sha.update(c.id().toBytes()));
            return ObjectId.decode(sha.digest(), 0);
        }

        /** Where the first record at or behind the start of next ends; -1 if not within next. */
        private long recordEnd(Chunk last, Chunk next) throws IOException {
            if (split instanceof Split.Fixed(int bytes)) {
                long end = Math.ceilDiv(next.start(), (long) bytes) * bytes;
                return end <= next.end() ? end : -1;
            }
            ObjectId key = cutKey(last, next);
            long known = memo.find(key).orElse(Long.MIN_VALUE);
            if (known == Long.MIN_VALUE) {
                known = search(next);
                memo.put(key, known);
            }
            return known < 0 ? -1 : next.start() + known;
        }

        private ObjectId cutKey(Chunk last, Chunk next) {
            MessageDigest sha = ObjectId.sha256();
            sha.update(split.text().getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            sha.update(last.id().toBytes());
            sha.update(next.id().toBytes());
            return ObjectId.decode(sha.digest(), 0);
        }

        private long search(Chunk next) throws IOException {
            int behind = RecordEnds.LOOK_BEHIND;
            byte[] bytes = new byte[behind + next.length()];
            int[] filled = {0};
            reader.read(
                    content,
                    next.start() - behind,
                    bytes.length,
                    piece -> {
                        int n = piece.remaining();
                        piece.get(bytes, filled[0], n);
                        filled[0] += n;
                    });
            int end =
                    split instanceof Split.Lines
                            ? RecordEnds.line(bytes, behind)
                            : RecordEnds.blankLine(bytes, behind);
            return end < 0 ? -1 : end - behind;
        }
    }
}
