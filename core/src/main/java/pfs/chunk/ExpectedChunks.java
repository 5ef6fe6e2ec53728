package pfs.chunk;

import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.object.ObjectReader;

/**
 * The chunks that the next bytes of a file are likely to have, since its last version had them. Not
 * thread-safe.
 *
 * <p>Where a chunk ends depends on its own bytes only, so whoever finds that the next {@code n}
 * bytes have the id of a chunk of that length knows that they are cut there, without having looked
 * for the cut. This does not hold for the file's last chunk, which ended with the file: it is never
 * handed out.
 *
 * <p>A chunk is handed out before it is known whether the one before it was right; so those that
 * are not confirmed are kept, and come again after a miss.
 */
final class ExpectedChunks {
    /** How far behind a miss a chunk that was found again may lie: about 16 MiB of the file. */
    private static final int LOOK_AHEAD = 64;

    private final ObjectReader objects;
    private final ChunkLimits limits;
    private final long size;
    private @Nullable ChunkCursor cursor;
    private final ArrayDeque<ChunkCursor.Place> ahead = new ArrayDeque<>();
    private final ArrayDeque<ChunkCursor.Place> handedOut = new ArrayDeque<>();

    ExpectedChunks(ManifestNodes nodes, ObjectReader objects, ChunkLimits limits, Content last) {
        this.objects = objects;
        this.limits = limits;
        this.size = last.size();
        try {
            this.cursor = new ChunkCursor(nodes, last, 0);
        } catch (PfsException e) {
            // Whoever writes a damaged file anew must not fail because of what was there.
            this.cursor = null;
        }
    }

    /** Hands out the next chunk; null if there is none but the last. */
    ChunkCursor.@Nullable Place next() {
        if (!fill(1)) {
            return null;
        }
        ChunkCursor.Place place = ahead.remove();
        handedOut.add(place);
        return place;
    }

    /** The oldest chunk that was handed out was there. */
    void confirm() {
        handedOut.remove();
    }

    /** The oldest chunk that was handed out was not there: all of them come again. */
    void miss() {
        while (!handedOut.isEmpty()) {
            ahead.addFirst(handedOut.removeLast());
        }
    }

    /** Looks for a chunk not far ahead; if it is there, the one behind it is the next. */
    boolean goBehind(ObjectId chunk) {
        fill(LOOK_AHEAD);
        int passed = 0;
        for (Iterator<ChunkCursor.Place> each = ahead.iterator(); each.hasNext(); passed++) {
            if (each.next().chunk().equals(chunk)) {
                for (int i = 0; i <= passed; i++) {
                    ahead.remove();
                }
                return true;
            }
        }
        return false;
    }

    /** The bytes of a chunk that was there. */
    byte[] read(ObjectId chunk) {
        return objects.read(chunk, ObjectKind.CHUNK);
    }

    /** True if so many are ahead now. */
    private boolean fill(int count) {
        try {
            while (ahead.size() < count && cursor != null) {
                ChunkCursor.Place place = cursor.next();
                boolean possible = place.length() >= limits.min() && place.length() <= limits.max();
                if (place.end() == size || !possible) {
                    cursor = null;
                } else {
                    ahead.add(place);
                }
            }
        } catch (PfsException e) {
            cursor = null;
        }
        return ahead.size() >= count;
    }
}
