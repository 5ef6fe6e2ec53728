package pfs.pack;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** A {@link PackIndex} in memory, for tests. */
public class MemoryPackIndex implements PackIndex {
    private final NavigableMap<byte[], IndexEntry> entries =
            new TreeMap<>(java.util.Arrays::compareUnsigned);
    private Position position = Position.START;

    @Override
    public synchronized Optional<Place> find(byte[] id) {
        return Optional.ofNullable(entries.get(id)).map(IndexEntry::place);
    }

    @Override
    public boolean mayKnow(byte[] id) {
        return find(id).isPresent();
    }

    @Override
    public synchronized void put(List<IndexEntry> more, Position newPosition) {
        put(more);
        position = newPosition;
    }

    @Override
    public synchronized void put(List<IndexEntry> more) {
        for (IndexEntry entry : more) {
            entries.put(entry.id(), entry);
        }
    }

    @Override
    public synchronized void remove(List<byte[]> ids, long pack) {
        for (byte[] id : ids) {
            IndexEntry entry = entries.get(id);
            if (entry != null && entry.place().pack() == pack) {
                entries.remove(id);
            }
        }
    }

    @Override
    public synchronized Position position() {
        return position;
    }

    @Override
    public synchronized List<IndexEntry> scan(byte[] bytes, int bits, int kind, int limit) {
        Prefix prefix = new Prefix(bytes, bits);
        List<IndexEntry> found = new ArrayList<>();
        for (Map.Entry<byte[], IndexEntry> at : entries.tailMap(prefix.least(), true).entrySet()) {
            if (found.size() >= limit || !prefix.matches(at.getKey())) {
                break;
            }
            if (at.getValue().place().kind() == kind) {
                found.add(at.getValue());
            }
        }
        return found;
    }

    @Override
    public synchronized List<IndexEntry> list(byte[] after, int limit) {
        return entries.tailMap(after, false).values().stream().limit(limit).toList();
    }

    @Override
    public synchronized void clear() {
        entries.clear();
        position = Position.START;
    }

    @Override
    public void close() {}
}
