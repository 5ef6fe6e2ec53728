package pfs.client.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** A body framed by Content-Length. Not thread-safe. */
final class LengthBody extends InputStream {
    private final InputStream in;
    private final long length;
    private long left;

    LengthBody(InputStream in, long length) {
        this.in = in;
        this.length = length;
        this.left = length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int size) throws IOException {
        if (left == 0) {
            return -1;
        }
        int n = in.read(into, offset, (int) Math.min(size, left));
        if (n < 0) {
            throw new EOFException(
                    "the answer ended after " + (length - left) + " of " + length + " bytes");
        }
        left -= n;
        return n;
    }
}
