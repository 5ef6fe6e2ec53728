/**
 * Carries commits between stores: what the other side lacks is found from the top, received objects
 * are verified, and refs move last.
 */
@org.jspecify.annotations.NullMarked
package pfs.sync;
