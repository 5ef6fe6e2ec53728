package pfs.testing.fuzz;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.util.BufferUtil;
import org.jspecify.annotations.Nullable;
import pfs.chunk.ContentReader;
import pfs.client.tar.TarReader;
import pfs.error.PfsException;
import pfs.jobs.worker.FrameReader;
import pfs.object.ObjectId;
import pfs.object.StoredPart;
import pfs.repo.Repo;
import pfs.repo.Repos;
import pfs.server.http.Refusal;
import pfs.sync.RecordStream;

/** What comes over sockets: heads, bodies, archives, streams of records. */
final class WireTargets {
    private static final List<Class<? extends Throwable>> REFUSALS =
            List.of(
                    PfsException.class,
                    Refusal.class,
                    IOException.class,
                    HttpException.RuntimeException.class);

    /** Bytes of a request's head that the server takes. */
    private static final int HEAD = 16 << 10;

    /** Archives after which the store that took them is thrown away. */
    private static final int FULL = 2_000;

    private static final String REQUEST =
            "PUT /pfs/a%20b?x=y HTTP/1.1\r\nHost: localhost:1234\r\nContent-Length: 5\r\n"
                    + "Content-Type: text/plain; charset=utf-8\r\nIf-Match: \"x\"\r\n\r\nhello";
    private static final String CHUNKED =
            "POST /pfs/c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "5;x=y\r\nhello\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n";
    private static final String CHUNKS = "5;x=y\r\nhello\r\nA\r\n0123456789\r\n0\r\nT: t\r\n\r\n";
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nETag: \"x\"\r\nA:\r\n\r\n";

    /** Five bytes, and nine of a chunk that is stored. */
    private static final byte[] FRAMES =
            ByteBuffer.allocate(72)
                    .put(new byte[] {1, 0, 0, 0, 5, 'h', 'e', 'l', 'l', 'o', 2, 8})
                    .put(ascii("7.pack/0"))
                    .putLong(24)
                    .putInt(1000)
                    .put(new byte[ObjectId.BYTES])
                    .putInt(1)
                    .putInt(9)
                    .array();

    private WireTargets() {}

    static List<Target> all() {
        List<byte[]> archives = Archives.all();
        List<Target> all = new ArrayList<>();
        all.add(target("request head", List.of(ascii(REQUEST)), WireTargets::request));
        all.add(target("chunked body", List.of(ascii(CHUNKED)), WireTargets::request));
        all.add(target("chunked answer", List.of(ascii(CHUNKS)), chunkedAnswer()));
        all.add(target("answer head", List.of(ascii(ANSWER)), answerHead()));
        Unpacked unpacked = new Unpacked();
        all.add(target("tar", archives, unpacked::read));
        all.add(target("tar made right", archives, in -> unpacked.read(Archives.madeRight(in))));
        all.add(target("tar for a client", archives, in -> tarOfAnswer(Archives.madeRight(in))));
        try (Samples samples = Samples.filled()) {
            List<byte[]> records = samples.wholeRecords();
            all.add(target("records of a push", records, WireTargets::stream));
        }
        all.add(target("ids", List.of(new byte[64]), in -> RecordStream.decode(in).size()));
        all.add(target("frames", List.of(FRAMES), WireTargets::frames));
        return all;
    }

