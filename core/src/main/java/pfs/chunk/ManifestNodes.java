package pfs.chunk;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.object.ObjectReader;

/**
 * The manifest nodes of a store, by id, with a small cache in front. Thread-safe. A cached node is
 * at most 24 KiB, most are 7: so the cache is below 6 MiB, mostly below 2.
 */
final class ManifestNodes {
    private static final int CACHED = 256;

    private final ObjectReader objects;
    private final AtomicReferenceArray<@Nullable Known> cache = new AtomicReferenceArray<>(CACHED);

    ManifestNodes(ObjectReader objects) {
        this.objects = objects;
    }

    /**
     * The node, checked.
     *
     * @throws pfs.error.PfsException CORRUPT if it is missing, damaged, or not of this depth and
     *     size
     */
    ManifestNode load(ObjectId id, int depth, long size) {
        int slot = (int) (id.prefix() >>> 32) & (CACHED - 1);
        @Nullable Known known = cache.get(slot);
        if (known != null && known.is(id, depth, size)) {
            return known.node;
        }
        byte[] bytes = objects.read(id, ObjectKind.MANIFEST);
        ManifestNode node = ManifestNode.decode(id, bytes, depth, size);
        cache.set(slot, new Known(id, size, node));
        return node;
    }

    private record Known(ObjectId id, long size, ManifestNode node) {
        boolean is(ObjectId otherId, int otherDepth, long otherSize) {
            return id.equals(otherId) && node.depth() == otherDepth && size == otherSize;
        }
    }
}
