package pfs.server.http;

import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Jetty's threads. When an answer that was left for later is written, Jetty has any idle thread
 * look for the connection's next request; here the thread does that which reads the connection's
 * requests anyway, so that nobody is woken.
 */
public final class ReadingThreads extends QueuedThreadPool {
    public ReadingThreads(int most, int least) {
        super(most, least);
    }

    @Override
    public void execute(Runnable job) {
        ReadEndPoint reader =
                job instanceof HttpConnection connection
                        ? ReadEndPoint.below(connection.getEndPoint())
                        : null;
        if (reader == null) {
            super.execute(job);
        } else {
            reader.execute(job);
        }
    }
}
