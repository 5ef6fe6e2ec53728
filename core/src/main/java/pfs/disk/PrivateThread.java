package pfs.disk;

/**
 * A platform thread that cannot be interrupted, so that a sync may run on it as it is: elsewhere
 * each sync takes a thread of its own, which costs two switches. It does not keep the process
 * alive.
 */
public final class PrivateThread extends Thread {
    public PrivateThread(String name, Runnable work) {
        super(null, work, name);
        setDaemon(true);
    }

    /** Does nothing. */
    @Override
    public void interrupt() {}
}
