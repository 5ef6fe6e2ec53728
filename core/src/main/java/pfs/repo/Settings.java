package pfs.repo;

import pfs.chunk.ContentStore;

/**
 * Bounds of a store's memory.
 *
 * @param treeCacheBytes decoded tree nodes
 * @param contents memory and threads for uploads and downloads
 */
public record Settings(long treeCacheBytes, ContentStore.Settings contents) {
    /** For a server with a heap of 512 MiB. */
    public static Settings standard() {
        return new Settings(64L << 20, ContentStore.Settings.standard());
    }
}
