@org.jspecify.annotations.NullMarked
package pfs.repo;
