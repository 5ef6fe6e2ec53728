/** Metadata as the one server sees them that may change them: fenced by its lease, and cached. */
@org.jspecify.annotations.NullMarked
package pfs.meta.leader;
