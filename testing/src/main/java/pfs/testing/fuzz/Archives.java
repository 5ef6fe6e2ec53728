package pfs.testing.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Archives to begin with: plain, with pax headers, with long names as GNU tar writes them. */
final class Archives {
    private static final int BLOCK = 512;
    private static final int SUM = 148;
    private static final int MAGIC = 257;
    private static final String LONG = "name-of-fourteen/".repeat(10) + "end";

    private Archives() {}

    static List<byte[]> all() {
        return List.of(
                archive(TarArchiveOutputStream.LONGFILE_ERROR, "a/b"),
                archive(TarArchiveOutputStream.LONGFILE_POSIX, LONG),
                archive(TarArchiveOutputStream.LONGFILE_GNU, LONG));
    }

    /** The archive with the checksum of each header made right, as if tar had written it. */
    static byte[] madeRight(byte[] archive) {
        byte[] right = archive.clone();
        for (int at = 0; at + BLOCK <= right.length; at += BLOCK) {
            if (right[at + MAGIC] == 'u' && right[at + MAGIC + 1] == 's') {
                Arrays.fill(right, at + SUM, at + SUM + 8, (byte) ' ');
                int sum = 0;
                for (int i = 0; i < BLOCK; i++) {
                    sum += right[at + i] & 0xff;
                }
                byte[] digits = String.format("%06o\0", sum).getBytes(StandardCharsets.US_ASCII);
                System.arraycopy(digits, 0, right, at + SUM, digits.length);
            }
        }
        return right;
    }

    private static byte[] archive(int longNames, String name) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] content = "some bytes".getBytes(StandardCharsets.US_ASCII);
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, 512, "UTF-8")) {
            tar.setLongFileMode(longNames);
            tar.putArchiveEntry(new TarArchiveEntry("d/"));
            tar.closeArchiveEntry();
            TarArchiveEntry entry = new TarArchiveEntry(name);
            entry.setSize(content.length);
            entry.setModTime(1_700_000_000_000L);
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
