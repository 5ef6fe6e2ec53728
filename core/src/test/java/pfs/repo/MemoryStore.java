package pfs.repo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import pfs.chunk.Content;
import pfs.chunk.ContentWriter;
import pfs.disk.MemoryDisk;
import pfs.journal.Journal;
import pfs.meta.MemoryMetaStore;
import pfs.meta.MetaStore;
import pfs.pack.LocalPackStore;
import pfs.pack.MemoryPackIndex;
import pfs.pack.PackIndex;
import pfs.tree.FileEntry;

/** A whole store in memory, which can be stopped, killed and opened again. */
public final class MemoryStore implements AutoCloseable {
    private final long maxPack;
    private MemoryDisk disk = new MemoryDisk();
    private final MetaStore meta;
    private FencedMetaStore reachable;
    private PackIndex index = new MemoryPackIndex();
    private Journal journal;
    private Repos repos;
    private Instant now = Instant.parse("2026-11-22T10:00:00Z");

    public MemoryStore() {
        this(64L << 20);
    }

    public MemoryStore(long maxPack) {
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
        repos = Repos.open(journal, reachable, () -> now, Settings.standard());
    }

    public Repos repos() {
        return repos;
    }

    public Repo repo() {
        return repos.find(Repos.DEFAULT_REPO).orElseThrow();
    }

    public void tick() {
        now = now.plusSeconds(1);
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
