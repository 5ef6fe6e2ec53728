/** {@code bin/bench}: pfs beside its peers, in one run, on one machine. */
@org.jspecify.annotations.NullMarked
package pfs.benchmarks.peers;
