package pfs.object;

/**
 * Where an object lies in a store that other servers read too: the record of it, as a part of a
 * blob. Good until garbage is collected: then the blob may be gone, and the object lies elsewhere.
 *
 * @param blob its name, which is never given to other bytes
 * @param offset bytes from the blob's beginning to the record's
 * @param length bytes of the record
 */
public record StoredPart(String blob, long offset, int length) {}
