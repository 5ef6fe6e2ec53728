package pfs.server.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import pfs.client.tar.TarEntry;
import pfs.client.tar.TarWriter;

/** What the quick reader of tars answers, beside what the library says of the same bytes. */
class TarMembersTest {
    private static final int DAMAGES = 20_000;

    /** The members up to the end or to an error, which is the last then. */
    private static List<String> quick(byte[] tar) {
        List<String> found = new ArrayList<>();
        TarMembers members =
                new TarMembers(new BufferedInputStream(new ByteArrayInputStream(tar), 1024));
        byte[] buffer = new byte[100];
        try {
            for (TarMembers.Member m = members.next(); m != null; m = members.next()) {
                ByteArrayOutputStream body = new ByteArrayOutputStream();
                for (int n = members.read(buffer); n >= 0; n = members.read(buffer)) {
                    body.write(buffer, 0, n);
                }
                found.add(
                        line(m.name(), m.directory(), m.executable(), m.modified(), body)
                                + (m.refused() == null ? "" : "refused"));
            }
        } catch (IOException | IllegalArgumentException e) {
            found.add("error");
        }
        return found;
    }

    private static List<String> library(byte[] tar) {
        List<String> found = new ArrayList<>();
        TarArchiveInputStream in =
                new TarArchiveInputStream(new ByteArrayInputStream(tar), "UTF-8");
        try {
            for (TarArchiveEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
                ByteArrayOutputStream body = new ByteArrayOutputStream();
                in.transferTo(body);
                boolean plain = e.isDirectory() || TarMembers.refused(e) == null;
                long modified = e.getLastModifiedTime().to(TimeUnit.NANOSECONDS);
                boolean executable = (e.getMode() & 0111) != 0;
                found.add(
                        line(e.getName(), e.isDirectory(), executable, modified, body)
                                + (plain ? "" : "refused"));
            }
        } catch (IOException | IllegalArgumentException e) {
            found.add("error");
        }
        return found;
    }

    private static String line(
            String name,
            boolean directory,
            boolean executable,
            long modified,
            ByteArrayOutputStream body) {
        String clean =
                directory && name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
        return String.join(
                " ",
                clean,
                Boolean.toString(directory),
                Boolean.toString(executable),
                Long.toString(modified),
                Integer.toString(Arrays.hashCode(body.toByteArray())));
    }

    private static byte[] ours() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter tar = new TarWriter(out);
        tar.member(new TarEntry("d", true, 0, 0, false), new byte[0]);
        long time = 1_700_000_000_123_456_789L;
        tar.member(new TarEntry("d/a", false, 700, time, true), new byte[700]);
        tar.member(new TarEntry("d/\u00fc", false, 3, time, false), new byte[] {1, 2, 3});
        tar.member(new TarEntry("d/" + "n".repeat(200), false, 0, 5, false), new byte[0]);
        tar.member(new TarEntry("d/old", false, 1, -1_500_000_000L, false), new byte[1]);
        tar.finish();
        return out.toByteArray();
    }

    private static byte[] theirs(int longNames) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8")) {
            tar.setLongFileMode(longNames);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            member(tar, new TarArchiveEntry("x/"), "");
            member(tar, new TarArchiveEntry("x/file", true), "some bytes");
            member(tar, new TarArchiveEntry("x/" + "l".repeat(150), true), "more");
            TarArchiveEntry link = new TarArchiveEntry("x/link", TarConstants.LF_SYMLINK);
            link.setLinkName("file");
            member(tar, link, "");
            member(tar, new TarArchiveEntry("x/last", true), "end");
        }
        return out.toByteArray();
    }

    private static void member(TarArchiveOutputStream tar, TarArchiveEntry entry, String body)
            throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.US_ASCII);
        entry.setSize(bytes.length);
        entry.setModTime(1_600_000_000_000L);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    private static List<byte[]> archives() throws IOException {
        return List.of(
                ours(),
                theirs(TarArchiveOutputStream.LONGFILE_POSIX),
                theirs(TarArchiveOutputStream.LONGFILE_GNU));
    }

    @Test
    void wholeArchivesAreReadAsTheLibraryReadsThem() throws IOException {
        for (byte[] archive : archives()) {
            assertThat(quick(archive)).hasSize(5).isEqualTo(library(archive));
        }
    }

    @Test
    void archivesCutOffAnywhereAreReadAsTheLibraryReadsThem() throws IOException {
        for (byte[] archive : archives()) {
            for (int length = 0; length < archive.length; length += length % 512 < 2 ? 1 : 51) {
                byte[] cut = Arrays.copyOf(archive, length);
                assertThat(quick(cut)).as("%s bytes", length).isEqualTo(library(cut));
            }
        }
    }

    @Test
    void damagedArchivesAreReadAsTheLibraryReadsThem() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<byte[]> archives = archives();
        for (int i = 0; i < DAMAGES; i++) {
            byte[] damaged = archives.get(random.nextInt(archives.size())).clone();
            int block = random.nextInt(Math.min(damaged.length, 12 * 512) / 512) * 512;
            int at = block + (random.nextBoolean() ? random.nextInt(60) : random.nextInt(512));
            damaged[at] =
                    random.nextBoolean() ? (byte) random.nextInt(256) : (byte) (damaged[at] + 1);
            if (random.nextBoolean()) {
                madeRight(damaged, block);
            }
            assertThat(quick(damaged))
                    .as("seed %s, %s at %s of %s", seed, damaged[at], at, i)
                    .isEqualTo(library(damaged));
        }
    }

    /** A head's checksum made right, as if its author had meant it. */
    private static void madeRight(byte[] archive, int at) {
        if (archive[at + 257] != 'u') {
            return;
        }
        Arrays.fill(archive, at + 148, at + 156, (byte) ' ');
        int sum = 0;
        for (int i = at; i < at + 512; i++) {
            sum += archive[i] & 0xff;
        }
        byte[] digits = "%06o\0".formatted(sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, archive, at + 148, digits.length);
    }
}
