@org.jspecify.annotations.NullMarked
package pfs.tree;
