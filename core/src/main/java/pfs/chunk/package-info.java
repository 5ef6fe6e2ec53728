@org.jspecify.annotations.NullMarked
package pfs.chunk;
