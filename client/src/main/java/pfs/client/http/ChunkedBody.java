package pfs.client.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.regex.Pattern;

/** A body in chunks (RFC 9112, section 7.1). Not thread-safe. */
final class ChunkedBody extends InputStream {
    private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{1,15}");

    private final HeadReader lines;
    private final InputStream in;
    private long left;
    private boolean first = true;
    private boolean done;

    ChunkedBody(InputStream in) {
        this.in = in;
        this.lines = new HeadReader(in);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int size) throws IOException {
        if (left == 0 && !nextChunk()) {
            return -1;
        }
        int n = in.read(into, offset, (int) Math.min(size, left));
        if (n < 0) {
            throw new EOFException("the answer ended " + left + " bytes before its chunk's end");
        }
        left -= n;
        return n;
    }

    private boolean nextChunk() throws IOException {
        if (done) {
            return false;
        }
        if (!first && !lines.line().isEmpty()) {
            throw new IOException("the answer has a chunk that is longer than it said");
        }
        first = false;
        String line = lines.line();
        int semicolon = line.indexOf(';');
        String digits = (semicolon < 0 ? line : line.substring(0, semicolon)).strip();
        if (!HEX.matcher(digits).matches()) {
            // a sign among them, which a number could have: a negative length would pass for the
            // end
            throw new IOException("the answer has a chunk of length '" + digits + "'");
        }
        left = Long.parseLong(digits, 16);
        if (left > 0) {
            return true;
        }
        while (!lines.line().isEmpty()) {
            // trailers say nothing to us
        }
        done = true;
        return false;
    }
}
