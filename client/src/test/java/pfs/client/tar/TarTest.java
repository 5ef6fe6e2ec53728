package pfs.client.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarTest {
    private static byte[] archive(TarEntry entry, byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter tar = new TarWriter(out);
        tar.member(entry, bytes);
        tar.finish();
        return out.toByteArray();
    }

    private static TarReader reader(byte[] archive) {
        return new TarReader(new ByteArrayInputStream(archive));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "with space/ü/漢字/😀",
                "100% ?*#+&=[a]",
                "a/very/long/path/0123456789012345678901234567890123456789012345678901234567890123456789/0123456789/x"
            })
    void namesTimesAndBitsComeBackAsTheyWent(String path) throws IOException {
        byte[] bytes = "contents".getBytes(StandardCharsets.UTF_8);
        for (long time :
                new long[] {0, 1_700_000_000_123_456_789L, 1_700_000_000_000_000_000L, -5}) {
            TarEntry entry = new TarEntry(path, false, bytes.length, time, true);
            byte[] archive = archive(entry, bytes);
            assertThat(archive).hasSize((int) TarWriter.lengthAlone(entry));
            TarReader reader = reader(archive);
            assertThat(reader.next()).isEqualTo(entry);
            assertThat(reader.readAll()).isEqualTo(bytes);
            assertThat(reader.next()).isNull();
        }
    }

    @Test
    void anEmptyDirectoryAndAnEmptyFileAreMembers() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter tar = new TarWriter(out);
        tar.member(new TarEntry("d", true, 0, 0, false), new byte[0]);
        tar.member(new TarEntry("f", false, 0, 0, false), new byte[0]);
        tar.finish();
        TarReader reader = reader(out.toByteArray());
        assertThat(Objects.requireNonNull(reader.next()).directory()).isTrue();
        assertThat(Objects.requireNonNull(reader.next()).path()).isEqualTo("f");
        assertThat(reader.next()).isNull();
    }

    @Test
    void aMemberThatIsNotReadIsSkipped() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter tar = new TarWriter(out);
        tar.member(new TarEntry("one", false, 700, 0, false), new byte[700]);
        tar.member(new TarEntry("two", false, 1, 0, false), new byte[1]);
        tar.finish();
        TarReader reader = reader(out.toByteArray());
        reader.next();
        assertThat(Objects.requireNonNull(reader.next()).path()).isEqualTo("two");
    }

    @Test
    void anArchiveThatEndsEarlyIsAnErrorAtEachLength() throws IOException {
        byte[] whole = archive(new TarEntry("größe", false, 600, 5, false), new byte[600]);
        for (int length = 0; length < whole.length - 1024; length += 97) {
            TarReader reader = reader(Arrays.copyOf(whole, length));
            assertThatThrownBy(
                            () -> {
                                reader.next();
                                reader.readAll();
                                reader.next();
                            })
                    .isInstanceOf(EOFException.class);
        }
    }

    @Test
    void aDamagedHeaderAndALinkAreRefused() throws IOException {
        byte[] damaged = archive(new TarEntry("f", false, 0, 0, false), new byte[0]);
        damaged[0] = 'g';
        assertThatThrownBy(() -> reader(damaged).next()).hasMessageContaining("checksum");
        byte[] link = archive(new TarEntry("f", false, 0, 0, false), new byte[0]);
        link[156] = '2';
        link[153]++; // the last digit of the checksum, for two more in the type
        link[153]++;
        assertThatThrownBy(() -> reader(link).next())
                .hasMessageContaining("'f' is neither file nor directory");
    }

    @Test
    void numbersThatNoMemberHasAreRefused() throws IOException {
        byte[] negative = archive(new TarEntry("f", false, 0, 0, false), new byte[0]);
        Arrays.fill(negative, 124, 136, (byte) 0xff);
        refused(negative, "-1 bytes");
        refused(pax("size=-1"), "-1 bytes");
        refused(pax("mtime=1e2147483647"), "bad number");
        refused(pax("mtime=" + "1".repeat(65)), "bad number");
        for (String record : List.of("2 ", "2147483647 a=b\n", "-1 a=b\n", "x a=b\n")) {
            refused(withPax(record), "pax record");
        }
    }

    private static void refused(byte[] archive, String because) {
        madeRight(archive);
        assertThatThrownBy(() -> reader(archive).next())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(because);
    }

    private static byte[] pax(String keyAndValue) throws IOException {
        int length = keyAndValue.length() + 4;
        return withPax((length > 99 ? length + 1 : length) + " " + keyAndValue + "\n");
    }

    /** An archive whose first member is a pax header with these records. */
    private static byte[] withPax(String records) throws IOException {
        byte[] bytes = records.getBytes(StandardCharsets.UTF_8);
        byte[] header = archive(new TarEntry("x", false, bytes.length, 0, false), bytes);
        header[156] = 'x';
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.write(header, 0, 1024);
        both.writeBytes(archive(new TarEntry("f", false, 0, 0, false), new byte[0]));
        return both.toByteArray();
    }

    /** Gives each header its checksum. */
    private static void madeRight(byte[] archive) {
        for (int at = 0; at < archive.length; at += 512) {
            if (archive[at + 257] == 'u') {
                byte[] block = Arrays.copyOfRange(archive, at, at + 512);
                Arrays.fill(block, 148, 156, (byte) ' ');
                int sum = 0;
                for (byte b : block) {
                    sum += b & 0xff;
                }
                byte[] digits = String.format("%06o\0 ", sum).getBytes(StandardCharsets.UTF_8);
                System.arraycopy(digits, 0, archive, at + 148, digits.length);
            }
        }
    }
}
