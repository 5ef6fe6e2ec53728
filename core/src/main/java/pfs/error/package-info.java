@org.jspecify.annotations.NullMarked
package pfs.error;
