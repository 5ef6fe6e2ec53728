/** Tar archives in the pax interchange format (POSIX.1-2001): files and directories only. */
@org.jspecify.annotations.NullMarked
package pfs.client.tar;
