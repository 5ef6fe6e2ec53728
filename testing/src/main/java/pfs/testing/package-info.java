/** Programs that try to break pfs. */
@org.jspecify.annotations.NullMarked
package pfs.testing;
