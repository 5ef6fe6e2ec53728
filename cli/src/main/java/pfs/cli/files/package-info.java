/** Commands on files. */
@org.jspecify.annotations.NullMarked
package pfs.cli.files;
