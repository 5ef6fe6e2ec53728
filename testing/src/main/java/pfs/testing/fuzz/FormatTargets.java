package pfs.testing.fuzz;

import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.zip.CRC32C;
import pfs.chunk.Content;
import pfs.chunk.ManifestReferences;
import pfs.error.PfsException;
import pfs.jobs.memo.Result;
import pfs.meta.Bytes;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.object.ObjectReader;
import pfs.pack.PackHeader;
import pfs.pack.PackIndexFormat;
import pfs.pack.PackRecord;
import pfs.pack.RecordFormat;
import pfs.tree.TreeReferences;

/**
 * What lies on disk. Where a checksum would refuse nearly all inputs, there is a second target that
 * makes it right first: as if pfs had written it.
 */
final class FormatTargets {
    private static final List<Class<? extends Throwable>> REFUSALS =
            List.of(PfsException.class, IllegalArgumentException.class);
    private static final ObjectId ID = ObjectId.of(new byte[] {1});

    private FormatTargets() {}

    static List<Target> all(Samples samples) {
        List<byte[]> records = samples.wholeRecords();
        List<byte[]> headers = List.of(Samples.bytes(PackHeader.encode(7)));
        List<byte[]> indexes = List.of(samples.index());
        List<Target> all = new ArrayList<>();
        all.add(target("record", records, FormatTargets::record));
        all.add(target("record made right", records, in -> record(withRecordSum(in))));
        all.add(target("pack", headers, FormatTargets::header));
        all.add(target("pack made right", headers, in -> header(withSum(in, 20))));
        all.add(target("index", indexes, FormatTargets::index));
        all.add(target("index made right", indexes, in -> index(withSum(in, in.length - 4))));
        all.add(target("tree", samples.objects(ObjectKind.TREE), FormatTargets::tree));
        all.add(target("manifest", samples.objects(ObjectKind.MANIFEST), FormatTargets::manifest));
        all.add(target("commit", samples.objects(ObjectKind.COMMIT), commits()));
        all.add(target("log", samples.journaled(), log()));
        all.add(target("branch", List.of(branch()), branches()));
        all.add(target("result", List.of(result()), in -> sized(Result.decode(Bytes.of(in)))));
        return all;
    }

    private static Target target(String name, List<byte[]> corpus, Target.Feed feed) {
        return new Target(name, corpus, REFUSALS, feed);
    }

    private static long sized(Object decoded) {
        return decoded.toString().length();
    }

    private static long record(byte[] in) {
        PackRecord record = RecordFormat.decode(ByteBuffer.wrap(in));
        return record.payload().remaining();
    }

    private static long header(byte[] in) {
        return PackHeader.decode(ByteBuffer.wrap(in));
    }

    private static long index(byte[] in) {
        PackIndexFormat index = PackIndexFormat.decode(ByteBuffer.wrap(in));
        index.find(ID.toBytes());
        return index.count();
    }

    /** A record's checksum covers all behind it; it is the second word of the header. */
    private static byte[] withRecordSum(byte[] in) {
        if (in.length < RecordFormat.HEADER) {
            return in;
        }
        ByteBuffer record = ByteBuffer.wrap(in.clone());
        byte[] id = new byte[ObjectId.BYTES];
        record.get(14, id);
        int header = RecordFormat.HEADER;
        ByteBuffer payload = record.slice(header, in.length - header);
        int stored = payload.remaining();
        record.putInt(0, stored);
        ByteBuffer right =
                RecordFormat.encodeHeader(
                        record.get(8), record.get(9), record.getInt(10), id, payload);
        return record.putInt(4, right.getInt(4)).array();
    }

    private static byte[] withSum(byte[] in, int at) {
        if (at < 0 || in.length < at + 4) {
            return in;
        }
        CRC32C sum = new CRC32C();
        sum.update(in, 0, at);
        return ByteBuffer.wrap(in.clone()).putInt(at, (int) sum.getValue()).array();
    }

    private static long tree(byte[] in) {
        long[] found = {0};
        TreeReferences.visit(
                reading(in),
                ID,
                new TreeReferences.Visitor() {
                    @Override
                    public void node(ObjectId tree) {
                        found[0]++;
                    }

                    @Override
                    public void file(String name, Content content) {
                        found[0]++;
                    }
                });
        return found[0];
    }

    private static long manifest(byte[] in) {
        long[] found = {0};
        ManifestReferences.visit(reading(in), ID, 1, 700_000, (_, _, _) -> found[0]++);
        return found[0];
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

    private static Target.Feed commits() {
        MethodHandle decode =
                Hidden.method("pfs.repo.CommitFormat", "decode", ObjectId.class, byte[].class);
        return in -> {
            try {
                return sized(decode.invoke(ID, in));
            } catch (Throwable e) {
                throw Hidden.thrown(e);
            }
        };
    }

    private static Target.Feed log() {
        MethodHandle decode = Hidden.method("pfs.repo.JournalFormat", "decode", byte[].class);
        return in -> {
            try {
                return ((Collection<?>) decode.invoke(in)).size();
            } catch (Throwable e) {
                throw Hidden.thrown(e);
            }
        };
    }

    private static Target.Feed branches() {
        MethodHandle decode =
                Hidden.method("pfs.repo.BranchRecord", "decode", String.class, Bytes.class);
        return in -> {
            try {
                return sized(decode.invoke("b", Bytes.of(in)));
            } catch (Throwable e) {
                throw Hidden.thrown(e);
            }
        };
    }

    /**
     * A branch's record as docs/format.md has it: version, head, work tree, files, bytes, folded.
     */
    private static byte[] branch() {
        ByteBuffer out = ByteBuffer.allocate(2 + 64 + 24);
        out.put((byte) 1).put((byte) 1).put(ID.toBytes()).put(ID.toBytes());
        return out.putLong(1).putLong(1).putLong(1L << 32).array();
    }

    private static byte[] result() {
        Result result =
                new Result(
                        null,
                        0,
                        new java.util.TreeMap<>(java.util.Map.of("n", 1L)),
                        List.of(new Result.Output("a", "text/plain", new Content(ID, 0, 1))));
        return result.encode().array();
    }
}
