package pfs.repo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import pfs.chunk.Content;
import pfs.chunk.ContentWriter;
import pfs.disk.Disk;
import pfs.disk.DiskFile;
import pfs.disk.MemoryDisk;
import pfs.journal.Journal;
import pfs.meta.MemoryMetaStore;
import pfs.meta.MetaStore;
import pfs.object.IdSet;
import pfs.object.MemoryIdSet;
import pfs.object.ObjectId;
import pfs.pack.LocalPackStore;
import pfs.pack.MemoryPackIndex;
import pfs.pack.PackIndex;
import pfs.pack.Place;
import pfs.tree.FileEntry;

/** A whole store in memory, which can be stopped, killed and opened again. */
public final class MemoryStore implements AutoCloseable {
    private final long maxPack;
    private final Supplier<IdSet> sets;
    private MemoryDisk disk = new MemoryDisk();
    private final MetaStore meta;
    private FencedMetaStore reachable;
    private PackIndex index = new MemoryPackIndex();
    private Journal journal;
    private Repos repos;
    private String flippedFile = "";
    private long flippedAt;
    private int flippedBit;
    private Instant now = Instant.parse("2026-11-22T10:00:00Z");

    public MemoryStore() {
        this(64L << 20);
    }

    public MemoryStore(long maxPack) {
        this(maxPack, MemoryIdSet::new);
    }

    /**
     * @param sets makes the sets of what is needed, when garbage is collected
     */
    MemoryStore(long maxPack, Supplier<IdSet> sets) {
        this.sets = sets;
        this.maxPack = maxPack;
        this.meta = new MemoryMetaStore(InstantSource.fixed(now));
        open();
    }

    private void open() {
        try {
            journal = Journal.open(new LocalPackStore(disk, "packs"), index, maxPack);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        reachable = new FencedMetaStore(meta);
        repos = Repos.open(journal, reachable, () -> now, Settings.standard(), sets);
    }

    public Repos repos() {
        return repos;
    }

    public Repo repo() {
        return repos.find(Repos.DEFAULT_REPO).orElseThrow();
    }

    Journal journal() {
        return journal;
    }

    /** The metadata as the store reaches them. */
    FencedMetaStore meta() {
        return reachable;
    }

    /** Bytes of all packs, those in the trash too. */
    long packBytes() throws IOException {
        long bytes = 0;
        for (String name : disk.list("packs")) {
            bytes += name.endsWith(".pack") ? disk.size("packs/" + name) : 0;
        }
        return bytes;
    }

    /** Flips a bit of an object where it lies. */
    void flip(ObjectId id) throws IOException {
        Place place = index.find(id.toBytes()).orElseThrow();
        String pack = String.format("packs/%016x.pack", place.pack());
        flip(pack, place.offset() + place.length() - 1L, 0);
    }

    /** Flips a bit of any pack or index blob; says which. */
    String flipAnywhere(java.util.Random random) throws IOException {
        List<String> files = disk.list("packs").stream().filter(n -> n.contains(".")).toList();
        flippedFile = "packs/" + files.get(random.nextInt(files.size()));
        flippedAt = random.nextLong(disk.size(flippedFile));
        flippedBit = random.nextInt(8);
        flip(flippedFile, flippedAt, flippedBit);
        return flippedFile + " " + flippedAt + "." + flippedBit;
    }

    void flipBack() throws IOException {
        flip(flippedFile, flippedAt, flippedBit);
    }

    private void flip(String path, long at, int bit) throws IOException {
        try (DiskFile file = disk.open(path, Disk.Mode.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            file.read(one, at);
            one.put(0, (byte) (one.get(0) ^ 1 << bit));
            file.write(at, one.flip());
        }
    }

    /** Has the index forget an object. */
    void forget(ObjectId id) {
        index.remove(List.of(id.toBytes()), index.find(id.toBytes()).orElseThrow().pack());
    }

    public void tick() {
        now = now.plusSeconds(1);
    }

    void tick(Duration time) {
        now = now.plus(time);
    }

    Instant now() {
        return now;
    }

    /** A clean stop and a start. */
    public void restart() {
        close();
        open();
    }

    /** What a start finds that has only the packs, the metadata and no index. */
    void restartWithoutIndex() {
        close();
        index = new MemoryPackIndex();
        open();
    }

    /** A start with what was written at this moment; the old process reaches none of it later. */
    public void kill() {
        reachable.fence();
        PackIndex known = index;
        index = new MemoryPackIndex();
        // The old process may still be indexing: first how far, then what, then the packs.
        PackIndex.Position position = known.position();
        index.put(known.list(new byte[0], Integer.MAX_VALUE), position);
        disk = disk.copy();
        close();
        open();
    }

    public FileEntry file(String text) {
        return entry(text.getBytes(StandardCharsets.UTF_8));
    }

    public FileEntry entry(byte[] bytes) {
        try (ContentWriter writer = repos.newContent()) {
            writer.write(ByteBuffer.wrap(bytes));
            return entry(writer.finish());
        }
    }

    public FileEntry entry(Content content) {
        return new FileEntry(content, false, now.getEpochSecond() * 1_000_000_000L, null, Map.of());
    }

    public String text(FileEntry file) {
        StringBuilder text = new StringBuilder();
        try {
            repos.contents()
                    .read(
                            file.content(),
                            0,
                            file.content().size(),
                            piece -> text.append(StandardCharsets.UTF_8.decode(piece)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return text.toString();
    }

    byte[] bytes(FileEntry file) {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        try {
            repos.contents()
                    .read(
                            file.content(),
                            0,
                            file.content().size(),
                            piece -> {
                                byte[] some = new byte[piece.remaining()];
                                piece.get(some);
                                bytes.write(some);
                            });
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() {
        repos.close();
        try {
            journal.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
