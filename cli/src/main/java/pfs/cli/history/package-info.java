/** Commands on commits, branches, tags and repos. */
@org.jspecify.annotations.NullMarked
package pfs.cli.history;
