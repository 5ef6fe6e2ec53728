/**
 * Objects in packs, and the journal that is the pack being written. Above {@code pfs.pack}, which
 * knows nothing of objects, and {@code pfs.object}, which knows nothing of packs.
 */
@org.jspecify.annotations.NullMarked
package pfs.journal;
