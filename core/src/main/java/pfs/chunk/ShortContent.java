package pfs.chunk;

import pfs.object.PreparedObject;

/**
 * A file of one chunk that is not stored yet.
 *
 * @param chunk to be stored before anything names the content
 */
public record ShortContent(Content content, PreparedObject chunk) {}
