/** A whole store on one machine: a data directory with packs and an embedded database. */
@org.jspecify.annotations.NullMarked
package pfs.embedded;
