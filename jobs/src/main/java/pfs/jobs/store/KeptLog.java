package pfs.jobs.store;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import pfs.chunk.Content;
import pfs.meta.Bytes;
import pfs.object.ObjectId;

/**
 * What the store has of a run's log: for each server that had the run, one after the other, a stint
 * with the pieces of what it wrote. Immutable.
 *
 * <p>Encoded: a version byte; for each stint a byte, 1 if it is whole and 0 if not, and a u32 of
 * how many pieces it has; for each piece its content's 32 bytes of id, a byte of depth and u64
 * size. All are big-endian.
 */
public record KeptLog(List<Stint> stints) {
    private static final int VERSION = 1;
    private static final int PIECE = ObjectId.BYTES + 1 + 8;

    /** Of a run of which nothing is kept. */
    public static final KeptLog NONE = new KeptLog(List.of());

    /**
     * What one server wrote.
     *
     * @param whole whether nothing is missing at its end: the server had the time to say so
     */
    public record Stint(boolean whole, List<Content> pieces) {
        /** Of a server of which nothing has been kept yet. */
        public static final Stint BEGUN = new Stint(false, List.of());

        public Stint {
            pieces = List.copyOf(pieces);
        }

        /** Bytes of all pieces. */
        public long size() {
            return pieces.stream().mapToLong(Content::size).sum();
        }
    }

    public KeptLog {
        stints = List.copyOf(stints);
    }

    /** The same with another stint in the place of one, or behind the last. */
    public KeptLog with(int number, Stint stint) {
        List<Stint> next = new ArrayList<>(stints);
        while (next.size() <= number) {
            next.add(Stint.BEGUN);
        }
        next.set(number, stint);
        return new KeptLog(next);
    }

    public Bytes encode() {
        int pieces = stints.stream().mapToInt(stint -> stint.pieces().size()).sum();
        ByteBuffer out = ByteBuffer.allocate(1 + 5 * stints.size() + PIECE * pieces);
        out.put((byte) VERSION);
        for (Stint stint : stints) {
            out.put((byte) (stint.whole() ? 1 : 0)).putInt(stint.pieces().size());
            for (Content piece : stint.pieces()) {
                out.put(piece.id().toBytes()).put((byte) piece.depth()).putLong(piece.size());
            }
        }
        return Bytes.of(out.array());
    }

    /** Decodes what {@link #encode} made; IllegalArgumentException for anything else. */
    public static KeptLog decode(Bytes encoded) {
        byte[] bytes = encoded.array();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length == 0 || in.get() != VERSION) {
            throw none(bytes);
        }
        List<Stint> stints = new ArrayList<>();
        while (in.hasRemaining()) {
            if (in.remaining() < 5) {
                throw none(bytes);
            }
            boolean whole = in.get() == 1;
            int count = in.getInt();
            if (count < 0 || count > in.remaining() / PIECE) {
                throw none(bytes);
            }
            List<Content> pieces = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                ObjectId id = ObjectId.decode(bytes, in.position());
                in.position(in.position() + ObjectId.BYTES);
                pieces.add(new Content(id, in.get() & 0xff, in.getLong()));
            }
            stints.add(new Stint(whole, pieces));
        }
        return new KeptLog(stints);
    }

    private static IllegalArgumentException none(byte[] bytes) {
        return new IllegalArgumentException("no kept log: " + Arrays.toString(bytes));
    }
}
