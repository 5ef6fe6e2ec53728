package pfs.server.start;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Closes connections whose request's head does not come to an end in time, however lively its bytes
 * drip. Jetty has limits for idle connections and slow bodies, but none for this.
 */
final class SlowHeads extends AbstractLifeCycle implements Connection.Listener {
    private static final long SWEEP_MILLIS = 5_000;

    private final Scheduler scheduler;
    private final long patienceNanos;

    /** Open connections, and the start of the head that was unfinished at the last sweep. */
    private final Map<HttpConnection, Long> unfinished = new ConcurrentHashMap<>();

    private Scheduler.@Nullable Task next;

    SlowHeads(Scheduler scheduler, long patienceMillis) {
        this.scheduler = scheduler;
        this.patienceNanos = TimeUnit.MILLISECONDS.toNanos(patienceMillis);
    }

    @Override
    public void onOpened(Connection connection) {
        if (connection instanceof HttpConnection http) {
            unfinished.put(http, 0L);
        }
    }

    @Override
    public void onClosed(Connection connection) {
        if (connection instanceof HttpConnection http) {
            unfinished.remove(http);
        }
    }

    @Override
    protected void doStart() {
        next = scheduler.schedule(this::sweep, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    protected void doStop() {
        if (next != null) {
            next.cancel();
        }
    }

    /**
     * The parser belongs to another thread, so one look may see a moment between two states; the
     * same head unfinished at two sweeps is none.
     */
    private void sweep() {
        long now = System.nanoTime();
        unfinished.replaceAll(
                (connection, before) -> {
                    HttpParser parser = connection.getParser();
                    if (parser.isStart() || !parser.inHeaderState()) {
                        return 0L;
                    }
                    long begun = parser.getBeginNanoTime();
                    if (begun == before && now - begun > patienceNanos) {
                        connection.getEndPoint().close();
                    }
                    return begun;
                });
        if (isRunning()) {
            next = scheduler.schedule(this::sweep, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
