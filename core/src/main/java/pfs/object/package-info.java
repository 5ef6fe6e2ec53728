@org.jspecify.annotations.NullMarked
package pfs.object;
