package pfs.testing.fuzz;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import pfs.chunk.ManifestReferences;
import pfs.error.PfsException;
import pfs.jobs.memo.Result;
import pfs.jobs.spec.SpecJson;
import pfs.meta.Bytes;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.object.ObjectReader;
import pfs.pack.PackHeader;
import pfs.pack.PackIndexFormat;
import pfs.pack.RecordFormat;
import pfs.server.files.GlobPattern;
import pfs.server.http.HttpDates;
import pfs.server.http.Query;
import pfs.server.http.RawPath;
import pfs.server.http.Refusal;
import pfs.tree.TreePath;
import pfs.tree.TreeReferences;

/** Every parser that reads bytes which pfs did not just make itself. */
public final class Targets {
    private static final List<Class<? extends Throwable>> REFUSALS =
            List.of(PfsException.class, Refusal.class, IllegalArgumentException.class);
    private static final ObjectId ID = ObjectId.of(new byte[] {1});

    private Targets() {}

    /** Formats on disk, then what comes over the network. */
    public static List<Target> all() {
        List<Target> all = new ArrayList<>(formats());
        all.add(
                text(
                        "query",
                        List.of("a=b&c=%41+d&recursive", "limit=10&after=x%2Fy"),
                        Query::parse));
        all.add(text("path", List.of("/pfs/a%20b/%C3%A4", "/a/b/../c"), RawPath::decode));
        all.add(text("name", List.of("a/b/c", "d/\u00e4"), TreePath::verify));
        all.add(text("glob", List.of("a/**/*.txt", "[!a-z]?{x}"), Targets::glob));
        all.add(text("date", List.of("Sun, 06 Nov 1994 08:49:37 GMT"), HttpDates::parse));
        all.add(target("job", List.of(utf8(JOB)), SpecJson::decode));
        all.add(target("result", List.of(result()), in -> Result.decode(Bytes.of(in))));
        return all;
    }

    private static List<Target> formats() {
        byte[] payload = utf8("some bytes of a chunk");
        ByteBuffer header =
                RecordFormat.encodeHeader(
                        1,
                        0,
                        payload.length,
                        ObjectId.of(payload).toBytes(),
                        ByteBuffer.wrap(payload));
        byte[] record = joined(bytes(header), payload);
        List<Target> formats = new ArrayList<>();
        formats.add(
                target("record", List.of(record), in -> RecordFormat.decode(ByteBuffer.wrap(in))));
        formats.add(
                target(
                        "pack",
                        List.of(bytes(PackHeader.encode(7))),
                        in -> PackHeader.decode(ByteBuffer.wrap(in))));
        formats.add(
                target(
                        "index",
                        List.of(bytes(PackIndexFormat.encode(7, 1000, List.of()))),
                        in -> PackIndexFormat.decode(ByteBuffer.wrap(in))));
        formats.add(target("tree", trees(), Targets::tree));
        formats.add(target("manifest", List.of(manifest()), Targets::manifest));
        formats.add(hidden("commit", "pfs.repo.CommitFormat", "decode", true));
        formats.add(hidden("log", "pfs.repo.JournalFormat", "decode", false));
        return formats;
    }

    private static final String JOB =
            """
            {"input":{"branch":"master","glob":"**/*.txt"},
             "map":{"image":"words:1","command":["map","x"]},
             "reduce":{"image":"words:1"},"memory":"256MiB","timeout":"30s"}\
            """;

    private static Target text(String name, List<String> corpus, TextFeed feed) {
        return target(
                name,
                corpus.stream().map(Targets::utf8).toList(),
                in -> feed.read(new String(in, StandardCharsets.ISO_8859_1)));
    }

    private interface TextFeed {
        void read(String text);
    }

    private static Target target(String name, List<byte[]> corpus, Target.Feed feed) {
        return new Target(name, corpus, REFUSALS, feed);
    }

    private static void glob(String text) {
        GlobPattern.parse(text).matchesPath("some/path/that/is/long/enough.txt");
    }

    /** A decoder that only its own package sees. */
    private static Target hidden(String name, String type, String method, boolean withId) {
        try {
            Class<?> owner = Class.forName(type);
            Method decode =
                    withId
                            ? owner.getDeclaredMethod(method, ObjectId.class, byte[].class)
                            : owner.getDeclaredMethod(method, byte[].class);
            decode.setAccessible(true);
            return target(
                    name,
                    List.of(new byte[200], zeros(1, 120), zeros(2, 90)),
                    in -> {
                        try {
                            if (withId) {
                                decode.invoke(null, ID, in);
                            } else {
                                decode.invoke(null, in);
                            }
                        } catch (InvocationTargetException e) {
                            if (e.getCause() instanceof Exception cause) {
                                throw cause;
                            }
                            throw e;
                        }
                    });
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] zeros(int first, int length) {
        byte[] bytes = new byte[length];
        bytes[0] = (byte) first;
        return bytes;
    }

    private static void tree(byte[] in) {
        TreeReferences.visit(
                reading(in),
                ID,
                new TreeReferences.Visitor() {
                    @Override
                    public void node(ObjectId tree) {}

                    @Override
                    public void file(String name, pfs.chunk.Content content) {}
                });
    }

    private static void manifest(byte[] in) {
        ManifestReferences.visit(reading(in), ID, 1, 100_000, (_, _, _) -> {});
    }

    private static ObjectReader reading(byte[] bytes) {
        return new ObjectReader() {
            @Override
            public byte[] read(ObjectId id, ObjectKind kind) {
                return bytes;
            }

            @Override
            public boolean contains(ObjectId id) {
                return true;
            }
        };
    }

    private static List<byte[]> trees() {
        // An empty leaf, as docs/format.md has it: version, level, count, prefix, base time, types.
        return List.of(new byte[] {1, 0, 0, 0, 0, 0}, new byte[] {1, 1, 1, 0, 1, 'a', 0, 0});
    }

    private static byte[] manifest() {
        ByteBuffer out = ByteBuffer.allocate(8 + 40);
        out.put(utf8("pfsm")).put((byte) 1).put((byte) 1).putShort((short) 1);
        return out.put(ID.toBytes()).putLong(100_000).array();
    }

    private static byte[] result() {
        return new Result(
                        null,
                        0,
                        new java.util.TreeMap<>(java.util.Map.of("n", 1L)),
                        List.of(
                                new Result.Output(
                                        "a", "text/plain", new pfs.chunk.Content(ID, 0, 1))))
                .encode()
                .array();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuffer from) {
        byte[] bytes = new byte[from.remaining()];
        from.get(bytes);
        return bytes;
    }

    private static byte[] joined(byte[] a, byte[] b) {
        byte[] out = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, out, a.length, b.length);
        return out;
    }
}
