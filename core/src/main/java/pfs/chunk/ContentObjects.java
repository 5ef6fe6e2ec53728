package pfs.chunk;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;
import pfs.object.ObjectReader;

/**
 * What one file's content is made of and another's is not: its manifest nodes and chunks. Equal
 * nodes end the comparison, so the cost follows what differs. Thread-safe.
 */
public final class ContentObjects {
    /** Nodes of the known content that are kept for the comparison, and those it is given up at. */
    private static final int MAX_NODES = 16_384;

    /** Chunks of the known content that are kept for the comparison. */
    private static final int MAX_CHUNKS = 262_144;

    /** Is told what was found. */
    public interface Visitor {
        /** A manifest node; true to read it and go on below it. */
        boolean manifest(ObjectId id);

        /** A chunk. */
        void chunk(ObjectId id);
    }

    /** A node of a manifest, by what its parent says of it. */
    private record Node(ObjectId id, int depth, long size) {}

    private final ManifestNodes nodes;

    public ContentObjects(ObjectReader objects) {
        this.nodes = new ManifestNodes(objects);
    }

    /**
     * Tells the visitor of all that the content has beside the known one; of some things twice.
     *
     * @throws pfs.error.PfsException CORRUPT for a manifest that is not what names it
     */
    public void walk(Content content, @Nullable Content known, Visitor visitor) {
        if (content.depth() == 0) {
            visitor.chunk(content.id());
            return;
        }
        List<Node> found = List.of(new Node(content.id(), content.depth(), content.size()));
        List<Node> old =
                known == null || known.depth() == 0
                        ? List.of()
                        : List.of(new Node(known.id(), known.depth(), known.size()));
        old = descend(old, content.depth());
        for (int depth = content.depth(); depth > 0; depth--) {
            Set<ObjectId> same = ids(old);
            found = found.stream().filter(node -> !same.contains(node.id)).toList();
            Set<ObjectId> here = ids(found);
            old = old.stream().filter(node -> !here.contains(node.id)).toList();
            if (depth == 1) {
                chunks(found, old, visitor);
            } else if (found.size() > MAX_NODES) {
                found.forEach(node -> all(node, visitor));
                return;
            } else {
                found = children(found, visitor);
                old = descend(old, depth - 1);
            }
        }
    }

    private static Set<ObjectId> ids(List<Node> nodes) {
        Set<ObjectId> ids = HashSet.newHashSet(nodes.size());
        nodes.forEach(node -> ids.add(node.id));
        return ids;
    }

    /** The nodes below, down to a depth; none where that would be too many to keep. */
    private List<Node> descend(List<Node> from, int depth) {
        List<Node> at = from;
        while (!at.isEmpty() && at.getFirst().depth > depth) {
            List<Node> below = new ArrayList<>();
            for (Node node : at) {
                addChildren(node, below);
                if (below.size() > MAX_NODES) {
                    return List.of();
                }
            }
            at = below;
        }
        return at;
    }

    private List<Node> children(List<Node> of, Visitor visitor) {
        List<Node> below = new ArrayList<>();
        for (Node node : of) {
            if (visitor.manifest(node.id)) {
                addChildren(node, below);
            }
        }
        return below;
    }

    private void addChildren(Node node, List<Node> into) {
        ManifestNode read = nodes.load(node.id, node.depth, node.size);
        for (int i = 0; i < read.count(); i++) {
            into.add(new Node(read.child(i), node.depth - 1, read.size(i)));
        }
    }

    private void chunks(List<Node> found, List<Node> old, Visitor visitor) {
        Set<ObjectId> known = new HashSet<>();
        for (Node node : old) {
            if (known.size() > MAX_CHUNKS) {
                break;
            }
            ManifestNode read = nodes.load(node.id, 1, node.size);
            for (int i = 0; i < read.count(); i++) {
                known.add(read.child(i));
            }
        }
        for (Node node : found) {
            if (visitor.manifest(node.id)) {
                ManifestNode read = nodes.load(node.id, 1, node.size);
                for (int i = 0; i < read.count(); i++) {
                    if (!known.contains(read.child(i))) {
                        visitor.chunk(read.child(i));
                    }
                }
            }
        }
    }

    /** Everything below a node, depth first. */
    private void all(Node node, Visitor visitor) {
        if (node.depth == 0) {
            visitor.chunk(node.id);
        } else if (visitor.manifest(node.id)) {
            List<Node> below = new ArrayList<>();
            addChildren(node, below);
            below.forEach(child -> all(child, visitor));
        }
    }
}
