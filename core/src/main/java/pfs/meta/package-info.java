@org.jspecify.annotations.NullMarked
package pfs.meta;
