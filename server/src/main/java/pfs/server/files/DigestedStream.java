package pfs.server.files;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** A body that is summed up as it is read. */
final class DigestedStream extends FilterInputStream {
    private final Digests digests;

    DigestedStream(InputStream in, Digests digests) {
        super(in);
        this.digests = digests;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int n = super.read(into, offset, length);
        if (n > 0) {
            digests.update(ByteBuffer.wrap(into, offset, n));
        }
        return n;
    }
}
