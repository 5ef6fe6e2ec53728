/**
 * Measurements of the inner loops by JMH, and of the whole beside its peers ({@code bin/bench}).
 */
@org.jspecify.annotations.NullMarked
package pfs.benchmarks;
