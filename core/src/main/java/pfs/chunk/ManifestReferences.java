package pfs.chunk;

import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.object.ObjectReader;

/** What one node of a manifest names: for whoever follows all there is, node by node. */
public final class ManifestReferences {
    private ManifestReferences() {}

    /** Told of each child; of depth 0 it is a chunk. */
    public interface Visitor {
        void child(ObjectId id, int depth, long size);
    }

    /**
     * Reads a node and tells what it names.
     *
     * @param depth of the node, 1 at least
     * @param size bytes of the file below it
     * @throws pfs.error.PfsException CORRUPT if it is missing or damaged
     */
    public static void visit(
            ObjectReader reader, ObjectId id, int depth, long size, Visitor visitor) {
        byte[] bytes = reader.read(id, ObjectKind.MANIFEST);
        ManifestNode node = ManifestNode.decode(id, bytes, depth, size);
        for (int i = 0; i < node.count(); i++) {
            visitor.child(node.child(i), depth - 1, node.size(i));
        }
    }
}
