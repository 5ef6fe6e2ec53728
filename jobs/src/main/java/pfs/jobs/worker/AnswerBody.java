package pfs.jobs.worker;

import java.io.EOFException;
import java.io.IOException;

/** Where a body ends. Each keeps what is still to come; not thread-safe. */
abstract sealed class AnswerBody {
    /** True if the body was read to its end. */
    abstract boolean done();

    /** Up to length bytes, at least one; -1 at the body's end; EOFException before it. */
    abstract int read(Connection from, byte[] into, int offset, int length) throws IOException;

    static final class Sized extends AnswerBody {
        private long left;

        Sized(long length) {
            this.left = length;
        }

        @Override
        boolean done() {
            return left == 0;
        }

        @Override
        int read(Connection from, byte[] into, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int n = from.read(into, offset, (int) Math.min(length, left));
            if (n < 0) {
                throw new EOFException("the body is short by " + left + " bytes");
            }
            left -= n;
            return n;
        }
    }

    /** Of an error, where the end of the connection may end it: its text is only for people. */
    static final class Unsized extends AnswerBody {
        @Override
        boolean done() {
            return false;
        }

        @Override
        int read(Connection from, byte[] into, int offset, int length) throws IOException {
            return from.read(into, offset, length);
        }
    }

    static final class Chunked extends AnswerBody {
        private long left;
        private boolean first = true;
        private boolean done;

        @Override
        boolean done() {
            return done;
        }

        @Override
        int read(Connection from, byte[] into, int offset, int length) throws IOException {
            if (done) {
                return -1;
            }
            if (left == 0) {
                nextChunk(from);
                if (done) {
                    return -1;
                }
            }
            int n = from.read(into, offset, (int) Math.min(length, left));
            if (n < 0) {
                throw new EOFException("the chunked body has no end");
            }
            left -= n;
            return n;
        }

        private void nextChunk(Connection from) throws IOException {
            if (!first) {
                String end = line(from);
                if (!end.isEmpty()) {
                    throw new BadAnswerException("a chunk of the body is longer than it says");
                }
            }
            first = false;
            String size = line(from).split(";", 2)[0].strip();
            if (!size.matches("[0-9A-Fa-f]{1,15}")) {
                throw new BadAnswerException("the chunked body has the chunk size '" + size + "'");
            }
            left = Long.parseLong(size, 16);
            if (left == 0) {
                while (!line(from).isEmpty()) {
                    // Trailers say nothing that pfs uses.
                }
                done = true;
            }
        }

        private static String line(Connection from) throws IOException {
            StringBuilder text = new StringBuilder();
            while (text.length() < 8192) {
                int c = from.read();
                if (c == '\n') {
                    return text.toString();
                }
                if (c != '\r') {
                    text.append((char) c);
                }
            }
            throw new BadAnswerException("the chunked body has a line of over 8192 bytes");
        }
    }
}
