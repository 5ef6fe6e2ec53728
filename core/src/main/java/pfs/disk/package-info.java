@org.jspecify.annotations.NullMarked
package pfs.disk;
