/** HDFS's minicluster, started as a peer to measure against; built only for that. */
@org.jspecify.annotations.NullMarked
package pfs.benchmarks.hdfs;
