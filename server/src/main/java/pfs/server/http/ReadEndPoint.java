package pfs.server.http;

import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * A connection that runs work on the thread that reads its requests. An answer that is written
 * there wakes nobody, where another thread would have to wake the reader, to look for the next
 * request; and many answers that are handed over at once wake the reader once. The work must not
 * wait for anything.
 */
public final class ReadEndPoint extends SocketChannelEndPoint implements Executor {
    private final ManagedSelector selector;

    public ReadEndPoint(
            SocketChannel channel,
            ManagedSelector selector,
            SelectionKey key,
            Scheduler scheduler) {
        super(channel, selector, key, scheduler);
        this.selector = selector;
    }

    @Override
    public void execute(Runnable work) {
        selector.submit(_ -> work.run());
    }

    /** The reader of a request's connection; the other one if it has none. */
    static Executor of(Request request, Executor other) {
        ReadEndPoint reader = below(request.getConnectionMetaData().getConnection().getEndPoint());
        return reader == null ? other : reader;
    }

    /** The one that carries an end point, as under TLS; null if none does. */
    static @Nullable ReadEndPoint below(EndPoint endPoint) {
        EndPoint carrier = endPoint;
        while (carrier instanceof EndPoint.Wrapper wrapper) {
            carrier = wrapper.unwrap();
        }
        return carrier instanceof ReadEndPoint reader ? reader : null;
    }
}
