package pfs.pack.cache;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Cuts bytes into blocks. */
final class Blocks {
    private Blocks() {}

    /** The blocks of the parts, one behind the other, each of slices of parts; copies nothing. */
    static List<List<ByteBuffer>> of(int block, ByteBuffer... parts) {
        List<List<ByteBuffer>> blocks = new ArrayList<>();
        List<ByteBuffer> last = List.of();
        int room = 0;
        for (ByteBuffer part : parts) {
            int at = part.position();
            while (at < part.limit()) {
                if (room == 0) {
                    last = new ArrayList<>();
                    blocks.add(last);
                    room = block;
                }
                int count = Math.min(room, part.limit() - at);
                last.add(part.slice(at, count));
                at += count;
                room -= count;
            }
        }
        return blocks;
    }
}
