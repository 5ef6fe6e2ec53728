/** Crashes the store at every call to its disk, and looks at what the next start finds. */
@org.jspecify.annotations.NullMarked
package pfs.testing.crash;
