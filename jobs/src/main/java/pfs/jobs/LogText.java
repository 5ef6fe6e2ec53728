package pfs.jobs;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.chunk.ContentReader;

/**
 * A run's log: what the store has of it, and behind it the file of this server, which may grow.
 * Thread-safe.
 *
 * @param file null if there is none
 */
public record LogText(ContentReader contents, List<Content> pieces, @Nullable Path file) {
    public LogText {
        pieces = List.copyOf(pieces);
    }

    /**
     * Copies what is there from a place on.
     *
     * @param from counts bytes of the whole log
     * @return the place to go on from later: the same if there was nothing new
     */
    public long copy(long from, OutputStream out) throws IOException {
        WritableByteChannel to = Channels.newChannel(out);
        long at = from;
        long begin = 0;
        for (Content piece : pieces) {
            long end = begin + piece.size();
            if (at < end) {
                contents.read(piece, at - begin, end - at, bytes -> write(bytes, to));
                at = end;
            }
            begin = end;
        }
        if (file == null) {
            return at;
        }
        try (FileChannel log = FileChannel.open(file)) {
            long within = at - begin;
            return at + Math.max(0, log.transferTo(within, log.size() - within, to));
        }
    }

    private static void write(ByteBuffer bytes, WritableByteChannel to) throws IOException {
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }
}
