package pfs.chunk;

import pfs.object.ObjectId;

/**
 * The stored bytes of one file, by id.
 *
 * @param id the chunk's id when {@code depth} is 0, else the root manifest node's: the same for the
 *     same bytes, always
 * @param depth levels of manifest nodes above the chunks; 0 for a file of one chunk (or none: the
 *     empty file is the empty chunk)
 * @param size bytes
 */
public record Content(ObjectId id, int depth, long size) {}
