package pfs.testing.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import pfs.chunk.ContentWriter;
import pfs.disk.MemoryDisk;
import pfs.journal.Journal;
import pfs.meta.MemoryMetaStore;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.pack.IndexEntry;
import pfs.pack.LocalPackStore;
import pfs.pack.MemoryPackIndex;
import pfs.pack.PackHeader;
import pfs.pack.PackIndexFormat;
import pfs.pack.PackRecord;
import pfs.pack.PackScanner;
import pfs.pack.Place;
import pfs.pack.RecordFormat;
import pfs.repo.Commit;
import pfs.repo.CommitRequest;
import pfs.repo.Precondition;
import pfs.repo.Repo;
import pfs.repo.Repos;
import pfs.repo.Settings;
import pfs.tree.FileEntry;

/** What a small store in memory has written, as inputs to begin with. */
final class Samples implements AutoCloseable {
    /** No commit and no branch may be younger: expressions name moments. */
    static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-22T10:00:00Z"));

    private static final String FIRST = "packs/0000000000000001";

    private final MemoryDisk disk = new MemoryDisk();
    private final LocalPackStore packs;
    private final Journal journal;
    private final Repos repos;

    private Samples() throws IOException {
        packs = new LocalPackStore(disk, "packs");
        journal = Journal.open(packs, new MemoryPackIndex());
        repos = Repos.open(journal, new MemoryMetaStore(CLOCK), CLOCK, Settings.standard());
    }

    /** A store without anything. */
    static Samples empty() {
        try {
            return new Samples();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A store with files, commits, a branch and a tag. */
    static Samples filled() {
        try {
            Samples samples = new Samples();
            samples.fill();
            return samples;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Repos repos() {
        return repos;
    }

    Repo repo() {
        return repos.find(Repos.DEFAULT_REPO).orElseThrow();
    }

    private void fill() throws IOException {
        Repo repo = repo();
        String branch = Repo.DEFAULT_BRANCH;
        for (int i = 0; i < 5; i++) {
            put("d" + i % 2 + "/f" + i, 30 * i);
            repo.commit(branch, new CommitRequest("m" + i, "a", Map.of("k", "v" + i), null));
        }
        put("large", 700_000);
        repo.move(branch, "d0/f0", "moved");
        repo.delete(branch, "d1", true, Precondition.NONE);
        repo.copy(branch, "d0", null, "copy");
        Commit last = repo.commit(branch, new CommitRequest("last", "a", Map.of(), null)).commit();
        repo.createTag("v1", last);
        repo.createBranch("b", last);
        repos.flush();
    }

    private void put(String path, int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        try (ContentWriter writer = repos.newContent()) {
            writer.write(ByteBuffer.wrap(bytes));
            FileEntry file = new FileEntry(writer.finish(), false, 1_000, "text/x", Map.of());
            repo().put(Repo.DEFAULT_BRANCH, path, file, Precondition.NONE);
        }
    }

    /** The raw bytes of all objects of a kind. */
    List<byte[]> objects(ObjectKind kind) {
        List<byte[]> found = new ArrayList<>();
        for (PackRecord record : records()) {
            if (record.kind() == kind.code()) {
                found.add(journal.read(ObjectId.decode(record.id(), 0), kind));
            }
        }
        return found;
    }

    /** The raw bytes of journal records that are short enough not to be compressed. */
    List<byte[]> journaled() {
        List<byte[]> found = new ArrayList<>();
        for (PackRecord record : records()) {
            if (record.kind() == RecordFormat.JOURNAL && record.flags() == RecordFormat.PLAIN) {
                found.add(bytes(record.payload()));
            }
        }
        return found;
    }

    /** The index blob of the pack. */
    byte[] index() {
        List<IndexEntry> entries = new ArrayList<>();
        int offset = PackHeader.BYTES;
        for (PackRecord record : records()) {
            Place place = new Place(record.kind(), 1, offset, record.length());
            offset += record.length();
            entries.add(new IndexEntry(record.id(), place));
        }
        return bytes(PackIndexFormat.encode(1, offset, entries));
    }

    /** Whole records, those of the large file left out. */
    List<byte[]> wholeRecords() {
        List<byte[]> found = new ArrayList<>();
        for (PackRecord record : records()) {
            if (record.length() < 4096) {
                ByteBuffer whole =
                        RecordFormat.encodeHeader(
                                record.kind(),
                                record.flags(),
                                record.rawLength(),
                                record.id(),
                                record.payload().duplicate());
                found.add(joined(bytes(whole), bytes(record.payload())));
            }
        }
        return found;
    }

    private List<PackRecord> records() {
        List<PackRecord> found = new ArrayList<>();
        try {
            byte[] pack = file(FIRST + ".pack");
            PackScanner scanner = new PackScanner(packs, "0000000000000001.pack", PackHeader.BYTES);
            for (Optional<PackRecord> r = scanner.next(); r.isPresent(); r = scanner.next()) {
                ByteBuffer own =
                        ByteBuffer.wrap(pack, (int) scanner.position(), r.get().length()).slice();
                found.add(RecordFormat.decode(own));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private byte[] file(String path) throws IOException {
        try (var file = disk.open(path, pfs.disk.Disk.Mode.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) disk.size(path));
            file.read(bytes, 0);
            return bytes.array();
        }
    }

    static byte[] bytes(ByteBuffer from) {
        byte[] bytes = new byte[from.remaining()];
        from.duplicate().get(bytes);
        return bytes;
    }

    static byte[] joined(byte[] a, byte[] b) {
        byte[] out = java.util.Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, out, a.length, b.length);
        return out;
    }

    @Override
    public void close() {
        repos.close();
        try {
            journal.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
