package pfs.cli.mount;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import pfs.cli.mount.fuse.Mount;

/** What Ctrl-C and SIGTERM do to a mount: unmount it, and exit with 0. Thread-safe. */
final class Ending {
    private @Nullable Mount mount;

    /** From now on signals end this mount first. */
    synchronized void of(Mount begun) {
        mount = begun;
        Runtime.getRuntime().addShutdownHook(new Thread(this::run, "unmount"));
    }

    /** The mount has ended by itself; the process goes on to its own end. */
    synchronized void forget() {
        mount = null;
    }

    private void run() {
        Mount left;
        synchronized (this) {
            left = mount;
        }
        if (left == null) {
            return;
        }
        int code = 0;
        try {
            left.unmount();
        } catch (IOException | InterruptedException e) {
            System.err.println("pfs: it did not unmount: " + e.getMessage());
            code = 1;
        }
        // The JVM would answer 143 to a SIGTERM; a mount that was told to end, and did, is fine.
        Runtime.getRuntime().halt(code);
    }
}
