package pfs.meta.etcd;

import io.etcd.jetcd.Client;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The client of etcd, which is replaced by a new one when nothing was answered for a while. For
 * gRPC goes back to a member that could not be reached after a pause that grows to two minutes, and
 * jetcd lets nobody shorten it; a new client goes to all members at once. Thread-safe.
 */
final class EtcdClients implements AutoCloseable {
    private final Supplier<Client> opener;
    private final long silenceNanos;
    private final LongSupplier nanos;

    /** Guarded by this object, as all that follows. */
    private Client client;

    /** When the client was made, or last answered. */
    private long heard;

    private boolean closed;

    /**
     * @param silence after which a client that answered nothing is replaced
     * @param nanos a clock that never jumps: {@code System::nanoTime}
     */
    EtcdClients(Supplier<Client> opener, Duration silence, LongSupplier nanos) {
        this.opener = opener;
        this.silenceNanos = silence.toNanos();
        this.nanos = nanos;
        this.client = opener.get();
        this.heard = nanos.getAsLong();
    }

    /** For one attempt of a call: the next may need another. */
    synchronized Client now() {
        return client;
    }

    /** An attempt was answered. */
    synchronized void answered(Client by) {
        if (by == client) {
            heard = nanos.getAsLong();
        }
    }

    /** An attempt was not answered; those that are under way may end, and find a new client. */
    void silent(Client one) {
        synchronized (this) {
            if (one != client || closed || nanos.getAsLong() - heard < silenceNanos) {
                return;
            }
            client = opener.get();
            heard = nanos.getAsLong();
        }
        one.close();
    }

    @Override
    public void close() {
        Client last;
        synchronized (this) {
            closed = true;
            last = client;
        }
        last.close();
    }
}
