package pfs.tree;

import pfs.chunk.Content;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.object.ObjectReader;

/** What one node of a tree names: for whoever follows all there is, node by node. */
public final class TreeReferences {
    private TreeReferences() {}

    /** Told of each thing that a node names. */
    public interface Visitor {
        /** Another node: below it in its directory, or a directory's root. */
        void node(ObjectId tree);

        /** A file; {@code name} is its name in the directory. */
        void file(String name, Content content);

        /** A directory, whose root node {@link #node} is told of as well. */
        default void directory(String name, ObjectId tree) {}
    }

    /**
     * Reads a node and tells what it names.
     *
     * @throws pfs.error.PfsException CORRUPT if it is missing or damaged
     */
    public static void visit(ObjectReader reader, ObjectId id, Visitor visitor) {
        TreeNode node = TreeNode.decode(reader.read(id, ObjectKind.TREE));
        for (int i = 0; i < node.count(); i++) {
            if (node.level() > 0) {
                visitor.node(node.childId(i));
                continue;
            }
            switch (node.entry(i)) {
                case FileEntry file -> visitor.file(node.key(i).toString(), file.content());
                case DirectoryEntry directory -> {
                    visitor.directory(node.key(i).toString(), directory.tree());
                    visitor.node(directory.tree());
                }
            }
        }
    }
}
