package pfs.jobs.split;

import pfs.object.ObjectId;

/**
 * What one POST to the map route carries: a range of a file, in whole records.
 *
 * @param offset where it begins in the file
 * @param identity determines its bytes: equal identities are equal bytes
 */
public record Piece(long offset, long length, ObjectId identity) {}
