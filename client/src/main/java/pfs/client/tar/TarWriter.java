package pfs.client.tar;

import java.io.IOException;
import java.io.OutputStream;

/** Writes members one after the other. Not thread-safe. */
public final class TarWriter {
    private static final byte[] ZEROS = new byte[2 * TarEntry.BLOCK];

    private final OutputStream out;

    public TarWriter(OutputStream out) {
        this.out = out;
    }

    /** Bytes of an archive that holds this entry alone. */
    public static long lengthAlone(TarEntry entry) {
        return TarHeader.encode(entry).length
                + entry.size()
                + TarEntry.padding(entry.size())
                + ZEROS.length;
    }

    /** The headers of a member; exactly its size of bytes must follow, then {@link #pad}. */
    public void header(TarEntry entry) throws IOException {
        out.write(TarHeader.encode(entry));
    }

    /** Fills up the last block of a body of this size. */
    public void pad(long size) throws IOException {
        out.write(ZEROS, 0, TarEntry.padding(size));
    }

    /** A member and its bytes. */
    public void member(TarEntry entry, byte[] bytes) throws IOException {
        header(entry);
        out.write(bytes, 0, (int) entry.size());
        pad(entry.size());
    }

    /** The two empty blocks that end an archive. */
    public void finish() throws IOException {
        out.write(ZEROS);
    }
}
