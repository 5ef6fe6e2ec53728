package pfs.repo;

import java.util.function.Consumer;
import pfs.tree.DirectoryEntry;
import pfs.tree.FileEntry;
import pfs.tree.TreeAssembler;
import pfs.tree.TreePath;

/** Builds a tree by itself from files in any order, and hands it over whole. */
final class TreeUnpacking implements Repo.Unpacking {
    /** Heap for what is gathered before it goes into the tree. */
    private static final long GATHERED = 16L << 20;

    private final String directory;
    private final TreeAssembler assembler;
    private final Consumer<DirectoryEntry> whole;
    private final Lease lease;
    private boolean closed;

    TreeUnpacking(Folder folder, String directory, Consumer<DirectoryEntry> whole) {
        this.directory = directory;
        this.assembler = new TreeAssembler(folder.editor(), GATHERED);
        this.whole = whole;
        this.lease = folder.leases().open();
    }

    @Override
    public void file(String path, FileEntry entry) {
        ensureOpen();
        TreePath.verify(TreePath.join(directory, path));
        assembler.file(path, entry);
    }

    @Override
    public void directory(String path) {
        ensureOpen();
        TreePath.verify(TreePath.join(directory, path));
        assembler.directory(path);
    }

    private void ensureOpen() {
        if (closed) {
            throw new IllegalStateException("this unpacking is closed");
        }
    }

    @Override
    public void finish() {
        ensureOpen();
        closed = true;
        whole.accept(assembler.finish());
    }

    @Override
    public void close() {
        closed = true;
        lease.close();
    }
}
