package pfs.benchmarks.peers;

/**
 * How much is measured.
 *
 * @param rounds how often each contender runs; medians are of these
 * @param largeBytes of the large files
 * @param smallFiles number of files of 1 to 8 KiB
 * @param hdfsFiles how many of them HDFS gets: it is slow, and the figure is a rate
 * @param wrkSeconds length of one run of wrk
 * @param repoFiles files of the large repo; the small one beside it has a hundredth
 * @param commits of the long history
 * @param mergeSeconds how long many clients merge into one branch
 * @param gitFiles files that are generated for a comparison with git
 * @param everything false: without HDFS, git and the million files
 */
record Scale(
        int rounds,
        long largeBytes,
        int smallFiles,
        int hdfsFiles,
        int wrkSeconds,
        int repoFiles,
        int commits,
        int mergeSeconds,
        int gitFiles,
        boolean everything) {
    static final Scale FULL =
            new Scale(5, 1L << 30, 20_000, 2_000, 10, 1_000_000, 100_000, 30, 100_000, true);
    static final Scale QUICK =
            new Scale(2, 128L << 20, 4_000, 400, 2, 100_000, 5_000, 2, 5_000, false);

    Scale withRounds(int wanted) {
        return new Scale(
                wanted,
                largeBytes,
                smallFiles,
                hdfsFiles,
                wrkSeconds,
                repoFiles,
                commits,
                mergeSeconds,
                gitFiles,
                everything);
    }

    String large() {
        return (largeBytes >> 20) == 1024 ? "1 GiB" : (largeBytes >> 20) + " MiB";
    }
}