    private static Target target(String name, List<byte[]> corpus, Target.Feed feed) {
        return new Target(name, corpus, REFUSALS, feed);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    // ---- lines to workers

    /** Reads frames in pieces of three bytes. */
    private static long frames(byte[] in) throws IOException {
        long[] told = {0};
        FrameReader reader =
                new FrameReader(
                        new ContentReader.PartSink() {
                            @Override
                            public void accept(ByteBuffer piece) {
                                told[0] += piece.remaining();
                            }

                            @Override
                            public void stored(
                                    ObjectId chunk, StoredPart part, int from, int count) {
                                told[0] += part.blob().length() + from + count;
                            }
                        });
        for (int at = 0; at < in.length; at += 3) {
            reader.accept(ByteBuffer.wrap(in, at, Math.min(3, in.length - at)));
        }
        return told[0];
    }

    // ---- requests

    /** Reads requests with the parser, and its strictness, that the server has. */
    private static long request(byte[] in) {
        Told told = new Told();
        HttpParser parser = new HttpParser(told, HEAD, HttpCompliance.STRICT);
        ByteBuffer bytes = ByteBuffer.wrap(in);
        while (bytes.hasRemaining() && !parser.isClosed()) {
            parser.parseNext(bytes);
            if (parser.isComplete()) {
                parser.reset();
            }
            told.refuse();
        }
        parser.atEOF();
        parser.parseNext(BufferUtil.EMPTY_BUFFER);
        told.refuse();
        return (told.brokenOff ? 1L << 40 : 0) + told.content + told.headers + 1000 * told.messages;
    }

    private static final class Told implements HttpParser.RequestHandler {
        private long content;
        private long headers;
        private long messages;
        private boolean brokenOff;
        private @Nullable HttpException bad;

        void refuse() {
            if (bad != null) {
                throw new HttpException.RuntimeException(bad.getCode(), bad.getReason());
            }
        }

        @Override
        public void startRequest(String method, String uri, HttpVersion version) {}

        @Override
        public void parsedHeader(HttpField field) {
            headers++;
        }

        @Override
        public boolean headerComplete() {
            return false;
        }

        @Override
        public boolean content(ByteBuffer item) {
            content += item.remaining();
            item.position(item.limit());
            return false;
        }

        @Override
        public boolean contentComplete() {
            return false;
        }

        @Override
        public boolean messageComplete() {
            messages++;
            return true;
        }

        @Override
        public void earlyEOF() {
            brokenOff = true;
        }

        @Override
        public void badMessage(HttpException failure) {
            bad = failure;
        }
    }

    // ---- answers

    private static Target.Feed chunkedAnswer() {
        MethodHandle body = Hidden.constructor("pfs.client.http.ChunkedBody", InputStream.class);
        return in -> {
            InputStream chunks;
            try {
                chunks = (InputStream) body.invoke(new ByteArrayInputStream(in));
            } catch (Throwable e) {
                throw Hidden.thrown(e);
            }
            return chunks.transferTo(java.io.OutputStream.nullOutputStream());
        };
    }

    private static Target.Feed answerHead() {
        String reader = "pfs.client.http.HeadReader";
        MethodHandle make = Hidden.constructor(reader, InputStream.class);
        MethodHandle status = Hidden.method(reader, "status");
        MethodHandle headers = Hidden.method(reader, "headers");
        return in -> {
            try {
                Object head = make.invoke(new ByteArrayInputStream(in));
                int answered = (int) status.invoke(head);
                return answered / 100 + 10L * headers.invoke(head).toString().length();
            } catch (Throwable e) {
                throw Hidden.thrown(e);
            }
        };
    }

    private static long tarOfAnswer(byte[] in) throws IOException {
        TarReader tar = new TarReader(new ByteArrayInputStream(in));
        byte[] buffer = new byte[1024];
        long found = 0;
        while (tar.next() != null) {
            found++;
            for (int n = tar.read(buffer, 0, buffer.length);
                    n >= 0;
                    n = tar.read(buffer, 0, buffer.length)) {
                found += n;
            }
        }
        return found;
    }

    private static long stream(byte[] in) throws IOException {
        long[] found = {0};
        RecordStream.read(new ByteArrayInputStream(in), record -> found[0] += record.remaining());
        return found[0];
    }

    /** Archives that are unpacked into a store which is thrown away when it has taken many. */
    private static final class Unpacked {
        private static final String TAR_IN = "pfs.server.files.TarIn";

        private final MethodHandle make =
                Hidden.constructor(TAR_IN, Repos.class, Repo.Unpacking.class, String.class);
        private final MethodHandle read =
                Hidden.method(TAR_IN, "read", InputStream.class, boolean.class);
        private final MethodHandle files = Hidden.method(TAR_IN, "files");
        private Samples store = Samples.empty();
        private int taken;

        long read(byte[] in) throws Exception {
            if (++taken % FULL == 0) {
                store.close();
                store = Samples.empty();
            }
            Repo repo = store.repo();
            try (Repo.Unpacking unpacking = repo.unpack(Repo.DEFAULT_BRANCH, "d")) {
                Object tar = make.invoke(store.repos(), unpacking, "d");
                read.invoke(tar, new ByteArrayInputStream(in), false);
                return (long) files.invoke(tar);
            } catch (Throwable e) {
                throw Hidden.thrown(e);
            }
        }
    }
}
