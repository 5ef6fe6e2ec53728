package pfs.jobs.worker;

import java.io.IOException;
import java.io.InputStream;

/** A body as a stream, up to a limit. Not thread-safe. */
final class BodyStream extends InputStream {
    private final Connection connection;
    private final AnswerBody body;
    private final long limit;
    private long count;

    BodyStream(Connection connection, AnswerBody body, long limit) {
        this.connection = connection;
        this.body = body;
        this.limit = limit;
    }

    static BadAnswerException tooLong(long limit) {
        return new BadAnswerException(
                "the answer is longer than limits.output, which is " + limit + " bytes");
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        int n = body.read(connection, into, offset, length);
        if (n > 0) {
            count += n;
            if (count > limit) {
                throw tooLong(limit);
            }
        }
        return n;
    }
}
