package pfs.testing.crash;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import pfs.pack.IndexEntry;
import pfs.pack.MemoryPackIndex;
import pfs.pack.PackIndex;
import pfs.pack.Place;
import pfs.testing.disk.CrashState;

/** An index that may forget its last puts in a crash, as one with an unsynced log does. */
final class ForgetfulIndex implements PackIndex {
    private record Put(List<IndexEntry> entries, Position position) {}

    private final PackIndex inner = new MemoryPackIndex();
    private final List<Put> puts = new ArrayList<>();

    /** The index that the next start finds: what was put until some moment. */
    synchronized ForgetfulIndex afterCrash(CrashState state, Random random) {
        int kept =
                switch (state) {
                    case NONE -> 0;
                    case ALL -> puts.size();
                    case TORN_SECTORS, TORN_PAGES, ZEROS -> random.nextInt(puts.size() + 1);
                };
        ForgetfulIndex next = new ForgetfulIndex();
        for (Put put : puts.subList(0, kept)) {
            next.put(put.entries, put.position);
        }
        return next;
    }

    /** Differs between indexes that know different places. */
    long fingerprint() {
        long mixed = position().hashCode();
        for (IndexEntry entry : inner.list(new byte[0], Integer.MAX_VALUE)) {
            mixed = mixed * 0x9e37_79b9_7f4a_7c15L + Arrays.hashCode(entry.id());
            mixed = mixed * 0x9e37_79b9_7f4a_7c15L + entry.place().hashCode();
        }
        return mixed;
    }

    @Override
    public Optional<Place> find(byte[] id) {
        return inner.find(id);
    }

    @Override
    public synchronized void put(List<IndexEntry> entries, Position position) {
        puts.add(new Put(List.copyOf(entries), position));
        inner.put(entries, position);
    }

    @Override
    public synchronized void put(List<IndexEntry> entries) {
        put(entries, position());
    }

    @Override
    public synchronized void remove(List<byte[]> ids, long pack) {
        inner.remove(ids, pack);
    }

    @Override
    public Position position() {
        return inner.position();
    }

    @Override
    public List<IndexEntry> scan(byte[] prefix, int bits, int kind, int limit) {
        return inner.scan(prefix, bits, kind, limit);
    }

    @Override
    public List<IndexEntry> list(byte[] after, int limit) {
        return inner.list(after, limit);
    }

    @Override
    public synchronized void clear() {
        puts.clear();
        inner.clear();
    }

    @Override
    public void close() {}
}
