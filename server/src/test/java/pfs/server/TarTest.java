package pfs.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Date;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;

/** Tars in and out. */
class TarTest extends HttpTest {
    private static final String TYPE = "application/x-tar";

    /** Adds entries to a tar. */
    private interface Filler {
        void fill(TarArchiveOutputStream tar) throws IOException;
    }

    private static byte[] tar(Filler filler) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
            filler.fill(tar);
        }
        return out.toByteArray();
    }

    private static void file(TarArchiveOutputStream tar, String name, String body)
            throws IOException {
        add(tar, name, body, _ -> {});
    }

    private static void add(
            TarArchiveOutputStream tar, String name, String body, Consumer<TarArchiveEntry> more)
            throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(body.length());
        more.accept(entry);
        tar.putArchiveEntry(entry);
        tar.write(body.getBytes());
        tar.closeArchiveEntry();
    }

    private static Map<String, String> read(byte[] tar) throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (TarArchiveInputStream in =
                new TarArchiveInputStream(new ByteArrayInputStream(tar), "UTF-8")) {
            for (TarArchiveEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
                found.put(
                        e.getName(),
                        Integer.toOctalString(e.getMode() & 0777)
                                + " "
                                + e.getLastModifiedDate().getTime() / 1000
                                + " "
                                + new String(in.readAllBytes()));
            }
        }
        return found;
    }

    @Test
    void aTarGoesInAndComesOutWithTimesAndExecutableBits() throws IOException {
        String longName = "deep/" + "n".repeat(180) + "/" + "m".repeat(180);
        byte[] body =
                tar(
                        tar -> {
                            tar.putArchiveEntry(new TarArchiveEntry("./"));
                            tar.closeArchiveEntry();
                            tar.putArchiveEntry(new TarArchiveEntry("empty/"));
                            tar.closeArchiveEntry();
                            add(
                                    tar,
                                    "./run.sh",
                                    "#!",
                                    e -> {
                                        e.setMode(0755);
                                        e.setModTime(new Date(1_500_000_000_000L));
                                    });
                            file(tar, longName, "long");
                            file(tar, "\u00e4 \u20ac", "unicode");
                        });
        HttpResponse<String> in = send("PUT", repo + "/pfs/in/", body, "Content-Type", TYPE);
        assertThat(in.statusCode()).isEqualTo(200);
        assertThat(get(repo + "/pfs/in/?recursive").body())
                .isEqualTo(longName + "\nempty/\nrun.sh\n\u00e4 \u20ac\n");
        assertThat(get(repo + "/pfs/in/run.sh").headers().firstValue("Last-Modified"))
                .hasValue("Fri, 14 Jul 2017 02:40:00 GMT");
        HttpResponse<byte[]> out = bytes("GET", repo + "/pfs/in/", null, "Accept", TYPE);
        assertThat(out.headers().firstValue("Content-Type")).hasValue(TYPE);
        Map<String, String> found = read(out.body());
        assertThat(found.keySet()).containsExactly(longName, "empty/", "run.sh", "\u00e4 \u20ac");
        assertThat(found.get("run.sh")).isEqualTo("755 1500000000 #!");
        assertThat(found.get(longName)).startsWith("644 ").endsWith(" long");
    }

    @Test
    void aTarIsLaidOverWhatIsThere() throws IOException {
        put(repo + "/pfs/d/kept", "old");
        put(repo + "/pfs/d/replaced", "old");
        byte[] body = tar(tar -> file(tar, "replaced", "new"));
        send("PUT", repo + "/pfs/d/", body, "Content-Type", TYPE);
        assertThat(get(repo + "/pfs/d/kept").body()).isEqualTo("old");
        assertThat(get(repo + "/pfs/d/replaced").body()).isEqualTo("new");
        byte[] root = tar(tar -> file(tar, "top", "root"));
        assertThat(send("PUT", repo + "/pfs/", root, "Content-Type", TYPE).statusCode())
                .isEqualTo(200);
        assertThat(get(repo + "/pfs/top").body()).isEqualTo("root");
    }

    @Test
    void linksAndSpecialFilesAreRefusedByNameAndNothingIsStored() throws IOException {
        byte[] types = {
            TarConstants.LF_SYMLINK, TarConstants.LF_LINK, TarConstants.LF_FIFO, TarConstants.LF_CHR
        };
        for (byte type : types) {
            byte[] body =
                    tar(
                            tar -> {
                                file(tar, "fine", "x");
                                TarArchiveEntry link = new TarArchiveEntry("bad-one", type);
                                link.setLinkName("/etc/passwd");
                                tar.putArchiveEntry(link);
                                tar.closeArchiveEntry();
                            });
            HttpResponse<String> answer = send("PUT", repo + "/pfs/t/", body, "Content-Type", TYPE);
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).contains("'bad-one'");
            assertThat(get(repo + "/pfs/t/fine").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void namesThatLeadOutOfTheDirectoryAreRefused() throws IOException {
        for (String name : new String[] {"../x", "a/../../x", "/etc/x", "a//b", "a\u0001"}) {
            byte[] body = tar(tar -> file(tar, name, "x"));
            HttpResponse<String> answer = send("PUT", repo + "/pfs/t/", body, "Content-Type", TYPE);
            assertThat(answer.statusCode()).as(name).isEqualTo(400);
        }
        assertThat(get(repo + "/pfs/").body()).isEmpty();
    }

    @Test
    void whatIsNoTarOrBrokeOffIsRefused() throws IOException {
        byte[] body = tar(tar -> file(tar, "f", "x".repeat(5_000)));
        assertThat(
                        send(
                                        "PUT",
                                        repo + "/pfs/t/",
                                        Arrays.copyOf(body, 2_000),
                                        "Content-Type",
                                        TYPE)
                                .statusCode())
                .isEqualTo(400);
        assertThat(put(repo + "/pfs/t/", "no tar at all", "Content-Type", TYPE).statusCode())
                .isEqualTo(400);
        assertThat(put(repo + "/pfs/t/", "n".repeat(3_000), "Content-Type", TYPE).statusCode())
                .isEqualTo(400);
        assertThat(put(repo + "/pfs/t/", "", "Content-Type", TYPE).statusCode()).isEqualTo(400);
        assertThat(get(repo + "/pfs/t/").statusCode()).isEqualTo(404);
    }

    @Test
    void aGzippedTarIsTaken() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(tar(tar -> file(tar, "f", "zipped")));
        }
        HttpResponse<String> in =
                send(
                        "PUT",
                        repo + "/pfs/z/",
                        out.toByteArray(),
                        "Content-Type",
                        TYPE,
                        "Content-Encoding",
                        "gzip");
        assertThat(in.statusCode()).isEqualTo(200);
        assertThat(get(repo + "/pfs/z/f").body()).isEqualTo("zipped");
    }

    @Test
    void aGlobComesAsATar() throws IOException {
        put(repo + "/pfs/a/x.txt", "1");
        put(repo + "/pfs/b/y.txt", "2");
        put(repo + "/pfs/b/z.csv", "3");
        byte[] out = bytes("GET", repo + "/pfs/**/*.txt", null, "Accept", TYPE).body();
        assertThat(read(out).keySet()).containsExactly("a/x.txt", "b/y.txt");
    }
}
