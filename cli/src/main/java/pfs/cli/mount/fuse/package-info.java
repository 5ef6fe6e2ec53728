/** Read-only file systems by libfuse3, called through the JDK's foreign function interface. */
@org.jspecify.annotations.NullMarked
package pfs.cli.mount.fuse;
