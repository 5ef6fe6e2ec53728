package pfs.client.tar;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads an archive member by member; refuses whatever is not a file or a directory, and an archive
 * that ends early. Not thread-safe.
 */
public final class TarReader {
    /** Bytes of pax records and long names, at most. */
    private static final int MAX_RECORDS = 1 << 20;

    /** Characters of a number. */
    private static final int MAX_NUMBER = 64;

    private final InputStream in;
    private final byte[] block = new byte[TarEntry.BLOCK];
    private long left;
    private int padding;

    public TarReader(InputStream in) {
        this.in = in;
    }

    /** The next member, its body still to be read; null at the archive's end. */
    public @Nullable TarEntry next() throws IOException {
        in.skipNBytes(left + padding);
        left = 0;
        padding = 0;
        Map<String, String> pax = new HashMap<>();
        while (true) {
            readBlock();
            if (block[0] == 0 && isZero()) {
                return null;
            }
            if (!TarHeader.intact(block)) {
                throw new IOException("the archive is damaged: a header's checksum is wrong");
            }
            long size = notNegative(TarHeader.number(block, 124, 12));
            char type = (char) block[TarHeader.TYPE];
            if (type == 'x' || type == 'g') {
                records(shortBody(size), pax);
            } else if (type == 'L') {
                byte[] name = shortBody(size);
                pax.put("path", TarHeader.text(name, 0, name.length));
            } else {
                return entry(type, size, pax);
            }
        }
    }

    private TarEntry entry(char type, long blockSize, Map<String, String> pax) throws IOException {
        String prefix = block[257] == 'u' && block[262] == 0 ? TarHeader.text(block, 345, 155) : "";
        String name = TarHeader.text(block, 0, TarHeader.NAME);
        String path = pax.getOrDefault("path", prefix.isEmpty() ? name : prefix + "/" + name);
        boolean directory = type == '5' || (type == 0 && path.endsWith("/"));
        if (!directory && type != '0' && type != 0) {
            throw new IOException(
                    "the archive's member '" + path + "' is neither file nor directory");
        }
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        if (path.startsWith("./")) {
            path = path.substring(2);
        }
        try {
            String length = pax.get("size");
            long size = length == null ? blockSize : notNegative(Long.parseLong(length));
            String time = pax.get("mtime");
            long modified =
                    time == null ? TarHeader.number(block, 136, 12) * TarEntry.SECOND : nanos(time);
            boolean executable = (TarHeader.number(block, 100, 8) & 0100) != 0;
            left = directory ? 0 : size;
            padding = TarEntry.padding(left);
            return new TarEntry(path, directory, left, modified, executable);
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IOException("the archive's member '" + path + "' has a bad number", e);
        }
    }

    private static long notNegative(long size) throws IOException {
        if (size < 0) {
            throw new IOException("the archive has a member of " + size + " bytes");
        }
        return size;
    }

    /** Seconds with a fraction, as nanoseconds; a number of many digits takes long to read. */
    private static long nanos(String seconds) {
        if (seconds.length() > MAX_NUMBER) {
            throw new NumberFormatException("a time of " + seconds.length() + " digits");
        }
        return new BigDecimal(seconds).movePointRight(9).longValue();
    }

    /** Reads some of the member's bytes; -1 after the last. */
    public int read(byte[] into, int offset, int size) throws IOException {
        if (left == 0) {
            return -1;
        }
        int n = in.read(into, offset, (int) Math.min(size, left));
        if (n < 0) {
            throw new EOFException("the archive ends within a file");
        }
        left -= n;
        return n;
    }

    /** All bytes of a member that is known to be small. */
    public byte[] readAll() throws IOException {
        byte[] bytes = new byte[(int) left];
        if (in.readNBytes(bytes, 0, bytes.length) < bytes.length) {
            throw new EOFException("the archive ends within a file");
        }
        left = 0;
        return bytes;
    }

    private void readBlock() throws IOException {
        if (in.readNBytes(block, 0, TarEntry.BLOCK) < TarEntry.BLOCK) {
            throw new EOFException("the archive ends without its end mark");
        }
    }

    private boolean isZero() {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private byte[] shortBody(long size) throws IOException {
        if (size > MAX_RECORDS) {
            throw new IOException(
                    "the archive has a record of " + size + " bytes, limit " + MAX_RECORDS);
        }
        byte[] bytes = new byte[(int) size];
        if (in.readNBytes(bytes, 0, bytes.length) < bytes.length) {
            throw new EOFException("the archive ends within a header");
        }
        in.skipNBytes(TarEntry.padding(size));
        return bytes;
    }

    /** {@code LENGTH KEY=VALUE\n} …; lengths are bytes, so keys and values are cut as UTF-8. */
    private static void records(byte[] bytes, Map<String, String> into) throws IOException {
        int at = 0;
        while (at < bytes.length && bytes[at] != 0) {
            int space = at;
            while (space < bytes.length && bytes[space] != ' ') {
                space++;
            }
            int length;
            try {
                length =
                        Integer.parseInt(
                                new String(bytes, at, space - at, StandardCharsets.US_ASCII));
            } catch (NumberFormatException e) {
                throw new IOException("the archive has a bad pax record", e);
            }
            if (length < space - at + 2 || length > bytes.length - at) {
                throw new IOException("the archive has a pax record of a wrong length: " + length);
            }
            String record =
                    new String(bytes, space + 1, at + length - space - 2, StandardCharsets.UTF_8);
            int equals = record.indexOf('=');
            if (equals > 0) {
                into.put(record.substring(0, equals), record.substring(equals + 1));
            }
            at += length;
        }
    }
}
