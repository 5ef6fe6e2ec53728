package pfs.client.transfer;

/** Is told what a transfer does, from any thread. */
public interface Progress {
    /** So many files and bytes more are to be sent or written. */
    void found(long files, long bytes);

    /** So many files and bytes more are done. */
    void done(long files, long bytes);

    /** One file cannot be transferred; the others go on. */
    void failed(String path, String why);

    /** Something is left out that is not a failure: a symbolic link, a device. */
    void skipped(String path, String why);
}
