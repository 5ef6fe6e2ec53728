package pfs.tree;

import java.util.HashSet;
import java.util.Set;
import pfs.object.MemoryObjects;
import pfs.object.ObjectId;
import pfs.object.ObjectInserter;
import pfs.object.ObjectKind;
import pfs.object.ObjectReader;

/** Objects in memory that count what is read and what new is written. For one thread. */
final class CountingObjects implements ObjectReader, ObjectInserter {
    private final MemoryObjects objects = new MemoryObjects();
    private final Set<ObjectId> known = new HashSet<>();
    long reads;
    long writes;

    @Override
    public byte[] read(ObjectId id, ObjectKind kind) {
        reads++;
        return objects.read(id, kind);
    }

    @Override
    public boolean contains(ObjectId id) {
        return objects.contains(id);
    }

    @Override
    public ObjectId insert(ObjectKind kind, byte[] bytes, int offset, int length) {
        ObjectId id = ObjectId.of(bytes, offset, length);
        insert(kind, id, bytes, offset, length);
        return id;
    }

    @Override
    public void insert(ObjectKind kind, ObjectId id, byte[] bytes, int offset, int length) {
        if (known.add(id)) {
            writes++;
        }
        objects.insert(kind, id, bytes, offset, length);
    }

    @Override
    public void flush() {}

    void reset() {
        reads = 0;
        writes = 0;
    }
}
