/** The files of a server as a read-only file system: requests, caches, open files. */
@org.jspecify.annotations.NullMarked
package pfs.cli.mount.tree;
