/** Packs that are appended to in a store of immutable blobs, a segment for each sync. */
@org.jspecify.annotations.NullMarked
package pfs.pack.segment;
