package pfs.object;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Objects that are not to be stored, over those that are: for whoever must look at what he made on
 * a disk that takes no more. Thread-safe. Memory grows with what is inserted and was not there.
 */
public final class ObjectsInMemory implements ObjectReader, ObjectInserter {
    private final ObjectReader stored;
    private final Map<ObjectId, byte[]> made = new ConcurrentHashMap<>();

    public ObjectsInMemory(ObjectReader stored) {
        this.stored = stored;
    }

    @Override
    public byte[] read(ObjectId id, ObjectKind kind) {
        byte[] bytes = made.get(id);
        return bytes != null ? bytes.clone() : stored.read(id, kind);
    }

    @Override
    public boolean contains(ObjectId id) {
        return made.containsKey(id) || stored.contains(id);
    }

    @Override
    public ObjectId insert(ObjectKind kind, byte[] bytes, int offset, int length) {
        ObjectId id = ObjectId.of(bytes, offset, length);
        insert(kind, id, bytes, offset, length);
        return id;
    }

    @Override
    public void insert(ObjectKind kind, ObjectId id, byte[] bytes, int offset, int length) {
        made.put(id, java.util.Arrays.copyOfRange(bytes, offset, offset + length));
    }

    /** Nothing to do: nothing of it is to last. */
    @Override
    public void flush() {}
}
