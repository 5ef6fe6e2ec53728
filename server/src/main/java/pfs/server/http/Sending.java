package pfs.server.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * One write of a part of an answer, waited for, but not for ever: while a client dawdles it holds
 * memory that others wait for.
 */
final class Sending implements Callback {
    /** Any piece may take this long. */
    private static final long GRACE_SECONDS = 20;

    private final CountDownLatch done = new CountDownLatch(1);
    private @Nullable Throwable failure;

    private Sending() {}

    /**
     * Sends the bytes, and needs them no more when it returns.
     *
     * @param rate least bytes a second that the client takes; 0 for any
     */
    static void write(Response response, boolean last, @Nullable ByteBuffer bytes, long rate)
            throws IOException {
        Sending sending = new Sending();
        int size = bytes == null ? 0 : bytes.remaining();
        response.write(last, bytes, sending);
        sending.await(response, size, rate);
    }

    private void await(Response response, int size, long rate) throws IOException {
        try {
            long seconds = GRACE_SECONDS + (rate > 0 ? size / rate : 0);
            if (rate > 0 && !done.await(seconds, TimeUnit.SECONDS)) {
                giveUp(response);
            }
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while an answer was sent", e);
        }
        if (failure != null) {
            throw new IOException("the client went away: " + failure.getMessage(), failure);
        }
    }

    /** Closes the connection, which ends the write. A connection of many streams is left alone. */
    private static void giveUp(Response response) {
        ConnectionMetaData connection = response.getRequest().getConnectionMetaData();
        if (connection.getHttpVersion() != HttpVersion.HTTP_2) {
            connection
                    .getConnection()
                    .getEndPoint()
                    .close(new IOException("the client reads too slowly"));
        }
    }

    @Override
    public void succeeded() {
        done.countDown();
    }

    @Override
    public void failed(Throwable x) {
        failure = x;
        done.countDown();
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
