/** Random and mutated inputs for every parser that sees bytes which pfs did not make. */
@org.jspecify.annotations.NullMarked
package pfs.testing.fuzz;
