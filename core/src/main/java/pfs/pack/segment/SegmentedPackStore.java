package pfs.pack.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import pfs.pack.AppendablePackStore;
import pfs.pack.PackNames;
import pfs.pack.PackStore;

/**
 * Packs that are appended to in a store of immutable blobs that other processes reach too, as S3
 * is: a pack is a row of segments, each the bytes of one sync, named by the place at which it
 * begins. A name is taken once, so all who append to a pack agree on what is in it, and whoever
 * {@link #seal seals} it by taking the next place has ended it for all others, however late their
 * segments arrive (as a log is sealed before it is recovered in CORFU, NSDI 2012, and Apache
 * BookKeeper). Thread-safe.
 */
public final class SegmentedPackStore implements AppendablePackStore {
    /** Packs whose tables are kept: some 100 bytes, and 8 a segment. */
    private static final int TABLES = 10_000;

    private static final int PAGE = 1000;

    private final PackStore store;
    private final Predicate<String> appended;
    private final Map<String, SegmentAppender> open = new ConcurrentHashMap<>();
    private final PieceMemory memory = new PieceMemory(Piece.MOST);

    /** What is in finished packs. Guarded by itself. */
    private final LinkedHashMap<String, SegmentTable> tables =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, SegmentTable> eldest) {
                    return size() > TABLES;
                }
            };

    private @Nullable SegmentAppender newest;

    /**
     * @param appended which names are appended to; all others are blobs of the store as they are
     */
    public SegmentedPackStore(PackStore store, Predicate<String> appended) {
        this.store = store;
        this.appended = appended;
    }

    @Override
    public boolean exclusive() {
        return false;
    }

    // ---- blobs

    @Override
    public boolean put(String name, ByteBuffer... parts) throws IOException {
        return table(PackNames.verify(name)).isEmpty() && store.put(name, parts);
    }

    @Override
    public int read(String name, long offset, ByteBuffer into) throws IOException {
        SegmentAppender appender = open.get(name);
        if (appender != null) {
            return appender.read(offset, into);
        }
        Optional<SegmentTable> table = table(PackNames.verify(name));
        return table.isPresent()
                ? table.get().read(store, name, offset, into)
                : store.read(name, offset, into);
    }

    @Override
    public long size(String name) throws IOException {
        SegmentAppender appender = open.get(name);
        if (appender != null) {
            return appender.size();
        }
        Optional<SegmentTable> table = table(PackNames.verify(name));
        return table.isPresent() ? table.get().size() : store.size(name);
    }

    /** Names of packs in the place of their segments'. */
    @Override
    public List<String> list(String prefix, String after, int limit) throws IOException {
        List<String> names = new ArrayList<>();
        String last = after;
        while (names.size() < limit) {
            List<String> page = store.list(prefix, last, PAGE);
            for (String blob : page) {
                String name = SegmentNames.pack(blob);
                boolean known = blob.equals(name) || SegmentNames.isBegun(blob);
                if (known && name.compareTo(after) > 0 && names.size() < limit) {
                    names.add(name);
                }
            }
            if (page.size() < PAGE) {
                return names;
            }
            last = page.getLast();
        }
        return names;
    }

    /** Packs as the names that they are, without a look at their segments. */
    @Override
    public List<String> listTop(String after, int limit) throws IOException {
        String last = appended.test(after) ? after + "/" : after;
        return store.listTop(last, limit).stream().map(this::withoutSlash).toList();
    }

    private String withoutSlash(String top) {
        String name = top.endsWith("/") ? top.substring(0, top.length() - 1) : top;
        return appended.test(name) ? name : top;
    }

    @Override
    public boolean delete(String name) throws IOException {
        List<Listed> parts = parts(PackNames.verify(name));
        synchronized (tables) {
            tables.remove(name);
        }
        if (parts.isEmpty()) {
            return store.delete(name);
        }
        for (Listed part : parts.reversed()) {
            if (!SegmentNames.isBegun(part.name())) {
                store.delete(part.name());
            }
        }
        return store.delete(SegmentNames.begun(name));
    }

    // ---- packs of segments

    /** What the pack consists of; empty if the name is no pack's. */
    private Optional<SegmentTable> table(String name) throws IOException {
        if (!appended.test(name)) {
            return Optional.empty();
        }
        synchronized (tables) {
            SegmentTable known = tables.get(name);
            if (known != null) {
                return Optional.of(known);
            }
        }
        List<Listed> parts = parts(name);
        if (!has(parts, SegmentNames.begun(name))) {
            return Optional.empty();
        }
        SegmentTable found = found(name, parts);
        if (found.ended()) {
            keep(name, found);
        }
        return Optional.of(found);
    }

    private void keep(String name, SegmentTable table) {
        synchronized (tables) {
            tables.put(name, table);
        }
    }

    /** All blobs of a pack, in order. */
    private List<Listed> parts(String name) throws IOException {
        List<Listed> parts = new ArrayList<>();
        if (!appended.test(name)) {
            return parts;
        }
        String last = "";
        while (true) {
            List<Listed> page = store.listSizes(name + "/", last, PAGE);
            parts.addAll(page);
            if (page.size() < PAGE) {
                return parts;
            }
            last = page.getLast().name();
        }
    }

    private static boolean has(List<Listed> parts, String name) {
        return parts.stream().anyMatch(part -> part.name().equals(name));
    }

    private SegmentTable found(String name, List<Listed> parts) throws IOException {
        List<Listed> segments =
                parts.stream()
                        .filter(part -> SegmentNames.offset(name, part.name()).isPresent())
                        .toList();
        if (has(parts, SegmentNames.finished(name))) {
            long bytes = header(SegmentNames.finished(name)).value();
            long[] offsets = segments.stream().mapToLong(part -> offset(name, part)).toArray();
            return new SegmentTable(offsets, bytes, true).finished(bytes);
        }
        return contiguous(name, segments);
    }

    private static long offset(String name, Listed segment) {
        return SegmentNames.offset(name, segment.name()).orElseThrow();
    }

    /**
     * The segments from the first on that follow each other without a hole, by their sizes; one
     * without a byte behind its header ends the pack.
     */
    private SegmentTable contiguous(String name, List<Listed> segments) throws IOException {
        SegmentTable table = SegmentTable.EMPTY;
        @Nullable Listed last = null;
        for (Listed segment : segments) {
            if (table.ended() || offset(name, segment) != table.size()) {
                break;
            }
            last = segment;
            table =
                    isEnd(segment)
                            ? new SegmentTable(table.offsets(), table.size(), true)
                            : table.with(segment.bytes() - SegmentHeader.BYTES);
        }
        if (last != null) {
            verify(last);
        }
        return table;
    }

    private static boolean isEnd(Listed segment) {
        return segment.bytes() <= SegmentHeader.BYTES;
    }

    /**
     * Of the last before a hole: one that has lost its end would make the hole, and what is behind
     * it would be given up, as what was never acknowledged.
     */
    private void verify(Listed segment) throws IOException {
        SegmentHeader header = header(segment.name());
        boolean whole =
                isEnd(segment)
                        ? header.kind() == SegmentHeader.Kind.END
                        : header.kind() == SegmentHeader.Kind.DATA
                                && header.value() == segment.bytes() - SegmentHeader.BYTES;
        if (!whole) {
            throw new IOException(segment.name() + " has not the bytes that its head says");
        }
    }

    private SegmentHeader header(String blob) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(SegmentHeader.BYTES);
        store.read(blob, 0, header);
        return SegmentHeader.decode(blob, header.flip());
    }

    private static ByteBuffer encoded(SegmentHeader.Kind kind, long value) {
        return new SegmentHeader(kind, value).encode();
    }

    @Override
    public Optional<Part> locate(String name, long offset, int length) throws IOException {
        SegmentAppender appender = open.get(name);
        Optional<SegmentTable> table =
                appender != null ? Optional.of(appender.table()) : table(PackNames.verify(name));
        return table.flatMap(known -> known.locate(name, offset, length));
    }

    @Override
    public synchronized Appender append(String name) throws IOException {
        PackNames.verify(name);
        if (open.containsKey(name)) {
            throw new IllegalStateException("blob " + name + " has an appender already");
        }
        store.put(SegmentNames.begun(name), encoded(SegmentHeader.Kind.BEGUN, 0));
        SegmentAppender appender =
                new SegmentAppender(
                        store,
                        memory,
                        name,
                        table(name).orElse(SegmentTable.EMPTY),
                        newest == null || newest.isOf(name) ? null : newest,
                        table -> closed(name, table));
        open.put(name, appender);
        newest = appender;
        return appender;
    }

    private void closed(String name, SegmentTable table) {
        if (table.ended()) {
            keep(name, table);
        }
        open.remove(name);
    }

    @Override
    public long seal(String name) throws IOException {
        synchronized (tables) {
            tables.remove(name);
        }
        while (true) {
            List<Listed> parts = parts(name);
            SegmentTable table = found(name, parts);
            if (table.ended()
                    || store.put(
                            SegmentNames.segment(name, table.size()),
                            encoded(SegmentHeader.Kind.END, table.size()))) {
                return table.size();
            }
            // Somebody has appended between the look and the put: what he wrote counts.
        }
    }

    @Override
    public void finish(String name, long bytes) throws IOException {
        store.put(SegmentNames.finished(name), encoded(SegmentHeader.Kind.FINISHED, bytes));
        synchronized (tables) {
            tables.remove(name);
        }
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
