/** Packs of a store that is far away, kept on a disk that is near. */
@org.jspecify.annotations.NullMarked
package pfs.pack.cache;
