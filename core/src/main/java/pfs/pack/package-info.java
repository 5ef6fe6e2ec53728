@org.jspecify.annotations.NullMarked
package pfs.pack;
