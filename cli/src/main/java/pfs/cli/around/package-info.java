/** Commands that need no server. */
@org.jspecify.annotations.NullMarked
package pfs.cli.around;
