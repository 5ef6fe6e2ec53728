/** The same word count and sort as programs of Spark, of Hadoop MapReduce, and as a job of pfs. */
@org.jspecify.annotations.NullMarked
package pfs.benchmarks.mapreduce;
